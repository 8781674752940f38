"""A paused or skipped period has no fee and no hours; all other periods stay the same (rule 6)."""

from datetime import date, datetime, timedelta

import pytest

from agreements.changing import end, pause
from agreements.models import Agreement, Pause, Period
from agreements.rules.errors import NotOpen, TooSoon
from agreements.rules.states import AgreementState
from agreements.running import periods
from billing.emails import upcoming_charges
from billing.models import Invoice
from billing.runs.billing_run import run_billing
from core import audit
from core.models import OutboxEmail
from tests.world import NOW, World

DECEMBER, JANUARY, FEBRUARY, MARCH = (
    date(2026, 12, 2),
    date(2027, 1, 2),
    date(2027, 2, 2),
    date(2027, 3, 2),
)


def at(day: date) -> datetime:
    """Return noon of that day in Bangkok."""
    return datetime(day.year, day.month, day.day, 5, tzinfo=NOW.tzinfo)


def billed(*days: date) -> list[date]:
    """Run the job on these days; return the first days of the periods that have an invoice."""
    for day in days:
        pause.resume_due(now=at(day))
        run_billing(now=at(day), door="test")
    return list(
        Invoice.objects.order_by("period__starts_on").values_list("period__starts_on", flat=True)
    )


def test_a_paused_retainer_is_not_billed_until_it_is_resumed(world: World) -> None:
    agreement = world.running()
    assert billed(NOW.date()) == [NOW.date()]
    pause.pause_agreement(
        agreement=agreement, resumes_on=None, reason="Summer", actor="Nan", now=NOW
    )
    assert billed(DECEMBER, JANUARY) == [NOW.date()]
    pause.resume_agreement(agreement=agreement, actor="Nan", now=at(JANUARY + timedelta(days=4)))
    assert billed(JANUARY + timedelta(days=5), FEBRUARY) == [NOW.date(), FEBRUARY]
    assert [
        (row.starts_on, row.state, row.minutes, row.skipped_because)
        for row in Period.objects.all()[1:3]
    ] == [
        (JANUARY, "skipped", 0, "Summer"),
        (DECEMBER, "skipped", 0, "Summer"),
    ]


def test_a_pause_with_an_end_resumes_automatically_and_keeps_the_billing_day(world: World) -> None:
    agreement = world.running()
    pause.pause_agreement(
        agreement=agreement, resumes_on=date(2027, 1, 20), reason="Leave", actor="Nan", now=NOW
    )
    assert periods.next_starts([Agreement.objects.get()], NOW.date()) == {agreement.pk: FEBRUARY}
    assert billed(NOW.date(), DECEMBER, JANUARY) == [NOW.date()]
    assert Agreement.objects.get().state == AgreementState.PAUSED
    assert billed(date(2027, 1, 20), FEBRUARY) == [NOW.date(), FEBRUARY]
    assert Agreement.objects.get().state == AgreementState.ACTIVE


def test_the_same_periods_are_skipped_if_the_job_did_not_run_for_months(world: World) -> None:
    agreement = world.running()
    pause.pause_agreement(
        agreement=agreement, resumes_on=FEBRUARY, reason="Leave", actor="Nan", now=NOW
    )
    assert billed(NOW.date(), FEBRUARY + timedelta(days=3)) == [NOW.date(), FEBRUARY]


def test_a_skip_omits_one_period_and_the_retainer_continues(world: World) -> None:
    agreement = world.running()
    pause.skip_next_period(agreement=agreement, reason="Holiday", actor="Nan", now=NOW)
    assert Agreement.objects.get().state == AgreementState.ACTIVE
    assert periods.next_starts([agreement], NOW.date()) == {agreement.pk: JANUARY}
    pause.skip_next_period(agreement=agreement, reason="Another", actor="Nan", now=NOW)
    assert billed(NOW.date(), DECEMBER, JANUARY, FEBRUARY) == [NOW.date(), FEBRUARY]


def test_a_pause_that_is_resumed_before_the_next_period_skips_nothing(world: World) -> None:
    agreement = world.running()
    pause.pause_agreement(
        agreement=agreement, resumes_on=None, reason="Perhaps", actor="Nan", now=NOW
    )
    pause.resume_agreement(agreement=agreement, actor="Nan", now=NOW + timedelta(days=3))
    assert billed(NOW.date(), DECEMBER) == [NOW.date(), DECEMBER]


def test_the_client_is_told_of_a_skip_and_gets_no_notice_of_a_charge_for_it(world: World) -> None:
    agreement = world.running(now=NOW - timedelta(days=10), starts_on=NOW.date())
    run_billing(now=NOW, door="test")
    pause.skip_next_period(agreement=agreement, reason="Holiday", actor="Nan", now=NOW)
    email = OutboxEmail.objects.get(kind="skipped")
    assert "2 December 2026" in email.text
    assert "2 January 2027" in email.text
    assert upcoming_charges.queue_notices(now=at(DECEMBER) - timedelta(days=3)) == 0
    run_billing(now=at(DECEMBER), door="test")
    assert upcoming_charges.queue_notices(now=at(JANUARY) - timedelta(days=3)) == 1


def test_each_pause_resume_and_skip_is_in_the_audit_trail(world: World) -> None:
    agreement = world.running()
    pause.pause_agreement(
        agreement=agreement, resumes_on=None, reason="Summer", actor="Nan", now=NOW
    )
    pause.resume_agreement(agreement=agreement, actor="Nan", now=NOW)
    pause.skip_next_period(agreement=agreement, reason="Holiday", actor="Nan", now=NOW)
    events = [event.event for event in audit.chain(agreement.pk)]
    assert events == ["paused", "resumed", "skipped"]


def test_a_paused_agreement_can_end_and_its_term_does_not_move(world: World) -> None:
    agreement = world.running(minimum_months=0, notice_days=0)
    pause.pause_agreement(
        agreement=agreement, resumes_on=None, reason="Summer", actor="Nan", now=NOW
    )
    agreement.refresh_from_db()
    end.give_notice(agreement=agreement, ends_on=DECEMBER, actor="Nan", now=NOW)
    assert end.finish_ended(now=at(DECEMBER)) == 1
    with pytest.raises(NotOpen):
        pause.resume_agreement(agreement=agreement, actor="Nan", now=at(DECEMBER))


def test_a_pause_that_would_skip_nothing_is_refused(world: World) -> None:
    agreement = world.running()
    with pytest.raises(TooSoon) as refused:
        pause.pause_agreement(
            agreement=agreement, resumes_on=DECEMBER, reason="Short", actor="Nan", now=NOW
        )
    assert refused.value.field == "resumes_on"
    last = world.running(world.client("Last"), ends_on=DECEMBER)
    with pytest.raises(NotOpen):
        pause.skip_next_period(agreement=last, reason="Holiday", actor="Nan", now=NOW)
    assert not Pause.objects.exists()
    with pytest.raises(NotOpen):
        pause.resume_agreement(agreement=agreement, actor="Nan", now=NOW)

"""Time entries never change: a correction is a new row; the past is readable (rules 25 to 27)."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from agreements.changing import end, pause
from agreements.models import Agreement, Period
from billing.models import Invoice, NextLine
from billing.runs.billing_run import run_billing
from core.errors import NotAllowedNow
from core.models import OutboxEmail
from core.models.notification import Event, Hears
from delivery.hours import (
    adjustments,
    allowance_statement,
    hours_left,
    overage,
    time_log,
    usage_warnings,
)
from delivery.models import Overage, Report, TimeEntry
from delivery.reports import report_run, send_reports
from delivery.rules.errors import NoPeriod, TooMuch
from tests.world import HERE, NOW, World

DAY = timedelta(days=1)
H = 60
FIRST = date(2026, 11, 2)
SECOND = NOW + timedelta(days=30)  # the second period's first morning


def running(world: World, **fields: Any) -> Agreement:
    agreement = world.running(minutes=40 * H, **fields)
    run_billing(now=NOW, door="test")
    return agreement


def worked(
    agreement: Agreement, minutes: int, on: date = FIRST, now: Any = NOW, **more: Any
) -> list[TimeEntry]:
    """Log `minutes` in days of ten hours, beginning on `on`."""
    found = []
    while minutes > 0:
        facts = {
            "on": on,
            "minutes": min(minutes, 10 * H),
            "note": "Work",
            "now": now + (on - FIRST),
        }
        found.append(time_log.log_time(agreement=agreement, **facts, **more))
        minutes, on = minutes - 10 * H, on + DAY
    return found


def used(agreement: Agreement, at: Any = None) -> int:
    return sum(line.used for line in hours_left.statements_of([agreement], at).values())


def test_the_worked_example_of_rule_26_holds_in_the_database(world: World) -> None:
    agreement = running(world, rollover="surplus")
    worked(agreement, 30 * H)
    run_billing(now=SECOND, door="test")
    worked(agreement, 45 * H, date(2026, 12, 2))
    run_billing(now=NOW + timedelta(days=61), door="test")
    found = [
        line.stated for line in allowance_statement.statement_lines(agreement, date(2027, 1, 5))
    ][::-1]
    assert [line.available for line in found] == [40 * H, 50 * H, 45 * H]


def test_a_correction_is_a_new_row_and_any_past_moment_reads_as_it_stood(world: World) -> None:
    agreement = running(world)
    (entry,) = worked(agreement, 2 * H)
    changed = time_log.correct_time(
        entry=entry, on=FIRST, minutes=3 * H, note="More", now=NOW + DAY
    )
    time_log.delete_time(entry=changed, now=NOW + 2 * DAY)
    assert [used(agreement, NOW + n * DAY + timedelta(hours=1)) for n in range(3)] == [
        2 * H,
        3 * H,
        0,
    ]
    assert used(agreement) == 0
    assert [one.minutes for one in time_log.versions(changed)] == [3 * H, 2 * H]


def test_the_database_refuses_to_change_or_delete_an_entry(world: World) -> None:
    (entry,) = worked(running(world), 2 * H)
    for act in (lambda: TimeEntry.objects.filter(pk=entry.pk).update(minutes=1), entry.delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()


def test_an_entry_can_be_corrected_only_once(world: World) -> None:
    (entry,) = worked(running(world), 2 * H)
    time_log.correct_time(entry=entry, on=FIRST, minutes=3 * H, note="More", now=NOW)
    with pytest.raises(NoPeriod):
        time_log.correct_time(entry=entry, on=FIRST, minutes=4 * H, note="Other tab", now=NOW)
    assert TimeEntry.objects.get().minutes == 3 * H


def test_a_day_has_24_hours_over_all_clients(world: World) -> None:
    one, other = running(world), world.running(world.client("B"), card="")
    time_log.log_time(agreement=one, on=FIRST, minutes=20 * H, note="A", now=NOW)
    with pytest.raises(TooMuch):
        time_log.log_time(agreement=other, on=FIRST, minutes=5 * H, note="B", now=NOW)


def test_only_consuming_time_uses_the_allowance_and_own_work_is_never_reported(
    world: World,
) -> None:
    agreement = running(world)
    worked(agreement, H)
    time_log.log_time(
        agreement=agreement, on=FIRST, minutes=H, note="Gift", consumes=False, now=NOW
    )
    time_log.log_time(
        agreement=agreement, on=FIRST, minutes=H, note="Invoicing", billable=False, now=NOW
    )
    assert used(agreement) == H
    report_run.run_reports(now=SECOND, door="test")
    report = send_reports.send_report(report=Report.objects.get(), actor="Nan", now=SECOND)
    assert "Gift" in str(report.snapshot) and "Invoicing" not in str(report.snapshot)


def test_time_that_the_client_was_told_about_is_not_deleted(world: World) -> None:
    (entry,) = worked(running(world), H)
    report_run.run_reports(now=SECOND, door="test")
    send_reports.send_report(report=Report.objects.get(), actor="Nan", now=SECOND)
    with pytest.raises(NoPeriod):
        time_log.delete_time(entry=entry, now=SECOND)
    assert TimeEntry.objects.get() == entry


def test_an_adjustment_of_the_allowance_has_its_reason_in_the_record(world: World) -> None:
    agreement = running(world)
    period = Period.objects.get()
    adjustments.adjust_allowance(
        period=period, minutes=-90, reason="Agreed by phone", actor="Nan", now=NOW
    )
    assert hours_left.statement_of(period).available == 40 * H - 90
    assert hours_left.statements_of([agreement], NOW - DAY) == {}
    with pytest.raises(TooMuch):
        adjustments.adjust_allowance(period=period, minutes=0, reason="", actor="Nan", now=NOW)


def test_a_pause_freezes_what_rolled_over(world: World) -> None:
    agreement = running(world, rollover="surplus")
    pause.skip_next_period(agreement=agreement, reason="Holidays", actor="Nan", now=NOW)
    for days in (30, 61):
        run_billing(now=NOW + timedelta(days=days), door="test")
    lines = [
        line.stated for line in allowance_statement.statement_lines(agreement, date(2027, 1, 5))
    ][::-1]
    assert [(line.granted, line.rolled_in) for line in lines] == [
        (40 * H, 0),
        (0, 10 * H),
        (40 * H, 10 * H),
    ]


# Work beyond


def asked(agreement: Agreement, minutes: int = 3 * H, rate: int = 100_00) -> Overage:
    return overage.request_approval(
        period=Period.objects.get(agreement=agreement),
        minutes=minutes,
        rate=rate,
        note="",
        actor="Nan",
        now=NOW,
    )


def answered(agreement: Agreement, act: Any, rate: int = 100_00) -> Overage:
    question = asked(agreement, rate=rate)
    row: Overage = act(overage=question, contact=agreement.contact, now=NOW, origin=HERE)
    return row


def next_invoice(agreement: Agreement) -> Invoice:
    for _time in range(3):
        overage.bill_due(now=SECOND - timedelta(hours=1))
    run_billing(now=SECOND, door="test")
    return Invoice.objects.filter(agreement=agreement).latest("period_start")


def test_approved_and_used_overage_is_billed_once_on_the_next_invoice(world: World) -> None:
    agreement = running(world)
    answered(agreement, overage.approve_overage)
    worked(agreement, 42 * H)
    assert overage.bill_due(now=SECOND - DAY) == 0, "the period is not over"
    assert [line.amount for line in next_invoice(agreement).lines.order_by("position")] == [
        3_000_00,
        200_00,
    ]
    assert NextLine.objects.count() == 1
    assert Overage.objects.get().billed == 2 * H


def test_overage_used_later_is_billed_later_and_never_beyond_the_approval(
    world: World,
) -> None:
    agreement = running(world)
    answered(agreement, overage.approve_overage)
    worked(agreement, 42 * H)
    overage.bill_due(now=SECOND)
    worked(agreement, 5 * H, date(2026, 11, 20), now=SECOND - timedelta(days=18))
    overage.bill_due(now=SECOND)
    assert sorted(NextLine.objects.values_list("amount", flat=True)) == [100_00, 200_00]


@pytest.mark.parametrize("act", [overage.decline_overage, None])
def test_without_approval_nothing_is_billed(world: World, act: Any) -> None:
    agreement = running(world)
    if act:
        answered(agreement, act)
    else:
        asked(agreement)
    worked(agreement, 42 * H)
    assert next_invoice(agreement).lines.count() == 1
    assert not NextLine.objects.exists()


def test_what_was_declined_is_not_billed_by_a_later_approval(world: World) -> None:
    agreement = running(world)
    answered(agreement, overage.decline_overage, rate=150_00)
    answered(agreement, overage.approve_overage, rate=90_00)
    worked(agreement, 42 * H)
    assert sorted(line.amount for line in next_invoice(agreement).lines.all()) == [180_00, 3_000_00]


def permitting(world: World) -> Agreement:
    """An agreement that permits an hour beyond its allowance, at 120.00."""
    parties = {"seller": {"name": "S", "legal_name": "S"}, "buyer": {"legal_name": "B"}}
    return running(world, terms={**parties, "overage_amount": 120_00, "overage_minutes": H})


def test_standing_permission_covers_up_to_its_hours(world: World) -> None:
    agreement = permitting(world)
    worked(agreement, 42 * H)
    assert [line.amount for line in next_invoice(agreement).lines.order_by("position")] == [
        3_000_00,
        120_00,
    ]
    assert hours_left.statement_of(Period.objects.get(starts_on=FIRST)).beyond == H


def test_what_the_terms_permit_is_used_before_what_the_client_approved(world: World) -> None:
    agreement = permitting(world)
    answered(agreement, overage.approve_overage, rate=90_00)
    worked(agreement, 42 * H)
    lines = next_invoice(agreement).lines.all()
    assert sorted(line.amount for line in lines) == [90_00, 120_00, 3_000_00]


def test_a_question_is_answered_once_and_asked_once_at_a_time(world: World) -> None:
    agreement = running(world)
    row = answered(agreement, overage.approve_overage)
    with pytest.raises(NotAllowedNow):
        overage.decline_overage(overage=row, contact=agreement.contact, now=NOW, origin=HERE)
    asked(agreement)
    with pytest.raises(TooMuch):
        asked(agreement)
    assert OutboxEmail.objects.filter(kind="overage").count() == 2


def test_a_crash_between_the_line_and_its_count_bills_nothing_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreement = running(world)
    answered(agreement, overage.approve_overage)
    worked(agreement, 42 * H)
    monkeypatch.setattr(overage, "_audit", lambda *args, **kwargs: 1 / 0)
    assert overage.bill_due(now=SECOND) == 0
    assert not NextLine.objects.exists()
    monkeypatch.undo()
    overage.bill_due(now=SECOND + timedelta(minutes=5))
    assert NextLine.objects.get().amount == 200_00


# Warnings


@pytest.mark.parametrize(("who", "emails"), [("me", 2), ("both", 4), ("none", 0)])
def test_usage_warnings_at_80_and_100_percent_are_sent_once_to_whom_the_agreement_says(
    world: World, who: str, emails: int
) -> None:
    agreement = running(world)
    allowance_statement.set_usage_warnings(agreement, who)
    worked(agreement, 31 * H)
    usage_warnings.warn_due(now=NOW + timedelta(days=5))
    assert not OutboxEmail.objects.filter(kind="hours_used").exists()
    for more in (H, 8 * H):
        worked(agreement, more, date(2026, 11, 10 if more == H else 11), now=NOW)
        for _time in range(2):
            usage_warnings.warn_due(now=NOW + timedelta(days=10))
    assert OutboxEmail.objects.filter(kind="hours_used").count() == emails


def test_the_client_is_told_of_their_own_hours_and_of_what_they_agreed_to(world: World) -> None:
    agreement = running(world)
    allowance_statement.set_usage_warnings(agreement, "both")
    worked(agreement, 32 * H)
    usage_warnings.warn_due(now=NOW + timedelta(days=5))
    sent = OutboxEmail.objects.filter(kind="hours_used")
    client, owner = sent.get(ref__endswith=":client"), sent.get(ref__endswith=":me")
    assert agreement.client.name in owner.subject and agreement.client.name not in client.subject
    assert "only if you agreed to it" in client.text and "the client" not in client.text


def test_new_hours_are_announced_only_for_a_period_that_comes(world: World) -> None:
    paused, ending = running(world), running(world, client=world.client("Another"))
    for agreement in (paused, ending):
        allowance_statement.set_usage_warnings(agreement, "both")
        worked(agreement, 32 * H)
    pause.skip_next_period(agreement=paused, reason="Holiday", actor="Nan", now=NOW)
    end.give_notice(agreement=ending, ends_on=SECOND.date(), actor="Nan", now=NOW)
    usage_warnings.warn_due(now=NOW + timedelta(days=5))
    texts = OutboxEmail.objects.filter(kind="hours_used").values_list("text", flat=True)
    assert sum("new hours on 2 January 2027" in text for text in texts) == 1
    assert sum("next hours come on 2 January 2027" in text for text in texts) == 1
    assert sum("in its last period" in text for text in texts) == 2
    assert not any("2 December 2026" in text for text in texts)


def test_a_mark_that_nobody_wanted_to_hear_of_is_not_told_later(world: World) -> None:
    agreement = running(world)
    world.hears(Hears.NEVER, Event.HOURS_USED)
    worked(agreement, 32 * H)
    assert usage_warnings.warn_due(now=NOW + timedelta(days=5)) == 1
    world.hears(Hears.NOW, Event.HOURS_USED)
    assert usage_warnings.warn_due(now=NOW + timedelta(days=6)) == 0
    assert not OutboxEmail.objects.filter(kind="hours_used").exists()

"""Ending an agreement: after notice, at the end of a period, and both sides are told."""

from datetime import date, timedelta

import pytest

from agreements.changing import end
from agreements.contract.clauses import clauses
from agreements.models import Period
from agreements.rules.errors import BadTrial, NotOpen, TooSoon
from agreements.rules.intervals import Interval
from agreements.running import periods
from core import audit
from core.models import OutboxEmail
from tests.world import NOW, World

DECEMBER = date(2026, 12, 2)
DECISION = date(2026, 11, 30)


def test_notice_is_emailed_to_the_client_once_in_their_language(world: World) -> None:
    client = world.client(language="th")
    agreement = world.signed(world.picked(world.proposal(client, minimum_months=0, language="th")))
    end.give_notice(agreement=agreement, ends_on=DECEMBER, actor="Nan", now=NOW)
    with pytest.raises(NotOpen):
        end.give_notice(agreement=agreement, ends_on=DECEMBER, actor="Nan", now=NOW)
    email = OutboxEmail.objects.get(kind="notice")
    assert (email.to, email.language) == (agreement.contact.email, "th")
    assert ":link:" in email.text
    assert ":link:" in email.html
    assert [event.event for event in audit.chain(agreement.pk)].count("notice") == 1


def test_the_email_names_the_last_day_of_service(world: World) -> None:
    agreement = world.signed(minimum_months=0)
    end.give_notice(agreement=agreement, ends_on=DECEMBER, actor="Nan", now=NOW)
    email = OutboxEmail.objects.get(kind="notice")
    assert "1 December 2026" in email.text
    assert "1 December 2026" in email.html


def test_notice_within_a_period_ends_with_that_period(world: World) -> None:
    agreement = world.signed(minimum_months=0)
    end.give_notice(agreement=agreement, ends_on=DECEMBER + timedelta(days=3), actor="Nan", now=NOW)
    assert agreement.ends_on == date(2027, 1, 2)


def test_an_agreement_runs_to_its_last_day_and_no_period_follows(world: World) -> None:
    agreement = world.signed(minimum_months=0)
    end.give_notice(agreement=agreement, ends_on=DECEMBER, actor="Nan", now=NOW)
    assert end.finish_ended(now=NOW + timedelta(days=29)) == 0
    periods.open_due(now=NOW + timedelta(days=29))
    assert end.finish_ended(now=NOW + timedelta(days=30)) == 1
    periods.open_due(now=NOW + timedelta(days=90))
    assert list(Period.objects.values_list("starts_on", "ends_on")) == [
        (date(2026, 11, 2), DECEMBER)
    ]
    assert end.finish_ended(now=NOW + timedelta(days=91)) == 0


def test_a_fixed_term_is_in_the_text_that_is_signed(world: World) -> None:
    agreement = world.picked(ends_on=date(2027, 5, 2))
    assert "2 May 2027" in " ".join(clause["body"] for clause in clauses(agreement))


def test_a_later_notice_does_not_change_the_signed_text(world: World) -> None:
    agreement = world.signed(minimum_months=0)
    before = clauses(agreement)
    end.give_notice(agreement=agreement, ends_on=DECEMBER, actor="Nan", now=NOW)
    assert clauses(agreement) == before


@pytest.mark.parametrize("missing", ["ends_on", "trial_measure"])
def test_a_trial_needs_a_decision_day_and_a_success_measure(world: World, missing: str) -> None:
    terms = {"ends_on": DECISION, "trial_measure": "20 calls"} | {
        missing: None if missing == "ends_on" else ""
    }
    with pytest.raises(BadTrial) as error:
        world.proposal(interval=Interval.ONCE, **terms)
    assert error.value.field == missing


def test_a_trial_agreement_states_its_success_measure_and_decision_day(world: World) -> None:
    agreement = world.picked(interval=Interval.ONCE, ends_on=DECISION, trial_measure="20 calls")
    text = " ".join(clause["body"] for clause in clauses(agreement))
    assert "20 calls" in text
    assert "30 November 2026" in text


def test_a_client_gives_notice_and_the_freelancer_is_told_why(world: World) -> None:
    agreement = world.signed(minimum_months=2)
    for too_soon in (NOW.date(), DECISION):
        with pytest.raises(TooSoon, match="2 January 2027"):
            end.give_notice(agreement=agreement, ends_on=too_soon, actor=agreement.contact, now=NOW)
    end.give_notice(
        agreement=agreement,
        ends_on=date(2027, 1, 2),
        actor=agreement.contact,
        reason="We close",
        now=NOW,
    )
    emails = {email.kind: email for email in OutboxEmail.objects.filter(kind__startswith="notice")}
    assert emails["notice"].to == agreement.contact.email
    assert emails["notice_given"].to == agreement.business.owner.email
    assert "We close" in emails["notice_given"].text
    assert "1 January 2027" in emails["notice_given"].text
    event = audit.chain(agreement.pk)[-1]
    assert (event.event, event.actor, event.data["reason"]) == (
        "notice",
        "Ploy <ploy@baan.example>",
        "We close",
    )

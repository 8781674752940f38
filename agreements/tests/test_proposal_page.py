"""The page of a proposal says what its terms say, and what was sent does not change."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from agreements.models import Proposal
from agreements.proposals import after_sending, client_view, lifecycle
from agreements.proposals.page import plain_terms, promises, usual_questions
from agreements.rules.cumulative_tiers import TierDraft
from clients import client_records
from tests.world import NOW, World

TODAY = date(2026, 11, 2)
OWN = {"question": "Who writes?", "answer": "Nan does."}
CONTENT: dict[str, Any] = {
    "goals": ["Ten enquiries a month"],
    "sections": [{"title": "Plan", "body": "**First** we talk."}],
    "faq": [OWN, {"key": "stop"}],
}
TRIAL: dict[str, Any] = {
    "interval": "once",
    "ends_on": TODAY + timedelta(days=28),
    "trial_measure": "20 calls",
    "tiers": [TierDraft("Trial", 1_200_00, 600, adds=["Audit"])],
    "next_tier": {"name": "Growth", "amount": 5_000_00, "minutes": 1920, "response_hours": 24},
    "credits_trial": True,
}


def page(proposal: Proposal) -> dict[str, Any]:
    return client_view.page_context(proposal, today=TODAY)


def terms_of(proposal: Proposal) -> dict[str, str]:
    return {term.name: term.text for term in page(proposal)["terms"]}


def test_goals_sections_and_answers_are_part_of_what_was_sent(world: World) -> None:
    proposal = world.proposal(**CONTENT)
    sent = proposal.snapshot
    assert sent["goals"] == CONTENT["goals"]
    assert sent["sections"] == CONTENT["sections"]
    assert [row["question"] for row in sent["faq"]] == [
        "Who writes?",
        "How can we stop working together?",
    ]
    for name in CONTENT:
        with pytest.raises(IntegrityError), transaction.atomic():
            Proposal.objects.filter(pk=proposal.pk).update(**{name: []})


def test_a_revision_keeps_goals_sections_and_questions(world: World) -> None:
    revision = after_sending.revise_proposal(proposal=world.proposal(**CONTENT), now=NOW)
    assert {name: getattr(revision, name) for name in CONTENT} == CONTENT


def test_a_usual_question_is_answered_from_the_terms_in_the_language_of_the_proposal(
    world: World,
) -> None:
    draft = world.proposal(send=False, notice_days=14, minimum_months=6, faq=[{"key": "stop"}])
    (row,) = usual_questions.questions_and_answers(draft)
    assert "at least 6 months" in row["answer"]
    assert "14 days' notice" in row["answer"]
    Proposal.objects.filter(pk=draft.pk).update(language="th")
    (thai,) = usual_questions.questions_and_answers(Proposal.objects.get())
    assert thai["question"] != row["question"]


def test_a_usual_question_that_does_not_apply_is_left_out(world: World) -> None:
    keys = usual_questions.usual_keys()
    monthly = usual_questions.questions_and_answers(world.proposal(send=False, faq=keys))
    trial = usual_questions.questions_and_answers(world.proposal(send=False, faq=keys, **TRIAL))
    assert "What happens when the trial ends?" not in {row["question"] for row in monthly}
    assert {row["question"] for row in trial} == {
        "What if we need more hours than agreed?",
        "What happens when the trial ends?",
    }


def test_a_card_counts_everything_and_lists_only_what_it_adds(world: World) -> None:
    """The list of all services stands once on the page, in the comparison."""
    cards = {tier.name: card for tier, card in page(world.proposal())["cards"]}
    assert cards["Growth"].counts == ["4 posts"]
    assert (cards["Growth"].below, cards["Growth"].adds) == ("Essential", ["Community"])
    assert (cards["Essential"].below, cards["Essential"].adds) == ("", ["Content"])


@pytest.mark.parametrize(
    ("interval", "per_hours", "end", "payment"),
    [
        ("monthly", "each month", "paid month", "every month"),
        ("quarterly", "each quarter", "paid quarter", "every quarter"),
        ("yearly", "each year", "paid year", "every year"),
    ],
)
def test_hours_notice_and_payment_name_the_interval(
    world: World, interval: str, per_hours: str, end: str, payment: str
) -> None:
    proposal = world.proposal(interval=interval)
    said = terms_of(proposal)
    assert proposal.after_hours == per_hours
    assert end in said["Notice"]
    assert payment in said["Payment"]
    assert said["Minimum term"] == "3 months."


def test_one_time_work_has_no_notice_and_its_hours_are_a_total(world: World) -> None:
    proposal = world.proposal(**TRIAL)
    assert proposal.after_hours == "in total"
    assert not {"Notice", "Minimum term", "Unused hours"} & terms_of(proposal).keys()
    assert page(proposal)["follows"]["name"] == "Growth"
    assert [step.title for step in page(proposal)["next_steps"]][-1] == "Decide together"


@pytest.mark.parametrize(
    ("renews", "said"),
    [
        ("no", "It goes on only if we both sign a new one."),
        ("signed", "The agreement goes on only if you sign again."),
        ("alone", "renews for 12 months at a time, unless one of us says no by 3 October 2027."),
    ],
)
def test_a_fixed_term_names_its_last_day_and_what_follows(
    world: World, renews: str, said: str
) -> None:
    terms = terms_of(world.proposal(ends_on=date(2027, 11, 2), renews=renews))
    assert terms["Start"] == "From 2 November 2026 up to and including 1 November 2027."
    assert said in terms["Renewal"]
    assert not {"Minimum term", "Notice"} & terms.keys()


def test_what_happens_next_depends_on_the_way_to_pay(world: World) -> None:
    card, transfer = (
        [step.title for step in page(world.proposal(collect_by=way))["next_steps"]]
        for way in ("card", "transfer")
    )
    assert "Save a payment method" in card
    assert "Save a payment method" not in transfer
    assert "Pay the first invoice" in transfer


def test_unused_and_extra_hours_are_explained(world: World) -> None:
    draft = world.proposal(
        send=False, rollover="surplus", overage_amount=150_00, overage_minutes=300
    )
    assert "carry over into the next month, up to 25 %" in plain_terms.unused_hours(draft)
    assert "$150" in plain_terms.extra_hours(draft)
    assert "Up to 5 h per paid period need no further approval" in plain_terms.extra_hours(draft)


def test_who_decides_who_signs_and_for_whom_else_nobody_works(world: World) -> None:
    client = world.client()
    other = client_records.add_contact(client=client, name="Otto", email="o@baan.example", now=NOW)
    proposal = world.proposal(
        client, cosigners=[other], countersigns=True, competitors=["Kaffee Nord"]
    )
    said = {
        one.title: one.text for one in promises.promises(proposal, lifecycle.tiers_of(proposal))
    }
    assert said["Clear decisions"] == "Ploy decides and signs; Otto signs as well. We sign last."
    assert said["On your side only"] == "While we work together, we do not work for Kaffee Nord."
    assert "20 h to 60 h each month" in said["Reserved time"]

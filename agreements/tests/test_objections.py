"""Objections are never answered with a discount, and their outcomes follow from what was signed."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from agreements.proposals import accept, objection_outcomes
from clients import objections, playbook
from clients.models import Objection, Reply
from clients.objections import BadObjection
from clients.rules.objection_statistics import ENOUGH, Heard, Kind, Outcome, figures
from tests.browsers import logged_in
from tests.world import HERE, NOW, World

AFTER = NOW + timedelta(hours=1)


def test_the_playbook_never_offers_a_discount_and_always_ends_with_walking_away() -> None:
    for kind in (*Kind, "time"):
        moves = playbook.plays(kind)
        assert moves[-1].key == "walk_away"
        assert not re.search(
            r"discount|rebate|cheaper|% off",
            " ".join(f"{play.title} {play.words}" for play in moves),
            re.I,
        )
    assert playbook.plays(Kind.RESULTS)[0].key == "trial"
    assert playbook.plays(Kind.MONEY)[0].key == "add_value"


def test_the_outcome_of_an_objection_follows_from_what_was_signed_afterwards(world: World) -> None:
    proposal = world.proposal()
    objection = objections.hear(
        client=proposal.client, kind="money", offer=proposal.pk, tier="Growth", now=NOW
    )
    assert objection_outcomes.outcomes([objection])[objection.pk] == Outcome.OPEN
    world.signed(world.picked(proposal, tier=0, now=AFTER), now=AFTER, card="")
    objection = Objection.objects.select_related("client").get()
    assert objection_outcomes.outcomes([objection])[objection.pk] == Outcome.OTHER_TIER


def test_a_later_decline_makes_the_outcome_a_loss(world: World) -> None:
    proposal = world.proposal()
    objection = objections.hear(
        client=proposal.client, kind="Price!", offer=proposal.pk, tier="Growth", now=NOW
    )
    accept.decline_proposal(
        proposal=proposal, contact=proposal.contact, reason="", now=AFTER, origin=HERE
    )
    assert objection_outcomes.outcomes([objection])[objection.pk] == Outcome.LOST


def test_an_own_reply_is_saved_once_and_answers_only_its_kind_of_objection(world: World) -> None:
    client = world.client()
    for _time in range(2):
        objection = objections.hear(client=client, kind="Money", now=NOW)
        objections.answer_in_own_words(
            objection=objection, own="What does doing nothing cost?", now=NOW
        )
    reply = Reply.objects.get()
    assert (objection.kind, reply.kind) == ("money", "money")
    other = objections.hear(client=client, kind="value", now=NOW)
    with pytest.raises(BadObjection):
        objections.answer(objection=other, reply=reply)


def test_statistics_need_ten_outcomes_and_name_the_costliest_objection_and_the_best_reply() -> None:
    rows = [Heard("money", "Growth", "trial", Outcome.LOST)] * 6
    rows += [Heard("results", "Partner", "trial", Outcome.WON)] * 3
    assert figures(rows).missing == ENOUGH - 9
    assert not figures(rows).costs
    statistics = figures(
        [*rows, Heard("value", "Growth", "", Outcome.OTHER_TIER)]
        + [Heard("x", "", "", Outcome.OPEN)] * 9
    )
    assert (statistics.decided, statistics.missing) == (10, 0)
    assert (statistics.costs[0].kind, statistics.costs[0].lost, statistics.costs[0].kept) == (
        "money",
        6,
        0,
    )
    assert (statistics.uses[0].kind, statistics.uses[0].won) == ("results", 3)


def test_an_objection_is_about_the_recommended_tier(world: World) -> None:
    assert objection_outcomes.discussed_tier_name(world.proposal()) == "Growth"
    assert objection_outcomes.discussed_tier_name(None) == ""


def test_an_objection_shows_what_won_before_once_ten_have_an_outcome(world: World) -> None:
    own = "Think of the season."
    for count, how in ((6, "goals"), (3, own)):
        for _time in range(count):
            proposal = world.proposal()
            heard = objections.hear(client=proposal.client, kind="money", now=NOW)
            if how == own:
                objections.answer_in_own_words(objection=heard, own=own, now=NOW)
            else:
                objections.answer(objection=heard, play=how)
            world.signed(world.picked(proposal, now=AFTER), now=AFTER, card="")
    page = reverse("dashboard:objection", args=[heard.pk])
    owner = logged_in(world.business.owner)
    assert "Won 6 of 6" not in owner.get(page).content.decode()
    proposal = world.proposal()
    lost = objections.hear(client=proposal.client, kind="money", offer=proposal.pk, now=NOW)
    objections.answer(objection=lost, play="add_value")
    accept.decline_proposal(
        proposal=proposal, contact=proposal.contact, reason="", now=AFTER, origin=HERE
    )
    suggested = owner.get(page).context["suggested"]
    figures_of = [
        (str(one["title"]), one["use"] and (one["use"].won, one["use"].used)) for one in suggested
    ]
    assert figures_of[:3] == [
        ("Go back to their goals", (6, 6)),
        ("Your own", (3, 3)),
        ("Add value, leave the fee", (0, 1)),
    ]
    assert figures_of[-1] == ("Walk away politely", None)
    assert "Won 6 of 6" in owner.get(page).content.decode()

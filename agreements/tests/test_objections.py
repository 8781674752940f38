"""Objections: never answered with a discount, their outcome is what was signed, and figures come after ten."""

import re
from datetime import timedelta

import pytest

from agreements.proposals import accept, objection_outcomes
from clients import objections, playbook
from clients.models import Objection, Reply
from clients.objections import BadObjection
from clients.rules.objection_statistics import ENOUGH, Heard, Kind, Outcome, figures
from tests.world import HERE, NOW, World

AFTER = NOW + timedelta(hours=1)


def test_the_playbook_never_offers_a_discount_and_always_knows_how_to_leave() -> None:
    for kind in (*Kind, "time"):
        moves = playbook.plays(kind)
        assert moves[-1].key == "walk_away"
        assert not re.search(
            r"discount|rebate|cheaper|% off",
            " ".join(f"{one.title} {one.words}" for one in moves),
            re.I,
        )
    assert playbook.plays(Kind.RESULTS)[0].key == "trial"
    assert playbook.plays(Kind.MONEY)[0].key == "add_value"


def test_the_outcome_is_told_by_what_was_signed_since(world: World) -> None:
    proposal = world.proposal()
    heard = objections.hear(
        client=proposal.client, kind="money", offer=proposal.pk, tier="Growth", now=NOW
    )
    assert objection_outcomes.outcomes([heard])[heard.pk] == Outcome.OPEN
    world.signed(world.picked(proposal, tier=0, now=AFTER), now=AFTER, card="")
    heard = Objection.objects.select_related("client").get()
    assert objection_outcomes.outcomes([heard])[heard.pk] == Outcome.OTHER_TIER


def test_a_decline_afterwards_is_a_loss(world: World) -> None:
    proposal = world.proposal()
    heard = objections.hear(
        client=proposal.client, kind="Price!", offer=proposal.pk, tier="Growth", now=NOW
    )
    accept.decline(proposal=proposal, contact=proposal.contact, reason="", now=AFTER, origin=HERE)
    assert objection_outcomes.outcomes([heard])[heard.pk] == Outcome.LOST


def test_ones_own_reply_is_kept_once_and_only_for_its_kind(world: World) -> None:
    client = world.client()
    for _time in range(2):
        heard = objections.hear(client=client, kind="Money", now=NOW)
        objections.answer_in_own_words(
            objection=heard, own="What does doing nothing cost?", now=NOW
        )
    reply = Reply.objects.get()
    assert (heard.kind, reply.kind) == ("money", "money")
    value = objections.hear(client=client, kind="value", now=NOW)
    with pytest.raises(BadObjection):
        objections.answer(objection=value, reply=reply)


def test_figures_wait_for_ten_outcomes_and_name_the_costly_one_and_the_reply_that_won() -> None:
    rows = [Heard("money", "Growth", "trial", Outcome.LOST)] * 6
    rows += [Heard("results", "Partner", "trial", Outcome.WON)] * 3
    assert figures(rows).missing == ENOUGH - 9
    assert not figures(rows).costs
    found = figures(
        [*rows, Heard("value", "Growth", "", Outcome.OTHER_TIER)]
        + [Heard("x", "", "", Outcome.OPEN)] * 9
    )
    assert (found.decided, found.missing) == (10, 0)
    assert (found.costs[0].kind, found.costs[0].lost, found.costs[0].kept) == ("money", 6, 0)
    assert (found.uses[0].kind, found.uses[0].won) == ("results", 3)


def test_the_recommended_tier_is_what_it_is_about(world: World) -> None:
    assert objection_outcomes.on_the_table(world.proposal()) == "Growth"
    assert objection_outcomes.on_the_table(None) == ""

"""What a client adds to a tier is signed, billed with it, and never anything else."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.models import Agreement, Proposal
from agreements.proposals import accept, after_sending, lifecycle
from agreements.rules import extras
from agreements.rules.errors import AlreadyPicked, BadExtra, NotOpen
from agreements.signing import unsigned_documents
from tests.world import HERE, NOW, World

CALL = {"key": "x1", "title": "Weekly call", "amount": 500_00, "once": False}
AUDIT = {"key": "x2", "title": "SEO audit", "amount": 1_200_00, "once": True}
ROWS = st.lists(
    st.fixed_dictionaries({"amount": st.integers(1, 10**9), "once": st.booleans()}), max_size=6
).map(lambda rows: [{**row, "key": f"x{n}", "title": f"E{n}"} for n, row in enumerate(rows)])


@given(ROWS, st.data())
def test_every_chosen_extra_is_paid_once_or_with_every_fee_and_no_other(
    rows: list[dict[str, Any]], data: st.DataObject
) -> None:
    keys = data.draw(st.sets(st.sampled_from([row["key"] for row in rows]))) if rows else set()
    picked = extras.chosen(rows, keys)
    assert {row["key"] for row in picked} == keys
    once = extras.paid_once(picked)
    assert extras.in_every_fee(picked) + sum(row["amount"] for row in once) == sum(
        row["amount"] for row in rows if row["key"] in keys
    )
    assert not extras.faults(rows)
    with pytest.raises(KeyError):
        extras.chosen(rows, [*keys, "-1"])


def picked(
    world: World,
    keys: list[str],
    proposal: Proposal | None = None,
    instead_of: Agreement | None = None,
) -> Agreement:
    proposal = proposal or world.proposal(extras=[CALL, AUDIT])
    return accept.accept_proposal(
        proposal=proposal,
        tier=lifecycle.tiers_of(proposal)[0],
        contact=proposal.contact,
        now=NOW,
        origin=HERE,
        instead_of=instead_of,
        extras=keys,
    )


def test_what_is_added_is_in_the_signed_terms_and_in_the_text(world: World) -> None:
    agreement = picked(world, ["x1", "x2"])
    assert agreement.amount == 3_500_00 and agreement.tier["extras"] == [CALL, AUDIT]
    text = " ".join(str(clause) for clause in agreement.terms["clauses"])
    assert "Weekly call: $500, which the fee contains" in text
    assert "SEO audit: $1,200, once, with the first invoice" in text
    plain = picked(world, [], world.proposal(world.client("Plain"), extras=[CALL, AUDIT]))
    assert plain.amount == 3_000_00 and "extras" not in plain.tier
    assert "Weekly call" not in str(plain.terms["clauses"])


def test_a_choice_with_other_extras_is_another_choice(world: World) -> None:
    first = picked(world, ["x1"])
    proposal = Proposal.objects.get(pk=first.proposal_id)
    assert picked(world, ["x1"], proposal) == first
    with pytest.raises(AlreadyPicked):
        picked(world, [], proposal)
    second = picked(world, ["x2"], proposal, instead_of=first)
    assert (second.amount, second.proposal.agreement) == (3_000_00, second)


@pytest.mark.parametrize("key", ["-1", "x3", ""])
def test_an_extra_that_is_not_offered_is_refused(world: World, key: str) -> None:
    with pytest.raises(NotOpen, match="not part of this proposal"):
        picked(world, [key])
    assert not Agreement.objects.exists()


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([CALL | {"amount": -1}], "costs something"),
        ([CALL, AUDIT | {"title": "weekly CALL "}], "name of its own"),
        ([CALL | {"title": f"E{n}"} for n in range(7)], "at most six"),
        ([CALL | {"amount": 10**12}], "too large"),
    ],
)
def test_extras_that_cannot_be_billed_cannot_be_offered(
    world: World, rows: list[dict[str, Any]], said: str
) -> None:
    with pytest.raises(BadExtra, match=said):
        world.proposal(send=False, extras=rows)


def test_a_revision_keeps_the_extras_and_the_snapshot_holds_them(world: World) -> None:
    agreement = picked(world, ["x1"])
    unsigned_documents.withdraw(paper=agreement, reason="", actor="Nan", now=NOW)
    proposal = Proposal.objects.get(pk=agreement.proposal_id)
    assert proposal.snapshot["extras"] == [CALL, AUDIT]
    assert after_sending.revise_proposal(proposal=proposal, now=NOW).extras == [CALL, AUDIT]

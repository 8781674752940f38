"""Prospects move through stages, every move is recorded, and a client is won only by signing."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients import client_records, pipeline
from clients.models import Client
from clients.rules.pipeline import MOVES, ODDS, Stage, weighted
from core import audit
from tests.factories import BusinessFactory

NOW = datetime(2026, 11, 2, 5, 0, tzinfo=UTC)
fees = st.lists(st.tuples(st.sampled_from(Stage), st.integers(0, 10**9)), max_size=8)


@given(fees)
def test_an_open_prospect_is_worth_its_fee_by_the_odds_and_never_more(
    rows: list[tuple[Stage, int]],
) -> None:
    assert 0 <= weighted(rows) <= sum(fee for _stage, fee in rows)
    assert weighted(rows) == weighted(reversed(rows))
    assert weighted([(Stage.WON, 500_00), (Stage.LOST, 900_00)]) == 0


def test_the_worth_of_three_prospects_matches_a_calculation_by_hand() -> None:
    assert (
        weighted(
            [(Stage.LEAD, 3_000_00), (Stage.PROPOSAL_SENT, 5_000_00), (Stage.TRIAL, 10_000_00)]
        )
        == 980_000
    )


def test_no_stage_follows_won_and_only_open_stages_have_odds() -> None:
    assert MOVES[Stage.WON] == frozenset()
    assert list(ODDS) == [Stage.LEAD, Stage.CALL_BOOKED, Stage.PROPOSAL_SENT, Stage.TRIAL]


@pytest.fixture
def prospect(db: None) -> Client:
    return client_records.add_client(
        business=BusinessFactory(),
        name="Baan",
        contact_name="Ploy",
        contact_email="p@baan.example",
        now=NOW,
    )


def test_every_move_is_in_the_audit_trail_and_losing_needs_a_reason(prospect: Client) -> None:
    now = prospect.created_at
    pipeline.put(client=prospect, to=Stage.CALL_BOOKED, actor="Nan", now=now)
    with pytest.raises(pipeline.NotByHand, match="why"):
        pipeline.put(client=prospect, to=Stage.LOST, actor="Nan", now=now)
    with pytest.raises(pipeline.NotByHand, match="signing"):
        pipeline.put(client=prospect, to=Stage.WON, actor="Nan", now=now)
    later = now + timedelta(days=2)
    pipeline.put(
        client=prospect,
        to=Stage.LOST,
        actor="Nan",
        now=later,
        because="money",
        words="Too dear this year",
    )
    events = audit.chain(prospect.pk)
    assert [(event.data["from"], event.data["to"]) for event in events] == [
        ("lead", "call_booked"),
        ("call_booked", "lost"),
    ]
    assert audit.is_whole(events)
    assert (prospect.lost_because, prospect.stage_at) == ("money", later)
    pipeline.put(client=prospect, to=Stage.LEAD, actor="Nan", now=later)
    assert (prospect.lost_because, prospect.lost_words) == ("", "")


def test_events_move_a_prospect_forward_and_never_back(prospect: Client) -> None:
    now = prospect.created_at
    pipeline.reach(client=prospect, to=Stage.TRIAL, actor="Retainer Hub", now=now)
    pipeline.reach(client=prospect, to=Stage.PROPOSAL_SENT, actor="Nan", now=now)
    assert prospect.state == Stage.TRIAL
    pipeline.reach(client=prospect, to=Stage.WON, actor="Retainer Hub", now=now)
    assert prospect.state == Stage.WON

"""Openings are computed from what is signed and from time off, and what is only likely takes none away (rule 36)."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.models import Agreement, Amendment, Pause
from agreements.proposals import capacity, time_off
from agreements.rules.errors import BadSpan
from clients.rules.pipeline import MOVES
from core.database.state_moves import move
from tests.world import NOW, World

FIRST = date(2026, 12, 1)
HOURS = 60


@pytest.fixture
def full(world: World) -> World:
    """A hundred hours a month."""
    world.business.capacity_minutes = 100 * HOURS
    world.business.save()
    return world


def running(world: World, **fields: Any) -> Agreement:
    return world.running(card="", starts_on=date(2026, 11, 1), **fields)


def signed_hours(world: World) -> list[int]:
    return [load.signed // HOURS for load in capacity.months(world.business, FIRST)]


def test_openings_are_capacity_less_what_is_signed_and_time_off(full: World) -> None:
    assert capacity.openings(full.business, 20 * HOURS, FIRST) == 5
    running(full)
    assert capacity.openings(full.business, 20 * HOURS, FIRST) == 4
    time_off.add(business=full.business, first=FIRST, last=date(2026, 12, 31), note="", now=NOW)
    assert capacity.openings(full.business, 20 * HOURS, FIRST) == 0
    assert capacity.openings(full.business, 20 * HOURS, date(2027, 1, 1)) == 4


def test_a_retainer_that_begins_at_the_end_of_a_month_takes_its_place_at_once(full: World) -> None:
    running(full, minutes=90 * HOURS, anchor_day=1)
    assert capacity.openings(full.business, 20 * HOURS, date(2026, 11, 28)) == 0


def test_without_capacity_nobody_can_say(world: World) -> None:
    assert capacity.openings(world.business, 20 * HOURS, FIRST) is None
    assert capacity.months(world.business, FIRST)[0].free is None


def test_a_tier_without_hours_has_no_openings_to_count(full: World) -> None:
    assert capacity.openings(full.business, 0, FIRST) is None


def test_an_end_a_pause_and_an_amendment_count_from_their_day(full: World) -> None:
    running(full, ends_on=date(2027, 2, 1))
    paused = running(full)
    Pause.objects.create(
        business=full.business,
        agreement=paused,
        starts_on=date(2027, 1, 1),
        ends_on=date(2027, 3, 1),
        reason="R",
    )
    raised = running(full)
    Amendment.objects.create(
        business=full.business,
        agreement=raised,
        client=raised.client,
        number=1,
        kind="tier",
        state="signed",
        effective_on=date(2027, 3, 1),
        tier={},
        amount=1,
        minutes=32 * HOURS,
        terms={},
        terms_hash="x",
    )
    assert signed_hours(full) == [60, 40, 20, 52, 52, 52]


def test_a_term_that_renews_by_itself_is_promised_on_and_one_that_ends_is_not(full: World) -> None:
    running(full, ends_on=date(2027, 2, 1), renews="alone", term_months=3)
    running(full, ends_on=date(2027, 2, 1), renews="signed", term_months=3)
    assert signed_hours(full) == [40, 40, 20, 20, 20, 20]


def test_a_quarter_is_spread_over_its_months_and_a_trial_lies_in_its_weeks(full: World) -> None:
    running(full, interval="quarterly", minutes=92 * HOURS)  # 92 days from November to January
    assert [load.signed / HOURS for load in capacity.months(full.business, FIRST)][:2] == [31, 31]
    running(full, interval="once", minutes=28 * HOURS, ends_on=date(2026, 12, 15))
    assert capacity.months(full.business, FIRST)[1].signed == 31 * HOURS


def test_what_is_added_costs_hours_until_its_last_day(full: World) -> None:
    agreement = running(full)
    agreement.proposal.value_adds = [
        {"title": "Audit", "minutes": 300, "ends_on": "2027-01-15", "reason": ""}
    ]
    agreement.proposal.save()
    assert [load.added for load in capacity.months(full.business, FIRST)] == [300, 300, 0, 0, 0, 0]
    assert capacity.openings(full.business, 76 * HOURS, FIRST) == 0


def test_open_proposals_weigh_by_their_stage_and_take_no_opening(full: World) -> None:
    for stage in ("call_booked", "lost"):
        client = full.client(stage, now=NOW)
        full.proposal(client, send=False, starts_on=FIRST)
        move(client, stage, MOVES)
    sent = full.client("sent", now=NOW)
    full.proposal(sent, starts_on=FIRST)  # 32 hours are recommended
    full.proposal(
        sent, send=False, starts_on=FIRST
    )  # the same client's next draft is not counted on top
    assert capacity.months(full.business, FIRST)[0].likely == 32 * HOURS * 75 // 100
    assert capacity.openings(full.business, 20 * HOURS, FIRST) == 5


def test_another_business_and_its_days_off_are_not_ours(full: World) -> None:
    other = World()
    running(other)
    time_off.add(
        business=other.business, first=FIRST, last=FIRST + timedelta(days=20), note="", now=NOW
    )
    assert capacity.openings(full.business, 20 * HOURS, FIRST) == 5


@pytest.mark.parametrize(
    ("first", "last"), [((2026, 12, 2), (2026, 12, 1)), ((2026, 12, 1), (2028, 1, 1))]
)
def test_time_off_ends_after_it_begins_and_within_a_year(
    world: World, first: Any, last: Any
) -> None:
    with pytest.raises(BadSpan):
        time_off.add(
            business=world.business, first=date(*first), last=date(*last), note="", now=NOW
        )


def test_the_number_of_questions_does_not_grow_with_the_agreements(full: World) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            capacity.months(full.business, FIRST)
        return len(asked)

    def more() -> None:
        agreement = running(full)
        time_off.add(business=full.business, first=FIRST, last=FIRST, note="", now=NOW)
        Pause.objects.create(
            business=full.business, agreement=agreement, starts_on=FIRST, reason="R"
        )
        full.proposal(full.client(now=NOW), send=False, starts_on=FIRST)

    more()
    few = count()
    for _n in range(6):
        more()
    assert count() == few <= 6

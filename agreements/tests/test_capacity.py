"""Openings are computed from signed agreements and time off, not from open proposals (rule 36)."""

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.models import Agreement, Amendment, GivenValueAdd, Pause
from agreements.proposals import capacity, time_off
from agreements.rules import workload
from agreements.rules.errors import BadTimeOff
from agreements.rules.intervals import Interval
from agreements.rules.states import RUNNING_STATES
from agreements.running import effective_terms
from agreements.running.periods import period_spans
from clients.rules.pipeline import MOVES
from core.database.state_moves import move
from tests.world import NOW, World

FIRST = date(2026, 12, 1)
HOURS = 60


@pytest.fixture
def hundred_hours(world: World) -> World:
    """A business with a capacity of 100 hours a month."""
    world.business.capacity_minutes = 100 * HOURS
    world.business.save()
    return world


def running(world: World, **fields: Any) -> Agreement:
    return world.running(card="", starts_on=date(2026, 11, 1), **fields)


def signed_hours(world: World) -> list[int]:
    return [load.signed // HOURS for load in capacity.workload_by_month(world.business, FIRST)]


def test_openings_are_capacity_less_signed_hours_and_time_off(hundred_hours: World) -> None:
    assert capacity.openings(hundred_hours.business, 20 * HOURS, FIRST) == 5
    running(hundred_hours)
    assert capacity.openings(hundred_hours.business, 20 * HOURS, FIRST) == 4
    time_off.add(
        business=hundred_hours.business, first=FIRST, last=date(2026, 12, 31), note="", now=NOW
    )
    assert capacity.openings(hundred_hours.business, 20 * HOURS, FIRST) == 0
    assert capacity.openings(hundred_hours.business, 20 * HOURS, date(2027, 1, 1)) == 4


def test_a_retainer_from_an_earlier_month_counts_in_the_month_that_begins_today(
    hundred_hours: World,
) -> None:
    running(hundred_hours, minutes=90 * HOURS, anchor_day=1)
    assert capacity.openings(hundred_hours.business, 20 * HOURS, date(2026, 11, 28)) == 0


def test_without_a_capacity_there_are_no_figures(world: World) -> None:
    assert capacity.openings(world.business, 20 * HOURS, FIRST) is None
    assert capacity.workload_by_month(world.business, FIRST)[0].free is None


def test_a_tier_without_hours_has_no_openings_to_count(hundred_hours: World) -> None:
    assert capacity.openings(hundred_hours.business, 0, FIRST) is None


def test_an_end_a_pause_and_an_amendment_count_from_their_first_day(hundred_hours: World) -> None:
    running(hundred_hours, ends_on=date(2027, 2, 1))
    paused = running(hundred_hours)
    Pause.objects.create(
        business=hundred_hours.business,
        agreement=paused,
        starts_on=date(2027, 1, 1),
        ends_on=date(2027, 3, 1),
        reason="R",
    )
    raised = running(hundred_hours)
    Amendment.objects.create(
        business=hundred_hours.business,
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
    assert signed_hours(hundred_hours) == [60, 40, 20, 52, 52, 52]


def test_hours_go_on_after_a_term_that_renews_automatically_and_stop_after_one_that_ends(
    hundred_hours: World,
) -> None:
    running(hundred_hours, ends_on=date(2027, 2, 1), renews="alone", term_months=3)
    running(hundred_hours, ends_on=date(2027, 2, 1), renews="signed", term_months=3)
    assert signed_hours(hundred_hours) == [40, 40, 20, 20, 20, 20]


def test_a_quarter_is_spread_over_its_months_and_a_trial_over_its_weeks(
    hundred_hours: World,
) -> None:
    running(
        hundred_hours, interval="quarterly", minutes=92 * HOURS
    )  # 92 days from November to January
    assert [
        load.signed / HOURS for load in capacity.workload_by_month(hundred_hours.business, FIRST)
    ][:2] == [
        31,
        31,
    ]
    running(hundred_hours, interval="once", minutes=28 * HOURS, ends_on=date(2026, 12, 15))
    assert capacity.workload_by_month(hundred_hours.business, FIRST)[1].signed == 31 * HOURS


def test_a_value_add_costs_hours_until_its_last_day(hundred_hours: World) -> None:
    agreement = running(hundred_hours)
    agreement.proposal.value_adds = [
        {"title": "Audit", "minutes": 300, "ends_on": "2027-01-15", "reason": ""}
    ]
    agreement.proposal.save()
    assert [load.added for load in capacity.workload_by_month(hundred_hours.business, FIRST)] == [
        300,
        300,
        0,
        0,
        0,
        0,
    ]
    assert capacity.openings(hundred_hours.business, 76 * HOURS, FIRST) == 0


def test_open_proposals_are_weighted_by_stage_and_take_no_opening(hundred_hours: World) -> None:
    for stage in ("call_booked", "lost"):
        client = hundred_hours.client(stage, now=NOW)
        hundred_hours.proposal(client, send=False, starts_on=FIRST)
        move(client, stage, MOVES)
    sent = hundred_hours.client("sent", now=NOW)
    hundred_hours.proposal(sent, starts_on=FIRST)  # 32 hours are recommended
    # A draft for the same client is not counted on top.
    hundred_hours.proposal(sent, send=False, starts_on=FIRST)
    assert (
        capacity.workload_by_month(hundred_hours.business, FIRST)[0].likely
        == 32 * HOURS * 75 // 100
    )
    assert capacity.openings(hundred_hours.business, 20 * HOURS, FIRST) == 5


def test_another_business_and_its_time_off_do_not_count(hundred_hours: World) -> None:
    other = World()
    running(other)
    time_off.add(
        business=other.business, first=FIRST, last=FIRST + timedelta(days=20), note="", now=NOW
    )
    assert capacity.openings(hundred_hours.business, 20 * HOURS, FIRST) == 5


@pytest.mark.parametrize(
    ("first", "last"), [((2026, 12, 2), (2026, 12, 1)), ((2026, 12, 1), (2028, 1, 1))]
)
def test_time_off_ends_after_it_starts_and_within_a_year(
    world: World, first: Any, last: Any
) -> None:
    with pytest.raises(BadTimeOff):
        time_off.add(
            business=world.business, first=date(*first), last=date(*last), note="", now=NOW
        )


def test_the_number_of_queries_does_not_grow_with_the_agreements(hundred_hours: World) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            capacity.workload_by_month(hundred_hours.business, FIRST)
        return len(queries)

    def add_rows() -> None:
        agreement = running(hundred_hours)
        time_off.add(business=hundred_hours.business, first=FIRST, last=FIRST, note="", now=NOW)
        Pause.objects.create(
            business=hundred_hours.business, agreement=agreement, starts_on=FIRST, reason="R"
        )
        hundred_hours.proposal(hundred_hours.client(now=NOW), send=False, starts_on=FIRST)

    add_rows()
    expected = count()
    for _n in range(6):
        add_rows()
    assert count() == expected <= 9


def test_hours_by_weekday_make_the_capacity_of_each_month(hundred_hours: World) -> None:
    business = hundred_hours.business
    before = [load.capacity for load in capacity.workload_by_month(business, FIRST)]
    assert before == [100 * HOURS] * 6, "who entered hours a month keeps them"
    business.week_minutes = [6 * HOURS] * 4 + [0, 0, 0]  # Monday to Thursday
    business.save()
    december, january = capacity.workload_by_month(business, FIRST)[:2]
    assert (december.capacity, january.capacity) == (19 * 6 * HOURS, 16 * 6 * HOURS)
    time_off.add(
        business=business, first=date(2026, 12, 24), last=FIRST.replace(day=31), note="", now=NOW
    )
    december = capacity.workload_by_month(business, FIRST)[0]
    assert december.off == 5 * 6 * HOURS, "Friday to Sunday are free anyway"


@pytest.mark.parametrize("seed", range(4))
def test_the_hours_of_many_agreements_are_those_of_each_added_up(world: World, seed: int) -> None:
    random = Random(seed)
    first = random_agreements(world, random, world.signed())
    rows = capacity.workload_by_month(world.business, FIRST, count=4)
    assert any(load.signed for load in rows)
    included = [promise for row in first for promise in one_by_one(row)]
    added = [promise for row in first for promise in added_one_by_one(row)]
    for load in rows:
        assert load.signed == workload.minutes_within(included, load.span)
        assert load.added == workload.minutes_within(added, load.span)


def random_agreements(world: World, random: Random, model: Agreement) -> list[Agreement]:
    """Agreements of every rhythm, of which some end, pause, change or have something added."""
    own = {"business": world.business}
    names = ("client", "contact", "tier", "terms", "terms_hash", "currency", "time_zone")
    same = {name: getattr(model, name) for name in names}
    for n in range(30):
        proposal = world.proposal(model.client, send=False, starts_on=FIRST)
        if not n % 5:
            day = FIRST + timedelta(days=random.randrange(90))
            proposal.value_adds = [{"title": "T", "minutes": 50, "ends_on": day.isoformat()}]
            proposal.save()
        starts = FIRST + timedelta(days=random.randrange(-800, 100))
        row = Agreement.objects.create(
            proposal=proposal,
            title=f"{n}",
            amount=1,
            minutes=random.randrange(1, 3000),
            starts_on=starts,
            anchor_day=random.randrange(1, 32),
            interval=random.choice(list(Interval)),
            renews=random.choice(["no", "alone"]),
            ends_on=random.choice([None, starts + timedelta(days=random.randrange(1, 900))]),
            state=random.choice(["active", "active", "paused", "ended"]),
            **same,
            **own,
        )
        if not n % 3:
            day = starts + timedelta(days=random.randrange(200))
            Pause.objects.create(agreement=row, starts_on=day, reason="R", **own)
        if not n % 4:
            day = starts + timedelta(days=random.randrange(200))
            Amendment.objects.create(
                agreement=row,
                client=row.client,
                number=1,
                kind="price",
                state="signed",
                effective_on=day,
                tier={},
                amount=1,
                minutes=random.randrange(1, 3000),
                terms={},
                terms_hash="x",
                **own,
            )
        if not n % 7:
            GivenValueAdd.objects.create(
                agreement=row,
                title="T",
                minutes=7,
                starts_on=FIRST,
                ends_on=FIRST + timedelta(days=random.randrange(60)),
                **own,
            )
    return list(Agreement.objects.filter(state__in=RUNNING_STATES))


def spans_of(row: Agreement) -> Iterator[Any]:
    """Every period of an agreement within a year, but those that begin during a pause."""
    row.ends_on = None if row.renews == "alone" else row.ends_on
    pauses = Pause.objects.filter(agreement=row)
    for span in period_spans(row, until=FIRST + timedelta(days=365)):
        if not any(pause.covers(span.start) for pause in pauses):
            yield span


def one_by_one(row: Agreement) -> Iterator[workload.Promise]:
    """The included time of each period."""
    for span in spans_of(row):
        minutes = effective_terms.terms_on(row, span.start).minutes
        yield workload.Promise(span, minutes * span.fraction)


def added_one_by_one(row: Agreement) -> Iterator[workload.Promise]:
    """The time of what is added in each period."""
    for span in spans_of(row):
        signed = row.proposal.value_adds
        own = [one["minutes"] for one in signed if one["ends_on"] >= span.start.isoformat()]
        given = GivenValueAdd.objects.filter(
            agreement=row, starts_on__lt=span.end, ends_on__gte=span.start
        )
        yield workload.Promise(span, Fraction(sum(own) + sum(one.minutes for one in given)))

"""Every period opens once, on its day and never before, in any time zone (rules 1 to 5).

This holds however irregularly the job runs, and if the clock is put back or forward.
"""

import calendar
import itertools
from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, transaction

from agreements.models import Agreement, Period
from agreements.running.periods import due_at, next_opening, open_due, period_spans
from core import nudge
from tests.world import NOW, World

STEPS = {"monthly": 1, "quarterly": 3, "yearly": 12}
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TEN_YEARS_ON = date(2036, 12, 31)

#: Every kind of offset and of daylight saving time: offsets of half and quarter hours, both
#: hemispheres, a change by half an hour (Lord Howe), changes at midnight (Havana, Santiago, Beirut,
#: Cairo), and both sides of the date line.
ZONES = [
    "UTC",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Africa/Johannesburg",
    "Africa/Lagos",
    "America/Bogota",
    "America/Chicago",
    "America/Denver",
    "America/Halifax",
    "America/Havana",
    "America/Los_Angeles",
    "America/Mexico_City",
    "America/New_York",
    "America/Nuuk",
    "America/Phoenix",
    "America/Santiago",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Antarctica/Troll",
    "Asia/Bangkok",
    "Asia/Beirut",
    "Asia/Dubai",
    "Asia/Gaza",
    "Asia/Jerusalem",
    "Asia/Kabul",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Singapore",
    "Asia/Tehran",
    "Asia/Tokyo",
    "Atlantic/Azores",
    "Australia/Adelaide",
    "Australia/Eucla",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Europe/Berlin",
    "Europe/Dublin",
    "Europe/London",
    "Pacific/Apia",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Honolulu",
    "Pacific/Kiritimati",
    "Pacific/Marquesas",
    "Pacific/Pago_Pago",
]


def retainer(
    zone: str, starts_on: date, *, anchor: int = 0, hour: int = 9, interval: str = "monthly"
) -> Agreement:
    """An agreement with what the calendar needs, not saved."""
    return Agreement(
        starts_on=starts_on,
        anchor_day=anchor or starts_on.day,
        time_zone=zone,
        charge_hour=hour,
        interval=interval,
    )


def local(instant: datetime, zone: str) -> datetime:
    """Return the local time that clocks in this zone show."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def is_shown(moment: datetime, zone: str) -> bool:
    """Whether clocks in this zone ever show it; they skip an hour or two when put forward."""
    return any(
        local(moment.replace(tzinfo=UTC) - MINUTE * 15 * n, zone) == moment for n in range(-56, 57)
    )


def starts(agreement: Agreement, until: date) -> list[date]:
    """Compute the first days of its periods up to and including `until`, independently."""
    first, days = agreement.starts_on, []
    for months in itertools.count(0, STEPS[agreement.interval]):
        year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        day = date(year, month + 1, min(agreement.anchor_day, last))
        if day > until or (agreement.ends_on and day >= agreement.ends_on):
            return days
        days.append(day)
    raise AssertionError


# When a period is due: forty-five time zones, ten years


@pytest.mark.parametrize("hour", [0, 2, 9, 23])
@pytest.mark.parametrize("anchor", [28, 29, 30, 31])
def test_a_period_is_due_when_local_time_first_reaches_its_day_and_hour(
    anchor: int, hour: int
) -> None:
    """If clocks skip the hour, the period is due right after; those of Troll skip two hours."""
    for zone in ZONES:
        agreement = retainer(zone, date(2026, 12, anchor), hour=hour)
        periods = list(period_spans(agreement, until=TEN_YEARS_ON))
        assert [span.start for span in periods] == starts(agreement, TEN_YEARS_ON)
        for span in periods:
            instant = due_at(agreement, span)
            expected = datetime.combine(span.start, time(hour if span.index else 0))
            if local(instant, zone) == expected:
                assert local(instant - MINUTE, zone) < expected
            else:
                assert expected < local(instant, zone) <= expected + 2 * HOUR
                assert not is_shown(expected, zone)


def test_the_time_zones_of_these_tests_cover_every_kind() -> None:
    days = [datetime(2027, 1, 1, tzinfo=UTC) + n * DAY for n in range(365)]
    offsets = {zone: {day.astimezone(ZoneInfo(zone)).utcoffset() for day in days} for zone in ZONES}
    changes = {
        abs(first - second)
        for of_zone in offsets.values()
        for first, second in itertools.combinations(of_zone, 2)
    }
    assert len(ZONES) >= 40
    assert (
        len({offset % HOUR for of_zone in offsets.values() for offset in of_zone}) == 3
    )  # :00 :30 :45
    assert changes >= {HOUR / 2, HOUR}
    assert max(map(max, offsets.values())) - min(map(min, offsets.values())) >= 25 * HOUR


@pytest.mark.parametrize("zone", ZONES)
def test_the_next_opening_is_ahead_and_skips_nothing(zone: str) -> None:
    agreement = retainer(zone, date(2027, 1, 31))
    opening, seen = NOW, []
    while opening < datetime(2037, 1, 1, tzinfo=UTC):
        following = next_opening(agreement, opening)
        assert following and following > opening
        assert next_opening(agreement, following - MINUTE) == following
        seen.append(local(following, zone).date())
        opening = following
    assert seen == starts(agreement, seen[-1])


@pytest.mark.parametrize(
    ("zone", "starts_on", "expected"),
    [
        # Samoa skipped 30 December 2011: the period of that day is due on the next morning.
        ("Pacific/Apia", date(2011, 10, 30), ["2011-11-30", "2011-12-31", "2012-01-30"]),
        ("Pacific/Apia", date(2011, 10, 31), ["2011-11-30", "2011-12-31", "2012-01-31"]),
        ("Pacific/Apia", date(2011, 10, 29), ["2011-11-29", "2011-12-29", "2012-01-29"]),
        # The Line Islands skipped 31 December 1994.
        ("Pacific/Kiritimati", date(1994, 10, 31), ["1994-11-30", "1995-01-01", "1995-01-31"]),
        # Newfoundland put its clocks back at one minute past midnight: 7 November 2010 began twice.
        ("America/St_Johns", date(2010, 10, 7), ["2010-11-07", "2010-12-07", "2011-01-07"]),
    ],
)
def test_a_day_that_a_time_zone_skipped_or_repeated_is_billed_once(
    zone: str, starts_on: date, expected: list[str]
) -> None:
    agreement = retainer(zone, starts_on)
    instants = [
        due_at(agreement, span) for span in period_spans(agreement, until=starts_on + 95 * DAY)
    ]
    assert [local(instant, zone).isoformat() for instant in instants[1:]] == [
        f"{day}T09:00:00" for day in expected
    ]


# Opening periods: ten years of an irregular clock


def irregular(seed: int, until: date) -> Iterator[datetime]:
    """Yield the times at which an hourly job really runs.

    It is minutes or hours late, sometimes days, and rarely more than six weeks.
    """
    chance, now = Random(seed), NOW
    while now.date() <= until:
        yield now
        low, high = chance.choice([(1, 90), (60, 1_800), (600, 3_000), (1_440, 10_080)])
        now += MINUTE * (chance.randint(low, high) if chance.random() > 0.005 else 45 * 24 * 60)


def signed(world: World, zone: str, **terms: object) -> Agreement:
    """A running agreement whose client lives in that zone."""
    with nudge.muted():
        client = world.client(time_zone=zone)
        return world.running(client, card="", **terms)


def must_be_as_promised(agreement: Agreement, clock: list[datetime]) -> None:
    """Check that there is one row per period, made by the first run on or after its first day."""
    zone, latest = agreement.time_zone, list(itertools.accumulate(clock, max))
    days = starts(agreement, local(latest[-1], zone).date())
    rows = list(agreement.periods.order_by("index"))
    assert [(row.index, row.starts_on) for row in rows] == list(enumerate(days))
    assert [row.ends_on for row in rows[:-1]] == days[1:]
    for row in rows:
        first_run = latest[
            bisect_left(latest, row.starts_on, key=lambda now: local(now, zone).date())
        ]
        assert row.created_at == first_run
        assert local(row.due_at, zone) == datetime.combine(
            row.starts_on, time(9 if row.index else 0)
        )


@pytest.mark.proof
def test_ten_years_of_irregular_runs_open_every_period_once_and_none_early(world: World) -> None:
    agreements = [
        signed(world, "America/St_Johns", starts_on=date(2026, 12, 28)),
        signed(world, "Pacific/Apia", starts_on=date(2026, 12, 29)),
        signed(
            world, "Australia/Lord_Howe", starts_on=date(2026, 12, 30), ends_on=date(2031, 2, 10)
        ),
        signed(world, "Pacific/Kiritimati", starts_on=date(2026, 12, 31)),
        signed(world, "Asia/Kathmandu", starts_on=date(2027, 8, 31), interval="quarterly"),
        signed(world, "America/Havana", starts_on=date(2028, 2, 29), interval="yearly"),
    ]
    clock = list(irregular(seed=7, until=TEN_YEARS_ON))
    made = sum(open_due(now=now) for now in clock)
    assert made == Period.objects.count() > 450
    for agreement in agreements:
        must_be_as_promised(agreement, clock)
    ended = agreements[2].periods.latest("starts_on")
    assert (ended.starts_on, ended.ends_on) == (date(2031, 1, 30), date(2031, 2, 10))
    assert ended.amount == 113_793  # 3,000.00 × 11 of the 29 days from 30 January to 28 February


def test_a_clock_that_jumps_back_and_forth_opens_no_period_early_or_twice(
    world: World,
) -> None:
    agreements = [
        signed(world, "America/New_York", starts_on=date(2026, 12, 31)),
        signed(world, "Pacific/Auckland", starts_on=date(2026, 11, 29)),
    ]
    chance, clock = Random(11), []
    for now in irregular(seed=3, until=date(2028, 12, 31)):
        jump = chance.choices([0, -3, 40], [80, 16, 4])[0]
        clock += [now + jump * DAY, now]
    made = sum(open_due(now=now) for now in clock)
    assert min(later - now for now, later in itertools.pairwise(clock)) <= -40 * DAY
    assert made == Period.objects.count() > 45
    for agreement in agreements:
        must_be_as_promised(agreement, clock)


def test_a_second_run_at_the_same_moment_opens_nothing(world: World) -> None:
    agreement = signed(world, "Asia/Bangkok", starts_on=date(2027, 1, 31))
    midnight = datetime(2027, 2, 27, 17, 0, tzinfo=UTC)
    assert open_due(now=midnight - MINUTE) == 1  # the first, of January
    assert [open_due(now=midnight) for _ in range(3)] == [1, 0, 0]
    assert [row.starts_on for row in agreement.periods.order_by("index")] == [
        date(2027, 1, 31),
        date(2027, 2, 28),
    ]


def test_a_changed_time_zone_applies_from_the_next_period(world: World) -> None:
    agreement = signed(world, "Pacific/Auckland", starts_on=date(2026, 12, 31))
    first_of_february = datetime(2027, 1, 31, 11, tzinfo=UTC)  # midnight in Auckland
    open_due(now=first_of_february - DAY * 2)
    Agreement.objects.filter(pk=agreement.pk).update(time_zone="Pacific/Honolulu")
    now = first_of_february - DAY * 2
    while now < datetime(2027, 4, 2, tzinfo=UTC):
        open_due(now=now)
        now += 9 * HOUR
    rows = agreement.periods.order_by("index")
    assert [row.starts_on.isoformat() for row in rows] == [
        "2026-12-31",
        "2027-01-31",
        "2027-02-28",
        "2027-03-31",
    ]
    assert local(rows[0].due_at, "Pacific/Auckland").isoformat() == "2026-12-31T00:00:00"
    assert [local(row.due_at, "Pacific/Honolulu").isoformat() for row in rows[1:]] == [
        "2027-01-31T09:00:00",
        "2027-02-28T09:00:00",
        "2027-03-31T09:00:00",
    ]
    with pytest.raises(DatabaseError), transaction.atomic():
        Period.objects.update(due_at=now)

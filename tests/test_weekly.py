"""Retainers that are billed weekly or every two weeks, from the proposal to the report (rule 3)."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.changing import end, renew
from agreements.changing.amend import AmendmentKind, earliest_effective_day, effective_days
from agreements.models import Agreement, Period
from agreements.rules.errors import BadTrial
from agreements.rules.intervals import Interval, completed, per_month
from agreements.rules.schedule import periods
from agreements.rules.terms import Renews, Rollover
from billing.income import guaranteed
from billing.models import Invoice
from billing.runs.billing_run import run_billing
from core.dates import local_day
from core.money import prorate
from delivery.hours import hours_left
from delivery.models import Report
from delivery.reports import report_run, send_reports
from tests.world import NOW, World

WEEKS = {Interval.WEEKLY: 1, Interval.FORTNIGHTLY: 2}
BOTH = pytest.mark.parametrize(("interval", "weeks"), WEEKS.items())
STARTS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("interval", "days", "last"),
    [
        (Interval.WEEKLY, [2, 9, 16], 571_43),
        (Interval.FORTNIGHTLY, [2, 16], 285_71),
    ],
)
def test_the_worked_examples_of_weeks_hold(interval: Interval, days: list[int], last: int) -> None:
    start, end_day = date(2026, 11, 2), date(2026, 11, 20)
    spans = list(periods(start, 2, interval, end=end_day, until=end_day))
    assert [span.start.day for span in spans] == days
    part = spans[-1].fraction
    assert prorate(1_000_00, part.numerator, part.denominator) == last


@BOTH
@given(start=STARTS, count=st.integers(0, 600))
def test_every_period_starts_on_the_weekday_of_the_start(
    interval: Interval, weeks: int, start: date, count: int
) -> None:
    days = 7 * weeks
    (span,) = periods(
        start, start.day, interval, until=start + timedelta(days=days * count), first=count
    )
    assert (span.start, span.days, span.fraction) == (start + timedelta(days=days * count), days, 1)
    assert span.start.weekday() == start.weekday()


@BOTH
@given(start=STARTS, length=st.integers(1, 1500))
def test_a_short_last_period_is_its_days_of_the_week(
    interval: Interval, weeks: int, start: date, length: int
) -> None:
    end_day = start + timedelta(days=length)
    *_, last = periods(start, 31, interval, end=end_day, until=end_day)
    assert last.fraction * 7 * weeks == last.days
    assert (last.fraction == 1) == (completed(start, interval, end_day) == end_day)


@pytest.mark.parametrize(
    ("amount", "interval", "a_month"),
    [
        (1_000_00, Interval.WEEKLY, 4_333_33),  # 100,000 × 52 ÷ 12
        (1_000_00, Interval.FORTNIGHTLY, 2_166_67),  # 100,000 × 26 ÷ 12
        (3, Interval.WEEKLY, 13),
        (3, Interval.FORTNIGHTLY, 7),  # 6.5, half up
    ],
)
def test_a_month_is_a_twelfth_of_a_year_of_weeks(
    amount: int, interval: Interval, a_month: int
) -> None:
    assert per_month(amount, interval) == a_month


@BOTH
def test_from_the_proposal_to_the_report(world: World, interval: Interval, weeks: int) -> None:
    agreement = world.signed(interval=interval, rollover=Rollover.SURPLUS, minimum_months=1)
    assert (agreement.interval, agreement.starts_on) == (interval, date(2026, 11, 2))
    text = " ".join(clause["text"] for clause in said(agreement))
    assert ("every week" if weeks == 1 else "every two weeks") in text

    for day in range(42):
        run_billing(now=NOW + timedelta(days=day), door="test")
    spans = list(Period.objects.order_by("index").values_list("starts_on", "ends_on"))
    days = [date(2026, 11, 2) + timedelta(days=7 * weeks * n) for n in range(6 // weeks + 1)]
    assert spans == list(pairwise(days))
    invoices = Invoice.objects.order_by("period_start")
    assert [row.period_start for row in invoices] == days[:-1]
    assert {row.subtotal for row in invoices} == {agreement.amount}
    assert guaranteed.monthly_fee(agreement, days[0]) == per_month(agreement.amount, interval)

    lines = list(hours_left.statements_of([agreement]).values())
    assert [line.granted for line in lines] == [agreement.minutes] * (6 // weeks)
    assert {line.rolled_in for line in lines[1:]} == {agreement.minutes // 4}

    report_run.run_reports(now=NOW + timedelta(days=42), door="test")
    newest = Report.objects.select_related("period__agreement").order_by("-period__index")[0]
    expected = "7 – 13 December 2026" if weeks == 1 else "30 November – 13 December 2026"
    assert send_reports.report_title(newest) == f"Report for {expected}"


def said(agreement: Agreement) -> list[dict[str, str]]:
    """The clauses of the agreement as they are signed, in its language."""
    return [pair[agreement.language] for pair in agreement.terms["clauses"]]


def test_the_agreement_says_it_in_thai(world: World) -> None:
    for interval, words in ((Interval.WEEKLY, "ทุกสัปดาห์"), (Interval.FORTNIGHTLY, "ทุก 2 สัปดาห์")):
        agreement = world.picked(
            client=world.client(f"ร้าน {interval}"), interval=interval, language="th"
        )
        assert words in " ".join(clause["text"] for clause in said(agreement))


@BOTH
def test_notice_and_minimum_term_end_with_a_whole_period(
    world: World, interval: Interval, weeks: int
) -> None:
    agreement = world.running(interval=interval, notice_days=30, minimum_months=3)
    earliest_end = end.earliest_end(agreement, local_day(NOW, agreement.time_zone))
    assert earliest_end >= date(2027, 2, 2) > earliest_end - timedelta(days=7 * weeks)
    assert (earliest_end - agreement.starts_on).days % (7 * weeks) == 0


@BOTH
def test_a_change_of_fee_finds_its_day_behind_a_long_notice(
    world: World, interval: Interval, weeks: int
) -> None:
    agreement = world.running(interval=interval, notice_days=180)
    today = local_day(NOW, agreement.time_zone)
    day = earliest_effective_day(agreement, AmendmentKind.PRICE, today)
    assert day and day >= today + timedelta(days=180) > day - timedelta(days=7 * weeks)
    gaps = {after - day for day, after in pairwise(effective_days(agreement, today))}
    assert gaps == {timedelta(days=7 * weeks)}


@BOTH
def test_a_term_that_renews_is_whole_periods(world: World, interval: Interval, weeks: int) -> None:
    terms = {"interval": interval, "renews": Renews.ALONE, "starts_on": date(2026, 11, 2)}
    with pytest.raises(BadTrial, match="whole period"):
        world.proposal(ends_on=date(2027, 5, 3) + timedelta(days=1), **terms)
    agreement = world.picked(ends_on=date(2027, 5, 3), **terms)
    assert (renew.next_term_end(agreement) - agreement.starts_on).days % (7 * weeks) == 0

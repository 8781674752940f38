"""The risk that a client does not renew: derived from known facts, for any number of clients."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from agreements.models import Agreement, Period
from billing.runs.billing_run import run_billing
from core.dates import local_day
from delivery.hours import time_log
from delivery.kpis import kpi_changes
from delivery.models import Report, Request
from delivery.renewing import renewal_outlook
from delivery.renewing.renewal_outlook import Outlook
from delivery.reports import report_run, send_reports
from delivery.rules import renewal_risk
from delivery.rules.renewal_risk import Facts, Level, Why
from tests.world import NOW, World

DAY, H = timedelta(days=1), 60
LATER = NOW + 75 * DAY  # two periods are over, the third runs


def lived(world: World, name: str = "Baan Coffee", used: int = 15, **fields: Any) -> Agreement:
    """An agreement two and a half periods old, with `used` of 20 hours worked in each period."""
    agreement = world.running(world.client(name), minutes=20 * H, **fields)
    for days in (0, 30, 61):
        now = NOW + days * DAY
        run_billing(now=now, door="test")
        for n in range(used // 5):
            on = local_day(now + n * DAY, "Asia/Bangkok")
            time_log.log_time(
                agreement=agreement, on=on, minutes=5 * H, note="Work", now=now + n * DAY
            )
    return agreement


def outlook(agreement: Agreement) -> Outlook:
    return renewal_outlook.outlooks(agreement.business, [agreement], now=LATER)[agreement.pk]


def whys(agreement: Agreement) -> list[Why]:
    return [one.why for one in outlook(agreement).reasons]


def sent(agreement: Agreement) -> list[Report]:
    report_run.run_reports(now=LATER - 10 * DAY, door="test")
    rows = list(Report.objects.filter(period__agreement=agreement).order_by("created_at"))
    return [send_reports.send_report(report=row, actor="Nan", now=LATER - 9 * DAY) for row in rows]


def test_when_all_is_well_the_risk_is_low_without_reasons(world: World) -> None:
    found = outlook(lived(world))
    assert (found.level, found.reasons) == (Level.LOW, [])


def test_unused_hours_weigh_more_in_the_second_period_in_a_row(world: World) -> None:
    found = outlook(lived(world, used=5))
    assert (found.level, [one.why for one in found.reasons]) == (Level.MEDIUM, [Why.UNUSED])
    assert "second period in a row" in found.reasons[0].words and found.reasons[0].next_step


def test_only_targets_of_ended_periods_count_as_missed(world: World) -> None:
    agreement = lived(world)
    kpi = kpi_changes.add_kpi(
        agreement=agreement,
        name="K",
        unit="",
        baseline=Decimal(0),
        target=Decimal(10),
        less_is_better=False,
        now=NOW,
    )
    assert whys(agreement) == []
    for period, value in zip(Period.objects.order_by("starts_on"), (12, 5, 1), strict=True):
        kpi_changes.write_reading(
            kpi=kpi, period=period, value=Decimal(value), on=period.starts_on, now=LATER
        )
    assert whys(agreement) == [Why.TARGETS]
    assert outlook(agreement).reasons[0].words == "Targets missed in the last period: 1 of 1."


def test_two_unread_reports_count_after_72_hours(world: World) -> None:
    agreement = lived(world)
    old, new = sent(agreement)
    assert whys(agreement) == [Why.UNREAD]
    Report.objects.filter(pk=new.pk).update(sent_at=LATER - timedelta(hours=71))
    assert whys(agreement) == []
    Report.objects.filter(pk=new.pk).update(
        sent_at=LATER - timedelta(hours=73), letter_opened_at=LATER
    )
    assert whys(agreement) == []
    Report.objects.filter(pk=new.pk).update(letter_opened_at=None)
    Report.objects.filter(pk=old.pk).update(answered_at=LATER, answer="yes")
    assert whys(agreement) == []


@pytest.mark.parametrize(
    ("state", "responded", "counts"),
    [
        ("asked", None, True),
        ("started", 30, True),
        ("done", 10, False),
        ("withdrawn", None, False),
    ],
)
def test_a_late_or_missing_answer_counts(
    world: World, state: str, responded: int | None, counts: bool
) -> None:
    agreement = lived(world)
    asked = LATER - 5 * DAY
    Request.objects.create(
        business=world.business,
        client=agreement.client,
        agreement=agreement,
        contact=agreement.contact,
        title="T",
        fits="scope",
        state=state,
        respond_by=asked + timedelta(hours=24),
        created_at=asked,
        responded_at=asked + timedelta(hours=responded) if responded else None,
    )
    assert whys(agreement) == ([Why.SLOW] if counts else [])


def test_a_failed_charge_and_an_end_that_is_near_count(world: World) -> None:
    agreement = lived(world, card="insufficient_funds", ends_on=(LATER + 20 * DAY).date())
    found = outlook(agreement)
    assert found.level == Level.HIGH
    assert [one.why for one in found.reasons][:1] == [Why.ENDS]
    assert Why.CHARGE in whys(agreement)
    Agreement.objects.filter(pk=agreement.pk).update(renews="alone")
    agreement.refresh_from_db()
    assert Why.ENDS not in whys(agreement)


def test_the_number_of_queries_does_not_grow(world: World) -> None:
    asked = []
    for count in (1, 6):
        for n in range(count):
            sent(lived(world, f"{count}-{n}", used=0, card=""))
        with CaptureQueriesContext(connection) as queries:
            renewal_outlook.outlooks(world.business, Agreement.objects.all(), now=LATER)
        asked.append(len(queries))
    assert asked[0] == asked[1]


COUNT = st.integers(0, 5)
FACTS = st.builds(
    Facts,
    targets=st.lists(
        st.integers(0, 4).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))), max_size=3
    ),
    hours=st.lists(st.tuples(st.integers(0, 3000), st.integers(-100, 3000)), max_size=3),
    unread=COUNT,
    charge_failed=st.booleans(),
    late=COUNT,
    ends_in=st.none() | st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400)),
)


@given(FACTS)
def test_a_level_always_has_reasons_and_worse_facts_never_lower_it(facts: Facts) -> None:
    found = renewal_risk.reasons(facts)
    assert (renewal_risk.level(found) == Level.LOW) == (not found)
    worse = Facts(facts.targets, facts.hours, facts.unread + 1, True, facts.late + 1, timedelta(0))
    order = list(Level)
    assert order.index(renewal_risk.level(renewal_risk.reasons(worse))) >= order.index(
        renewal_risk.level(found)
    )
    assert {one.why for one in found} <= {one.why for one in renewal_risk.reasons(worse)}

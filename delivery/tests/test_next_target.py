"""A target that was reached three months running suggests the next one, which one press sets."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client as Browser
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from agreements.models import Agreement, Period
from billing.runs.billing_run import run_billing
from core import audit
from core.errors import NotAllowedNow
from delivery.kpis import kpi_changes, next_targets
from delivery.models import Kpi, Report
from delivery.reports import report_run, send_reports
from delivery.rules.kpi_pace import Shape
from delivery.rules.next_target import next_target
from tests.world import NOW, World

DAY = timedelta(days=1)
MONTHS = (0, 30, 61, 92)  # days after NOW on which the periods begin, from 2 November


@pytest.mark.parametrize(
    ("shape", "values", "target", "less", "said"),
    [
        (Shape.LEVEL, ["9700", "10100", "10399"], "9500", False, "10500"),
        (Shape.RATE, ["3.6", "3.7", "3.9"], "3.5", False, "3.7"),
        (Shape.COUNT, ["52", "58", "61"], "50", False, "57"),
        (Shape.RATE, ["9", "8", "7"], "10", True, "8"),
        (Shape.LEVEL, ["9700", None, "10399"], "9500", False, None),
        (Shape.LEVEL, ["9700", "9400", "10399"], "9500", False, None),
        (Shape.LEVEL, ["9700", "10100"], "9500", False, None),
        (Shape.RATE, ["3.5", "3.5", "3.5"], "3.5", False, None),
    ],
)
def test_the_next_target_follows_from_the_last_three_months(
    shape: Shape, values: list[str | None], target: str, less: bool, said: str | None
) -> None:
    history = [Decimal(value) if value else None for value in values]
    found = next_target(shape, history, Decimal(target), less_is_better=less)
    assert found == (Decimal(said) if said else None)


amounts = st.decimals(0, 100_000, places=2)


@given(st.sampled_from(Shape), st.lists(amounts | st.none(), max_size=6), amounts, st.booleans())
def test_a_next_target_is_beyond_the_present_one_and_was_reached_or_is_in_reach(
    shape: Shape, history: list[Decimal | None], target: Decimal, less: bool
) -> None:
    found = next_target(shape, history, target, less_is_better=less)
    if found is None:
        return
    last = [value for value in history[-3:] if value is not None]
    assert len(last) == 3 and found >= 0
    assert found < target if less else found > target
    if shape != Shape.LEVEL:
        best = min(last) if less else max(last)
        assert abs(found - target) * 3 <= abs(best - target) * 4


@pytest.fixture
def agreement(world: World) -> Agreement:
    """Three months over, each with more followers than the target."""
    made = world.running(card="")
    kpi = kpi_changes.add_kpi(
        agreement=made,
        name="Followers",
        unit="",
        baseline=Decimal(9000),
        target=Decimal(9500),
        less_is_better=False,
        kind="growth",
        now=NOW,
    )
    for days, value in zip(MONTHS, (9700, 10100, 10399, 10400), strict=True):
        now = NOW + days * DAY
        run_billing(now=now, door="test")
        period = Period.objects.latest("index")
        kpi_changes.write_reading(
            kpi=kpi, period=period, value=Decimal(value), on=period.starts_on, now=now
        )
    return made


TODAY = date(2027, 2, 10)


def test_it_is_suggested_from_the_months_that_are_over(agreement: Agreement) -> None:
    (found,) = next_targets.suggestions(agreement, TODAY)
    assert (found.kpi.name, found.target, found.waits_for_report) == (
        "Followers",
        Decimal(10500),
        False,
    )
    assert found.values == [Decimal(9700), Decimal(10100), Decimal(10399)]
    assert next_targets.suggestions(agreement, TODAY - 20 * DAY) == []


def test_while_a_report_is_a_draft_its_target_stays(agreement: Agreement) -> None:
    now = NOW + 92 * DAY
    report_run.run_reports(now=now, door="test")
    (found,) = next_targets.suggestions(agreement, TODAY)
    assert found.waits_for_report
    with pytest.raises(NotAllowedNow):
        next_targets.set_next(
            kpi=Kpi.objects.get(), target=Decimal(10500), today=TODAY, actor="Nan", now=now
        )
    for report in Report.objects.select_related("period__agreement__contact"):
        send_reports.send_report(report=report, actor="Nan", now=now)
    next_targets.set_next(
        kpi=Kpi.objects.get(), target=Decimal(10500), today=TODAY, actor="Nan", now=now
    )
    assert Kpi.objects.get().target == 10500
    assert audit.chain(agreement.pk)[-1].event == "kpi_changed"
    assert next_targets.suggestions(agreement, TODAY) == []
    with pytest.raises(NotAllowedNow):
        next_targets.set_next(
            kpi=Kpi.objects.get(), target=Decimal(12000), today=TODAY, actor="Nan", now=now
        )


def test_the_page_of_the_kpis_sets_it_with_one_press(
    world: World, agreement: Agreement, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Browser()
    browser.force_login(world.business.owner, backend="django.contrib.auth.backends.ModelBackend")
    monkeypatch.setattr("dashboard.reports.views.kpis.local_day", lambda *_: TODAY)
    page = browser.get(reverse("dashboard:kpis", args=[agreement.pk])).content.decode()
    assert "Set the target to 10,500" in page
    url = reverse("dashboard:kpi_target", args=[Kpi.objects.get().pk])
    assert browser.post(url, {"target": "10500"}).status_code == 302
    assert Kpi.objects.get().target == 10500

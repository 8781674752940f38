"""What the page of KPIs says about a figure, also where there is none yet."""

from datetime import timedelta
from decimal import Decimal

from agreements.models import Period
from billing.runs.billing_run import run_billing
from delivery.kpis import kpi_changes
from delivery.kpis.figures_by_period import figures_of
from delivery.kpis.kpi_page import expected_text, standing_sentence, with_unit
from tests.world import NOW, World


def test_before_a_period_has_begun_nothing_is_expected_and_no_dash_is_written(world: World) -> None:
    agreement = world.running()
    kpi = kpi_changes.add_kpi(
        agreement=agreement,
        name="Engagement rate",
        unit="%",
        baseline=Decimal(2),
        target=Decimal(3),
        less_is_better=False,
        kind="engagement",
        now=NOW,
    )
    run_billing(now=NOW, door="test")
    period = Period.objects.get(agreement=agreement)
    eve = period.starts_on - timedelta(days=1)
    (figure,) = figures_of([period], eve)[period.pk]
    said = standing_sentence(figure, period, eve)
    assert said.startswith("Not measured in this period yet. The target is")
    assert "—" not in said and "Expected" not in said
    assert with_unit(None, kpi) == expected_text(figure, None) == "—"
    today = figures_of([period], period.starts_on)[period.pk][0]
    assert "Expected today" in standing_sentence(today, period, period.starts_on)

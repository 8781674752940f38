"""A KPI value that is a hundred times off is asked about once, before it counts (rule 38)."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from delivery.kpis import kpi_changes
from delivery.models import Kpi, Reading
from delivery.rules.kpi_pace import is_unusual
from delivery.tests.test_deliverables import begun, period_of
from tests.browsers import logged_in
from tests.world import NOW, World


def visits(world: World, baseline: int = 1000) -> Kpi:
    agreement = begun(world)
    kpi = kpi_changes.add_kpi(
        agreement=agreement,
        name="Visits",
        unit="",
        baseline=Decimal(baseline),
        target=Decimal(2000),
        less_is_better=False,
        now=NOW,
    )
    period = period_of(agreement)
    kpi_changes.write_reading(
        kpi=kpi, period=period, value=Decimal(1200), on=period.starts_on, now=NOW
    )
    return kpi


@pytest.mark.parametrize(
    ("value", "asked"),
    [("12", True), ("120000", True), ("24", True), ("100", False), ("5000", False), ("0", False)],
)
def test_what_is_asked_about(value: str, asked: bool) -> None:
    assert is_unusual(Decimal(value), Decimal(1200)) is asked


def test_a_mistyped_value_is_asked_about_once_and_saved_when_it_is_confirmed(
    world: World,
) -> None:
    kpi = visits(world)
    owner, url = logged_in(world.business.owner), reverse("dashboard:kpi_read", args=[kpi.pk])
    prefix = kpi.pk.hex[-8:]
    typed = {f"{prefix}-on": "2026-11-20", f"{prefix}-value": "12"}
    answer = owner.post(url, typed)
    assert answer.status_code == 422
    assert "12 is correct, although it is usually about 1,200." in answer.text
    assert Reading.objects.count() == 1
    assert owner.post(url, typed | {f"{prefix}-confirmed": "on"}).status_code == 302
    assert Reading.objects.get(on="2026-11-20").value == 12


def test_a_usual_value_is_saved_without_a_question(world: World) -> None:
    kpi = visits(world)
    prefix = kpi.pk.hex[-8:]
    typed = {f"{prefix}-on": "2026-11-20", f"{prefix}-value": "1300"}
    url = reverse("dashboard:kpi_read", args=[kpi.pk])
    assert logged_in(world.business.owner).post(url, typed).status_code == 302


def test_unusual_lines_of_a_file_are_named_before_anything_is_saved(world: World) -> None:
    kpi = visits(world)
    rows = ["Visits,2026-11-12,1250", "Visits,2026-11-13,12", "Visits,2026-11-14,1300"]
    data = "\n".join(["kpi,date,value", *rows]).encode()
    owner = logged_in(world.business.owner)
    url = reverse("dashboard:kpis_file", args=[kpi.agreement_id])
    page = owner.post(url, {"file": SimpleUploadedFile("visits.csv", data)})
    said = "Line 3: Visits: 12 on 13 November 2026, although it is usually about 1,225."
    assert page.status_code == 200 and said in page.text
    assert page.text.count("is usually") == 1 and Reading.objects.count() == 1

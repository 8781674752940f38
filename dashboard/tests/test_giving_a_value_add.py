"""A value-add is given from the agreement's page, and the client sees it: portal and report."""

from datetime import date, timedelta

from django.urls import reverse
from django.utils import timezone

from agreements.models import GivenValueAdd
from billing.runs.billing_run import run_billing
from core.dates import local_day
from delivery.models import Report
from delivery.reports import report_run, send_reports
from tests.browsers import logged_in
from tests.test_tenancy import inside
from tests.world import NOW, World


def test_it_is_given_shown_on_both_sides_and_taken_back(world: World) -> None:
    owner, now = logged_in(world.business.owner), timezone.now()
    today = local_day(now, "Asia/Bangkok")
    agreement = world.signed(world.picked(now=now, starts_on=today), now=now)
    owner.post(reverse("dashboard:value_adds"), {"title": "An audit", "minutes": "2", "months": 2})
    page = reverse("dashboard:agreement", args=[agreement.pk])
    give = reverse("dashboard:value_add_give", args=[agreement.pk])
    assert give in owner.get(page).text
    form = owner.get(give).text
    assert '<option value="An audit">' in form
    refused = owner.post(give, {"title": "Something", "starts_on": today})
    assert refused.status_code == 422 and "last day" in refused.text
    owner.post(give, {"title": "An audit", "starts_on": today})
    assert "An audit" in owner.get(page).text
    client = inside(agreement.contact)
    portal = client.get(reverse("portal:home")).text
    assert "Added for a time" in portal and "An audit" in portal and "2 h" not in portal
    assert "An audit" in client.get(reverse("portal:agreement_history", args=[agreement.pk])).text
    row = GivenValueAdd.objects.get()
    assert row.minutes == 120
    owner.post(reverse("dashboard:value_add_take_back", args=[row.pk]))
    assert "An audit" not in client.get(reverse("portal:home")).text


def test_the_report_of_each_period_names_what_was_added_in_it(world: World) -> None:
    agreement = world.signed()
    GivenValueAdd.objects.create(
        business=world.business,
        agreement=agreement,
        title="An audit",
        minutes=60,
        starts_on=date(2026, 12, 5),
        ends_on=date(2026, 12, 20),
    )
    for days in (0, 31, 62, 93):
        run_billing(now=NOW + timedelta(days=days), door="test")
        report_run.run_reports(now=NOW + timedelta(days=days), door="test")
    named = {
        report.period.starts_on.month: send_reports.current_snapshot(report)["value_adds"]
        for report in Report.objects.all()
    }
    assert (named[11], named[12], named[1]) == ([], ["An audit"], [])

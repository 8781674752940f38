"""Reports in the dashboard: previews save nothing, a report is sent once, progress is shown."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone, translation

from billing.runs.billing_run import run_billing
from clients.models import Contact
from dashboard.reports.forms.kpis import ReadingForm
from delivery.models import Report, ReportRun
from delivery.reports import report_pdf, report_run, send_reports
from tests.browsers import logged_in
from tests.world import World

pytestmark = pytest.mark.rendering


@pytest.fixture
def browser(world: World) -> Browser:
    """The owner's browser, with one draft report that waits for review."""
    then = timezone.now() - timedelta(days=40)
    world.running(now=then)
    run_billing(now=then, door="test")
    report_run.run_reports(now=timezone.now(), door="test")
    return logged_in(world.business.owner)


def page(browser: Browser, name: str, *ids: Any) -> str:
    return browser.get(reverse(f"dashboard:{name}", args=ids)).content.decode()


def test_a_draft_starts_with_text_from_its_figures_and_a_preview_saves_nothing(
    browser: Browser,
) -> None:
    report = Report.objects.get()
    assert "Shall we put them into something" in page(browser, "report", report.pk)
    typed = {"comment": "Only tried", "next_text": "", "decision": ""}
    shown = browser.post(
        reverse("dashboard:report_preview", args=[report.pk]), typed
    ).content.decode()
    assert "Only tried" in shown
    report.refresh_from_db()
    assert (report.comment, report.reviewed_at) == ("", None)


def test_a_time_that_has_passed_is_refused_and_the_preview_shows_what_was_typed(
    browser: Browser,
) -> None:
    report = Report.objects.get()
    typed = {
        "comment": "Just typed",
        "next_text": "",
        "decision": "",
        "schedule": "yes",
        "send_at": "2020-01-01T09:00",
    }
    response = browser.post(reverse("dashboard:report", args=[report.pk]), typed)
    assert response.status_code == 422 and "within the next 60 days" in response.content.decode()
    assert response.content.decode().count("Just typed") == 2, "in its field and in the preview"


def test_a_report_sent_from_two_tabs_goes_out_once_and_the_second_tab_says_so(
    browser: Browser,
) -> None:
    report = Report.objects.get()
    data = {"comment": "Good.", "next_text": "", "decision": "", "send": "yes"}
    for message in ("The report is on its way.", "was sent and can no longer be changed"):
        response = browser.post(reverse("dashboard:report", args=[report.pk]), data, follow=True)
        assert message in response.content.decode()


def test_a_preview_after_sending_shows_the_report_as_it_was_sent(browser: Browser) -> None:
    report = Report.objects.get()
    send_reports.send_report(report=report, actor="Nan", now=timezone.now())
    response = browser.post(
        reverse("dashboard:report_preview", args=[report.pk]), {"comment": "Too late"}
    )
    assert response.status_code == 200 and "Too late" not in response.content.decode()


def test_the_page_shows_the_progress_of_the_report_job_even_after_a_reload(
    browser: Browser,
) -> None:
    assert "hx-get" not in page(browser, "reports_progress")
    ReportRun.objects.create(door="job", started_at=timezone.now(), total=1000, done=412)
    for _visit in range(2):
        assert "412 of 1000" in page(browser, "reports") and "every 2s" in page(
            browser, "reports_progress"
        )
    ReportRun.objects.update(finished_at=timezone.now())
    send_reports.send_report(report=Report.objects.get(), actor="Nan", now=timezone.now())
    assert "0 of 1." in page(browser, "reports_progress")
    report_pdf.render_due(now=timezone.now())
    assert "hx-get" not in page(browser, "reports_progress")


def test_a_report_without_a_recipient_is_shown_on_the_overview_and_on_its_page(
    browser: Browser,
) -> None:
    Contact.objects.update(is_active=False)
    Report.objects.update(send_at=timezone.now() - timedelta(days=1))
    report_run.run_reports(now=timezone.now(), door="test")
    assert "cannot be sent: nobody there has an email" in page(browser, "home")
    assert "nobody with an email" in page(browser, "report", Report.objects.get().pk)


def test_the_value_of_a_reading_is_no_objection_in_thai() -> None:
    with translation.override("th"):
        assert str(ReadingForm.base_fields["value"].label) == "ค่าที่วัดได้"

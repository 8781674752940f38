"""The desk's side of reports: what is typed is seen before it is kept, and long work says how far it is."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from billing.runs.run import bill
from clients.models import Contact
from delivery.models import Report, ReportRun
from delivery.reports import report_pdf, report_run, send
from tests.test_tenancy import logged_in
from tests.world import World

pytestmark = pytest.mark.rendering


@pytest.fixture
def desk(world: World) -> Browser:
    """A draft waits."""
    then = timezone.now() - timedelta(days=40)
    world.running(now=then)
    bill(now=then, door="test")
    report_run.report(now=timezone.now(), door="test")
    return logged_in(world.business.owner)


def page(desk: Browser, name: str, *ids: Any) -> str:
    return desk.get(reverse(f"dashboard:{name}", args=ids)).content.decode()


def test_a_draft_begins_with_words_from_its_figures_and_a_preview_keeps_nothing(
    desk: Browser,
) -> None:
    report = Report.objects.get()
    assert "Shall we put them into something" in page(desk, "report", report.pk)
    typed = {"comment": "Only tried", "next_text": "", "decision": ""}
    shown = desk.post(reverse("dashboard:report_preview", args=[report.pk]), typed).content.decode()
    assert "Only tried" in shown
    report.refresh_from_db()
    assert (report.comment, report.reviewed_at) == ("", None)


def test_what_cannot_be_printed_is_said_at_its_field_and_what_was_typed_stays(
    desk: Browser,
) -> None:
    report = Report.objects.get()
    answer = desk.post(
        reverse("dashboard:report", args=[report.pk]), {"comment": "Great 🎉", "send": "yes"}
    )
    assert answer.status_code == 422
    assert "cannot be printed" in answer.content.decode() and "Great 🎉" in answer.content.decode()
    assert Report.objects.get().state == "draft"


def test_a_time_that_has_passed_is_refused_and_the_preview_shows_what_was_typed(
    desk: Browser,
) -> None:
    report = Report.objects.get()
    typed = {
        "comment": "Just typed",
        "next_text": "",
        "decision": "",
        "schedule": "yes",
        "send_at": "2020-01-01T09:00",
    }
    answer = desk.post(reverse("dashboard:report", args=[report.pk]), typed)
    assert answer.status_code == 422 and "within the next 60 days" in answer.content.decode()
    assert answer.content.decode().count("Just typed") == 2, "in its field and in the preview"


def test_sent_from_two_tabs_it_goes_out_once_and_the_second_is_told(desk: Browser) -> None:
    report = Report.objects.get()
    words = {"comment": "Good.", "next_text": "", "decision": "", "send": "yes"}
    for said in ("The report is on its way.", "was sent and can no longer be changed"):
        answer = desk.post(reverse("dashboard:report", args=[report.pk]), words, follow=True)
        assert said in answer.content.decode()


def test_a_preview_that_comes_after_the_last_press_shows_what_was_sent(desk: Browser) -> None:
    report = Report.objects.get()
    send.send_report(report=report, actor="Nan", now=timezone.now())
    answer = desk.post(
        reverse("dashboard:report_preview", args=[report.pk]), {"comment": "Too late"}
    )
    assert answer.status_code == 200 and "Too late" not in answer.content.decode()


def test_how_far_the_job_is_stands_on_the_page_and_is_there_after_a_reload(desk: Browser) -> None:
    assert "hx-get" not in page(desk, "reports_progress")
    ReportRun.objects.create(door="job", started_at=timezone.now(), total=1000, done=412)
    for _look in range(2):
        assert "412 of 1000" in page(desk, "reports") and "every 2s" in page(
            desk, "reports_progress"
        )
    ReportRun.objects.update(finished_at=timezone.now())
    send.send_report(report=Report.objects.get(), actor="Nan", now=timezone.now())
    assert "0 of 1." in page(desk, "reports_progress")
    report_pdf.print_due(now=timezone.now())
    assert "hx-get" not in page(desk, "reports_progress")


def test_a_report_that_can_go_to_nobody_is_said_on_the_overview_and_on_its_page(
    desk: Browser,
) -> None:
    Contact.objects.update(is_active=False)
    Report.objects.update(send_at=timezone.now() - timedelta(days=1))
    report_run.report(now=timezone.now(), door="test")
    assert "cannot go out: nobody there has an email" in page(desk, "home")
    assert "nobody with an email" in page(desk, "report", Report.objects.get().pk)

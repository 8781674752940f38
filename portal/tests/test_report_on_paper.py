"""A printed report is on one page where it fits, and its decision is answered from paper, too."""

import re
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from billing.runs.billing_run import run_billing
from core.dates import local_day
from core.documents import store
from core.models import OutboxEmail
from delivery.hours import time_log
from delivery.models import Report
from delivery.reports import report_pdf, report_run, review_draft, send_reports
from tests.test_tenancy import inside
from tests.world import World

pytestmark = [pytest.mark.rendering, pytest.mark.whole_documents]
QUESTION = "Shall we film two videos and cut one?"


def printed(world: World, *, lines: int, words: str = "A strong month.") -> tuple[Report, bytes]:
    """A report whose table of time has so many lines, and its PDF."""
    now = timezone.now()
    begun = now - timedelta(days=40)
    day = local_day(begun, "Asia/Bangkok")
    titles = ("posts", "graphics", "stories", "videos")
    agreement = world.running(
        world.client(now=begun),
        now=begun,
        starts_on=day,
        anchor_day=day.day,
        tier={"name": "Growth", "deliverables": [{"title": t, "promised": 4} for t in titles]},
    )
    run_billing(now=begun, door="test")
    for n in range(lines):
        time_log.log_time(
            agreement=agreement,
            on=day + timedelta(days=n % 20),
            minutes=30,
            note=f"Work {n}",
            now=now,
        )
    report_run.run_reports(now=now, door="test")
    report = review_draft.save_texts(
        report=Report.objects.get(),
        comment=words,
        next_text="In the next month we film.",
        decision=QUESTION,
        now=now,
    )
    send_reports.send_report(report=report, actor="Nan", now=now)
    report_pdf.render_due(now=now)
    report.refresh_from_db()
    assert report.document
    return report, store.read(report.document)


def text_of(pdf: bytes, folder: Path) -> list[str]:
    """The text of each page."""
    path = folder / "report.pdf"
    path.write_bytes(pdf)
    read = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True)
    return read.stdout.decode().split("\f")[:-1]


@pytest.mark.parametrize(("lines", "pages"), [(3, 1), (9, 1), (60, 4)])
def test_a_report_that_fits_on_one_page_is_printed_on_one(
    world: World, tmp_path: Path, lines: int, pages: int
) -> None:
    _report, pdf = printed(world, lines=lines)
    assert len(text_of(pdf, tmp_path)) == pages


def words_of(page: bytes) -> str:
    """The text of a page, without the tokens in its attributes."""
    return re.sub(r"<[^>]*>", "", page.decode())


def short_address(world: World, tmp_path: Path) -> tuple[Report, str]:
    """The path of the address that is printed below the decision."""
    report, pdf = printed(world, lines=1)
    found = re.search(r"(/p/a/\w{10}/)", "".join(text_of(pdf, tmp_path)))
    assert found
    return report, found[1]


def test_the_address_below_the_decision_leads_the_client_to_the_question(
    world: World, tmp_path: Path
) -> None:
    report, path = short_address(world, tmp_path)
    answer = inside(report.period.agreement.contact).get(path)
    assert answer.status_code == 302 and answer["Location"] == reverse(
        "portal:answer", args=[report.pk]
    )


def test_whoever_is_not_signed_in_is_emailed_a_link_to_the_question(
    world: World, tmp_path: Path
) -> None:
    report, path = short_address(world, tmp_path)
    OutboxEmail.objects.all().delete()
    stranger = Browser()
    page = stranger.get(path)
    assert page.status_code == 200
    assert report.client.name not in page.content.decode()
    known = report.period.agreement.contact.email
    answers = [
        stranger.post(path, {"email": email}).content for email in ("nobody@else.example", known)
    ]
    assert len(set(map(words_of, answers))) == 1
    sent = OutboxEmail.objects.get(kind="portal_link")
    assert sent.to == known


def test_an_unknown_address_says_no_more(world: World) -> None:
    stranger = Browser()
    assert stranger.get("/p/a/0123456789/").status_code == 200
    assert stranger.post("/p/a/0123456789/", {"email": "a@b.example"}).status_code == 200
    assert stranger.post("/p/a/0123456789/", {"email": "a"}).status_code == 422
    assert not OutboxEmail.objects.exists()

"""The portal's home page: hours, work, pauses and ends, and the exact amount of the next charge."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from agreements.models import Agreement, Pause
from billing.emails import upcoming_charges
from billing.invoices import next_line
from billing.models import Invoice
from billing.runs.billing_run import run_billing
from core import formats
from core.audit import UNSEEN
from core.dates import add_months, local_day
from delivery.hours import time_log
from delivery.models import Deliverable, Report
from delivery.reports import client_decision, report_run, review_draft, send_reports
from delivery.work import carry_over, checklist_actions, hand_over
from tests.test_tenancy import inside
from tests.world import World

pytestmark = pytest.mark.rendering
TIER = {"name": "Growth", "deliverables": [{"title": "posts", "promised": 12}]}
VAT = [{"name": "VAT", "percent": "7"}]


def running_agreement(world: World, days: int = 9, **fields: Any) -> Agreement:
    """An agreement that began some days ago, billed and with its deliverables listed."""
    now = timezone.now()
    day = local_day(now, "Asia/Bangkok") - timedelta(days=days)
    agreement = world.running(tier=TIER, starts_on=day, anchor_day=day.day, **fields)
    run_billing(now=now, door="test")
    checklist_actions.open_checklists(now=now)
    return agreement


def home_page(agreement: Agreement) -> str:
    """The HTML of the home page that this agreement's contact sees."""
    return inside(agreement.contact).get(reverse("portal:home")).content.decode()


def test_the_home_page_starts_with_the_hours_and_the_next_renewal(world: World) -> None:
    agreement = running_agreement(world)
    time_log.log_time(
        agreement=agreement, on=agreement.starts_on, minutes=5 * 60, note="Plan", now=timezone.now()
    )
    page = home_page(agreement)
    renews = add_months(agreement.starts_on, 1, agreement.anchor_day)
    said = " ".join(page.split())
    assert "of 20 h" in said and f"renews on {formats.day(renews)}" in said
    assert "15 h are left" in page and "Ask for something" in page


def test_a_decision_stays_on_the_home_page_until_it_is_answered(world: World) -> None:
    agreement = running_agreement(world, days=40)
    now = timezone.now()
    report_run.run_reports(now=now, door="test")
    report = Report.objects.order_by("created_at")[0]
    review_draft.save_texts(
        report=report, comment="", next_text="", decision="Two videos a month?", now=now
    )
    send_reports.send_report(report=report, actor="Nan", now=now)
    assert "Two videos a month?" in home_page(agreement)
    client_decision.store_answer(
        report=report, answer="no", contact=agreement.contact, now=now, origin=UNSEEN
    )
    assert "Two videos a month?" not in home_page(agreement)


def test_the_home_page_shows_what_is_in_progress_late_and_delivered(world: World) -> None:
    agreement = running_agreement(world)
    now = timezone.now()
    (posts,) = Deliverable.objects.select_related("period__agreement", "period__business")
    checklist_actions.set_due_day(deliverable=posts, due_on=agreement.starts_on + timedelta(days=3))
    hand_over.hand_over(
        deliverable=posts,
        actor="Nan",
        now=now,
        count=2,
        url="https://x.example/a",
        title="Two posts",
    )
    page = home_page(agreement)
    assert (
        "Late" in page
        and "2 / 12" in page
        and "Two posts" in page
        and 'rel="noopener noreferrer"' in page
    )
    carry_over.waive(deliverable=posts, because="We agreed on two", actor="Nan", now=now)
    assert "We agreed on two" in home_page(agreement)


def test_the_home_page_says_that_a_retainer_is_paused_or_has_ended(world: World) -> None:
    agreement = running_agreement(world)
    Agreement.objects.filter(pk=agreement.pk).update(state="paused")
    Pause.objects.create(
        business=world.business, agreement=agreement, starts_on=date(2000, 1, 1), reason="R"
    )
    page = home_page(agreement)
    assert (
        "Paused" in page
        and "Nothing is charged until it resumes." in page
        and "Nothing more is due." in page
    )
    ends_on = local_day(timezone.now(), "Asia/Bangkok")
    Agreement.objects.filter(pk=agreement.pk).update(state="ended", ends_on=ends_on)
    page = home_page(agreement)
    assert "Your retainer has ended" in page and formats.day(formats.last_day(ends_on)) in page
    assert (
        "Your next payments" not in page
        and reverse("portal:agreement_pdf", args=[agreement.pk]) in page
    )


def test_without_a_retainer_no_request_can_be_made(world: World) -> None:
    proposal = world.proposal()
    browser = inside(proposal.contact)
    page = browser.get(reverse("portal:home")).content.decode()
    assert "Nothing is running yet" in page and "Ask for something" not in page
    asked = browser.get(reverse("portal:request_new"))
    assert asked.status_code == 200 and "No retainer is running" in asked.content.decode()
    assert browser.post(reverse("portal:request_new"), {"text": "Hello"}).status_code == 422


@pytest.mark.parametrize("mode", ["exclusive", "inclusive"])
def test_the_next_charge_is_what_the_next_invoice_says(world: World, mode: str) -> None:
    agreement = running_agreement(world, days=20, taxes=VAT, tax_mode=mode)
    start = add_months(agreement.starts_on, 1, agreement.anchor_day)
    next_line.add_next_line(
        agreement=agreement,
        kind="overage",
        ref="1",
        description="More",
        starts_on=agreement.starts_on,
        ends_on=start,
        amount=123_45,
        now=timezone.now(),
    )
    (coming,) = upcoming_charges.next_charges(
        [agreement], local_day(timezone.now(), "Asia/Bangkok")
    )
    page = home_page(agreement)
    run_billing(
        now=timezone.now() + timedelta(days=(start - agreement.starts_on).days), door="test"
    )
    newest = Invoice.objects.latest("issued_on")
    assert (coming.on, coming.amount) == (start, newest.total)
    assert formats.money(newest.total, "USD") in page

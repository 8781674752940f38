"""The quarterly review: composed from the ledger, frozen, and sent once."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from agreements.models import Agreement, Period
from billing.runs.billing_run import run_billing
from core import audit
from core.documents import store
from core.errors import NotAllowedNow
from core.models import OutboxEmail
from delivery.hours import time_log
from delivery.kpis import kpi_changes
from delivery.models import Deliverable, Kpi, QuarterlyReview, Report, Request
from delivery.renewing import quarterly_reviews, review_contents
from delivery.requests import client_requests
from delivery.rules.errors import NoPeriod
from delivery.work import carry_over, checklist_actions
from tests.world import NOW, World

DAY, H = timedelta(days=1), 60
TODAY = date(2027, 3, 10)
LATER = NOW + 127 * DAY
TIER = {"name": "Growth", "deliverables": [{"title": "posts", "promised": 4}]}
PARTIES = {"seller": {"name": "S", "legal_name": "S"}, "buyer": {"legal_name": "B"}}


@pytest.fixture
def agreement(world: World, settings: Any, tmp_path: Any) -> Agreement:
    """Four ended periods, each with 5 h of work, 4 posts and a new KPI reading."""
    settings.MEDIA_ROOT = tmp_path
    adds = [{"title": "Audit", "ends_on": "2027-01-31"}, {"title": "Old", "ends_on": "2026-11-20"}]
    row = world.running(tier=TIER, terms=PARTIES | {"value_adds": adds})
    kpi = kpi_changes.add_kpi(
        agreement=row,
        name="Followers",
        unit="",
        baseline=Decimal(100),
        target=Decimal(130),
        less_is_better=False,
        now=NOW,
    )
    for n, days in enumerate((0, 30, 61, 92, 120)):
        now = NOW + days * DAY
        run_billing(now=now, door="test")
        checklist_actions.open_checklists(now=now)
        time_log.log_time(agreement=row, on=now.date(), minutes=5 * H, note="Work", now=now)
        if n != 2:
            period = Period.objects.get(index=n)
            kpi_changes.write_reading(
                kpi=kpi, period=period, value=Decimal(100 + 10 * n), on=now.date(), now=now
            )
    Deliverable.objects.filter(period__index__lt=3).update(done=4)
    return row


def made(agreement: Agreement, outlook: str = "A film in spring.") -> QuarterlyReview:
    periods = quarterly_reviews.review_periods(agreement, None, TODAY)
    return quarterly_reviews.create_review(
        agreement=agreement, periods=periods, outlook=outlook, now=LATER
    )


def test_a_review_covers_the_last_three_periods_that_are_over(agreement: Agreement) -> None:
    shot = made(agreement).snapshot
    assert (shot["starts_on"], shot["ends_on"]) == ("2026-12-02", "2027-03-02")
    assert [(row["used"], row["available"]) for row in shot["periods"]] == [(5 * H, 20 * H)] * 3
    assert [row["deliverables"][0]["done"] for row in shot["periods"]] == [4, 4, 0]
    (kpi,) = shot["kpis"]
    assert (kpi["start"], kpi["end"], kpi["change"]) == ("100.00", "130.00", "30.0")
    assert kpi["values"] == ["110.00", "", "130.00"]
    assert (kpi["reached"], kpi["judged"]) == (1, 2)
    assert [one["title"] for one in shot["value_adds"]] == ["Audit"]
    assert review_contents.review_title(shot) == "Review of December 2026 to February 2027"


def test_an_earlier_quarter_can_be_reviewed_too(agreement: Agreement) -> None:
    rows = quarterly_reviews.review_periods(agreement, date(2027, 1, 2), TODAY)
    assert [row.index for row in rows] == [0, 1]


def test_a_review_says_how_fast_requests_were_answered(agreement: Agreement) -> None:
    for n, (hours, state) in enumerate(
        [(2, "done"), (4, "started"), (40, "done"), (None, "withdrawn")]
    ):
        asked = NOW + (40 + n) * DAY
        Request.objects.create(
            business=agreement.business,
            client=agreement.client,
            agreement=agreement,
            contact=agreement.contact,
            title="T",
            fits="scope",
            state=state,
            created_at=asked,
            respond_by=asked + timedelta(hours=24),
            responded_at=asked + timedelta(hours=hours) if hours else None,
        )
    found = made(agreement).snapshot["requests"]
    assert found == {"asked": 3, "done": 2, "answered": 3, "in_time": 2, "usual": 4 * H}


def test_the_same_facts_give_the_same_review_and_new_ones_another(agreement: Agreement) -> None:
    first, again = made(agreement), made(agreement)
    assert first.pk == again.pk
    assert store.read(first.document).startswith(b"%PDF")
    assert made(agreement, "Other words").pk != first.pk
    assert QuarterlyReview.objects.count() == 2


def test_a_review_never_changes(agreement: Agreement) -> None:
    row = made(agreement)
    with pytest.raises(IntegrityError), transaction.atomic():
        QuarterlyReview.objects.filter(pk=row.pk).update(sha256="x")


def test_a_review_is_emailed_once_with_its_pdf_and_recorded(agreement: Agreement) -> None:
    row = made(agreement)
    quarterly_reviews.send_review(review=row, actor="Nan", now=LATER)
    with pytest.raises(NotAllowedNow):
        quarterly_reviews.send_review(review=row, actor="Nan", now=LATER)
    email = OutboxEmail.objects.get(kind="quarterly_review")
    assert email.attachment_id == row.document_id and "A film in spring." in email.text
    assert audit.chain(agreement.pk)[-1].event == "review_sent"


def test_a_review_needs_an_ended_period_and_takes_every_text(
    agreement: Agreement, world: World
) -> None:
    assert made(agreement, "Fine \U0001f600").snapshot["outlook"] == "Fine \U0001f600"
    fresh = world.running(world.client("New"), card="")
    with pytest.raises(NoPeriod):
        made(fresh)


def test_a_kpi_without_readings_is_left_out(agreement: Agreement) -> None:
    Kpi.objects.create(business=agreement.business, agreement=agreement, name="Never", target=1)
    assert [row["name"] for row in made(agreement).snapshot["kpis"]] == ["Followers"]


def test_work_carried_from_month_to_month_counts_as_promised_once(agreement: Agreement) -> None:
    late = Deliverable.objects.get(period__index=1)
    Deliverable.objects.filter(pk=late.pk).update(done=1)
    for index in (1, 2):
        for row in Deliverable.objects.filter(period__index=index, state="open"):
            if row.missing:
                carry_over.carry_over(
                    deliverable=row, because="The printer was ill", actor="Nan", now=LATER
                )
    last = Deliverable.objects.filter(period__index=3)
    for row in last:
        checklist_actions.set_done(deliverable=row, done=row.promised)
    found = review_contents.template_context(made(agreement).snapshot)
    assert last.count() == 2
    assert (found["done"], found["promised"]) == (12, 12)


def test_waived_work_does_not_count_as_missing(agreement: Agreement) -> None:
    row = Deliverable.objects.get(period__index=3)
    checklist_actions.set_done(deliverable=row, done=3)
    carry_over.waive(deliverable=row, because="Not wanted any more", actor="Nan", now=LATER)
    found = review_contents.template_context(made(agreement).snapshot)
    assert (found["done"], found["promised"]) == (11, 11)


def test_unprintable_characters_from_the_client_do_not_stop_the_pdf(agreement: Agreement) -> None:
    period = Period.objects.get(index=2)
    Report.objects.create(
        business=agreement.business,
        client=agreement.client,
        period=period,
        decision="Video?",
        answer="yes",
        answer_words="Yes 👍",
        answered_at=LATER,
        state="sent",
        sent_at=LATER,
        sha256="0" * 64,
    )
    review = made(agreement)
    assert review.snapshot["decisions"][0]["words"] == "Yes 👍" and store.read(
        review.document
    ).startswith(b"%PDF")


def test_a_request_belongs_to_the_quarter_of_its_day_in_the_clients_time_zone(
    agreement: Agreement,
) -> None:
    first = datetime(
        2026, 12, 2, tzinfo=ZoneInfo(agreement.time_zone)
    )  # still the first of December in UTC
    for minutes in (-1, 0):
        at = first + timedelta(minutes=minutes)
        client_requests.create_request(
            contact=agreement.contact, agreement=agreement, text=f"A banner {minutes}", now=at
        )
    assert made(agreement).snapshot["requests"]["asked"] == 1

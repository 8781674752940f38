"""Three months on a paper: made from the ledger, kept as it was, sent once."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from agreements.models import Agreement, Period
from billing.run import bill
from core import audit
from core.documents import store
from core.documents.glyphs import MissingGlyphs
from core.errors import NotAllowedNow
from core.models import Outbox
from delivery import deliver, log, measure, quarter, review_quarter
from delivery.errors import NoPeriod
from delivery.models import Deliverable, Kpi, QuarterlyReview, Request
from tests.world import NOW, World

DAY, H = timedelta(days=1), 60
TODAY = date(2027, 3, 10)
LATER = NOW + 127 * DAY
TIER = {"name": "Growth", "deliverables": [{"title": "posts", "promised": 4}]}
PARTIES = {"seller": {"name": "S", "legal_name": "S"}, "buyer": {"legal_name": "B"}}


@pytest.fixture
def agreement(world: World, settings: Any, tmp_path: Any) -> Agreement:
    """Four periods are over; 5 h of work, 4 posts and a better figure in each."""
    settings.MEDIA_ROOT = tmp_path
    adds = [{"title": "Audit", "ends_on": "2027-01-31"}, {"title": "Old", "ends_on": "2026-11-20"}]
    row = world.running(tier=TIER, terms=PARTIES | {"value_adds": adds})
    kpi = measure.add_kpi(agreement=row, name="Followers", unit="", baseline=Decimal(100), target=Decimal(130),
                          less_is_better=False, now=NOW)  # fmt: skip
    for n, days in enumerate((0, 30, 61, 92, 120)):
        now = NOW + days * DAY
        bill(now=now, door="test")
        deliver.open_checklists(now=now)
        log.log_time(agreement=row, on=now.date(), minutes=5 * H, note="Work", now=now)
        if n != 2:
            period = Period.objects.get(index=n)
            measure.read(kpi=kpi, period=period, value=Decimal(100 + 10 * n), on=now.date(), now=now)
    Deliverable.objects.filter(period__index__lt=3).update(done=4)
    return row


def made(agreement: Agreement, outlook: str = "A film in spring.") -> QuarterlyReview:
    periods = review_quarter.periods_of(agreement, None, TODAY)
    return review_quarter.make(agreement=agreement, periods=periods, outlook=outlook, now=LATER)


def test_it_holds_the_last_three_periods_that_are_over(agreement: Agreement) -> None:
    shot = made(agreement).snapshot
    assert (shot["starts_on"], shot["ends_on"]) == ("2026-12-02", "2027-03-02")
    assert [(row["used"], row["available"]) for row in shot["periods"]] == [(5 * H, 20 * H)] * 3
    assert [row["deliverables"][0]["done"] for row in shot["periods"]] == [4, 4, 0]
    (kpi,) = shot["kpis"]
    assert (kpi["start"], kpi["end"], kpi["change"]) == ("100.00", "130.00", "30.0")
    assert kpi["values"] == ["110.00", "", "130.00"]
    assert (kpi["reached"], kpi["judged"]) == (1, 2)
    assert [one["title"] for one in shot["value_adds"]] == ["Audit"]
    assert quarter.title(shot) == "Review of December 2026 to February 2027"


def test_an_earlier_quarter_can_be_looked_back_on_too(agreement: Agreement) -> None:
    rows = review_quarter.periods_of(agreement, date(2027, 1, 2), TODAY)
    assert [row.index for row in rows] == [0, 1]


def test_how_fast_requests_were_answered(agreement: Agreement) -> None:
    for n, (hours, state) in enumerate([(2, "done"), (4, "started"), (40, "done"), (None, "withdrawn")]):
        asked = NOW + (40 + n) * DAY
        Request.objects.create(
            business=agreement.business, client=agreement.client, agreement=agreement, contact=agreement.contact,
            title="T", fits="scope", state=state, created_at=asked, respond_by=asked + timedelta(hours=24),
            responded_at=asked + timedelta(hours=hours) if hours else None,
        )  # fmt: skip
    found = made(agreement).snapshot["requests"]
    assert found == {"asked": 3, "done": 2, "answered": 3, "in_time": 2, "usual": 4 * H}


def test_the_same_facts_are_one_paper_and_new_ones_another(agreement: Agreement) -> None:
    first, again = made(agreement), made(agreement)
    assert first.pk == again.pk
    assert store.read(first.document).startswith(b"%PDF")
    assert made(agreement, "Other words").pk != first.pk
    assert QuarterlyReview.objects.count() == 2


def test_what_was_made_does_not_change(agreement: Agreement) -> None:
    row = made(agreement)
    with pytest.raises(IntegrityError), transaction.atomic():
        QuarterlyReview.objects.filter(pk=row.pk).update(sha256="x")


def test_it_is_sent_once_with_its_paper_and_stands_in_the_record(agreement: Agreement) -> None:
    row = made(agreement)
    review_quarter.send(review=row, actor="Nan", now=LATER)
    with pytest.raises(NotAllowedNow):
        review_quarter.send(review=row, actor="Nan", now=LATER)
    letter = Outbox.objects.get(kind="quarterly_review")
    assert letter.attachment_id == row.document_id and "A film in spring." in letter.text
    assert audit.chain(agreement.pk)[-1].event == "review_sent"


def test_before_the_first_period_is_over_and_with_words_that_cannot_be_printed_it_is_refused(
    agreement: Agreement, world: World
) -> None:
    with pytest.raises(MissingGlyphs):
        made(agreement, "Fine \U0001f600")
    fresh = world.running(world.client("New"), card="")
    with pytest.raises(NoPeriod):
        made(fresh)


def test_a_figure_that_was_never_read_is_left_out(agreement: Agreement) -> None:
    Kpi.objects.create(business=agreement.business, agreement=agreement, name="Never", target=1)
    assert [row["name"] for row in made(agreement).snapshot["kpis"]] == ["Followers"]

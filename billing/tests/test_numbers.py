"""Numbers have no gaps, are never given twice, and are in the order of their dates (rule 15)."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.books import document_numbers
from billing.books.invariants import find_contradictions
from billing.charging import cancel_invoice
from billing.emails import billing_pdfs
from billing.invoices import credit_note
from billing.models import CreditNote, Invoice, Numbering, Payment, Series
from billing.models.numbering import SeriesKind
from billing.rules.errors import BadPattern
from billing.runs.billing_run import run_billing
from core.documents import render
from core.models import OutboxEmail
from core.outbox import emails
from tests.world import NOW, World

INVOICE, RECEIPT, TAX_RECEIPT, CREDIT_NOTE = SeriesKind
KINDS = list(SeriesKind)
NEW_YEAR = date(2027, 1, 1)


def pattern(world: World, text: str, kind: SeriesKind = INVOICE, yearly: bool = True) -> Numbering:
    return document_numbers.set_pattern(
        business=world.business, kind=kind, pattern=text, resets_yearly=yearly
    )


def texts(world: World, day: date, count: int = 1, kind: SeriesKind = INVOICE) -> list[str]:
    """Take the next numbers of a series, for documents of that day."""
    with transaction.atomic():
        return [
            document_numbers.take_number(world.business.pk, kind, day, uuid4(), now=NOW)[2]
            for _ in range(count)
        ]


# Patterns


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("RH-{year}-{seq:04}", "RH-2026-0007"),
        ("{seq}", "7"),
        ("{year}/{seq:02}", "2026/07"),
        ("INV_{seq:06}.A", "INV_000007.A"),
    ],
)
def test_a_number_is_formatted_by_its_pattern(text: str, written: str) -> None:
    assert document_numbers.format_number(text, 2026, 7) == written


def test_a_number_with_more_digits_than_the_pattern_is_not_cut() -> None:
    assert document_numbers.format_number("{seq:02}", 2026, 12345) == "12345"


def test_the_default_patterns_differ_for_the_four_kinds_of_document(world: World) -> None:
    taken = [texts(world, NOW.date(), kind=kind)[0] for kind in KINDS]
    assert taken == ["RH-2026-0001", "RC-2026-0001", "TX-2026-0001", "CN-2026-0001"]


@pytest.mark.parametrize(
    "text",
    [
        "RH",
        "{year}",
        "",
        "{seq}-{seq}",
        "{year}-{year}-{seq}",
        "RH-{month}-{seq}",
        "RH {seq}",
        "{seq:x}",
        "{seq!r}",
        "<b>{seq}</b>",
        "ใบ-{seq}",
        "{year}{seq}",
        "{seq}{year}",
        "A1{seq}",
        "{seq}1",
        "{year}-{seq}0",
        "{seq.__class__}",
        "A" * 40 + "{seq}",
        "{seq:04",
        "{{seq}}",
    ],
)
def test_a_malformed_pattern_is_refused(world: World, text: str) -> None:
    with pytest.raises(BadPattern) as refused:
        pattern(world, text, yearly=False)
    assert refused.value.field == "pattern"
    assert not Numbering.objects.exists()


def test_numbers_that_start_again_every_year_need_the_year(world: World) -> None:
    with pytest.raises(BadPattern):
        pattern(world, "INV-{seq}")
    pattern(world, "INV-{seq}", yearly=False)


@pytest.mark.parametrize(
    "text", ["RC-{year}-{seq:04}", "RC-{year}-{seq}", "CN-{year:05}-{seq:02}", "TX-2026-{seq:04}"]
)
def test_two_kinds_of_document_cannot_have_the_same_pattern(world: World, text: str) -> None:
    with pytest.raises(BadPattern):
        pattern(world, text, yearly="{year" in text)


# Years


def test_the_first_document_of_a_year_is_number_one(world: World) -> None:
    assert texts(world, date(2026, 12, 31), 2) == ["RH-2026-0001", "RH-2026-0002"]
    assert texts(world, NEW_YEAR) == ["RH-2027-0001"]


def test_numbers_may_continue_across_years(world: World) -> None:
    pattern(world, "INV-{seq:03}", yearly=False)
    assert texts(world, date(2026, 12, 31), 2) + texts(world, NEW_YEAR) == [
        "INV-001",
        "INV-002",
        "INV-003",
    ]
    assert Series.objects.get().year == 0


def test_the_year_is_that_of_the_time_zone_of_the_business(world: World) -> None:
    """At 18:00 UTC of 31 December it is 2027 in Bangkok."""
    eve = NOW.replace(month=12, day=31, hour=18)
    assert world.billed(now=eve, card="", starts_on=NEW_YEAR).number == "RH-2027-0001"
    assert Invoice.objects.get().issued_on == NEW_YEAR


# Order of dates


def test_if_the_clock_goes_back_a_document_has_the_date_of_the_previous_one(world: World) -> None:
    first = world.billed(card="")
    second = world.billed(client=world.client("B"), card="", now=NOW - timedelta(days=3))
    assert (first.number, first.issued_on) == ("RH-2026-0001", date(2026, 11, 2))
    assert (second.number, second.issued_on) == ("RH-2026-0002", date(2026, 11, 2))


@pytest.mark.parametrize("yearly", [True, False])
def test_within_a_series_dates_never_go_back(world: World, yearly: bool) -> None:
    pattern(world, "A-{year}-{seq}", yearly=yearly)
    days = [
        date(2026, 12, 30),
        date(2027, 1, 2),
        date(2026, 12, 31),
        date(2027, 1, 1),
        date(2026, 1, 1),
    ]
    dates_of_series: dict[Any, list[date]] = {}
    for day in days:
        with transaction.atomic():
            series, _seq, _text, on = document_numbers.take_number(
                world.business.pk, INVOICE, day, uuid4(), now=NOW
            )
        dates_of_series.setdefault(series.pk, []).append(on)
    assert len(dates_of_series) == (2 if yearly else 1)
    assert all(dates == sorted(dates) for dates in dates_of_series.values())


# Changing the pattern


def test_a_new_pattern_continues_the_count_of_the_year(world: World) -> None:
    texts(world, NOW.date(), 3)
    pattern(world, "S{year}/{seq:03}")
    assert texts(world, NOW.date()) == ["S2026/004"]


def issued(world: World, count: int) -> list[str]:
    """Issue invoices to different clients; return their numbers."""
    return [world.billed(client=world.client(f"Client {n}"), card="").number for n in range(count)]


def test_dropping_the_yearly_restart_is_refused_if_numbers_would_repeat(
    world: World,
) -> None:
    """Without the yearly restart a new series begins at one, and RH-2026-0001 exists already."""
    issued(world, 2)
    with pytest.raises(BadPattern):
        pattern(world, "RH-{year}-{seq:04}", yearly=False)
    pattern(world, "R-{year}-{seq:04}", yearly=False)
    assert texts(world, NOW.date()) == ["R-2026-0001"]


def test_returning_to_a_yearly_restart_continues_the_count_of_that_year(world: World) -> None:
    issued(world, 2)
    pattern(world, "R-{seq:04}", yearly=False)
    world.billed(client=world.client("Three"), card="")
    pattern(world, "RH-{year}-{seq:04}")
    assert world.billed(client=world.client("Four"), card="").number == "RH-2026-0003"
    assert not find_contradictions(NOW)


@pytest.mark.parametrize("text", ["A-{year:06}-{seq}", "A-{year}-{seq:05}", "A-{year}-{seq}"])
def test_leading_zeros_do_not_hide_a_repeated_number(world: World, text: str) -> None:
    pattern(world, text)
    issued(world, 1)
    pattern(world, "B-{seq}", yearly=False)
    with pytest.raises(BadPattern):
        pattern(world, text, yearly=False)


def test_a_tax_receipt_cannot_get_the_number_of_an_older_receipt(world: World) -> None:
    """Both are payments, whose numbers must differ; a payment that cannot be stored is lost."""
    world.billed()
    pattern(world, "P-{seq}", RECEIPT, yearly=False)
    world.business.tax_on_payment = True
    world.business.save()
    with pytest.raises(BadPattern):
        pattern(world, "RC-{year}-{seq:04}", TAX_RECEIPT)


def test_two_businesses_may_use_the_same_pattern(world: World) -> None:
    other = World()
    pattern(world, "A-{year}-{seq}")
    pattern(other, "A-{year}-{seq}")
    assert world.billed(card="").number == other.billed(card="").number == "A-2026-1"


def test_saving_the_same_pattern_again_changes_nothing(world: World) -> None:
    issued(world, 2)
    for _ in range(2):
        pattern(world, "RH-{year}-{seq:04}")
    assert texts(world, NOW.date()) == ["RH-2026-0003"]


PATTERNS = [
    "A-{year}-{seq}",
    "A-{year:05}-{seq:02}",
    "A-2026-{seq}",
    "{seq}-{year}",
    "{year}-{seq}",
]
STEP = st.tuples(
    st.sampled_from([RECEIPT, TAX_RECEIPT]),
    st.sampled_from(PATTERNS),
    st.booleans(),
    st.sampled_from([0, 0, 1, 60, 400, -10]),
    st.integers(1, 2),
)


@given(steps=st.lists(STEP, min_size=2, max_size=7))
@settings(
    max_examples=settings.default.max_examples * 2 // 5,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_number_is_given_twice_however_patterns_and_dates_change(
    db: None, steps: Sequence[Any]
) -> None:
    """Whatever changes of patterns, yearly restarts and dates are accepted, no number repeats."""
    with transaction.atomic():
        world, day = World(), NOW.date()
        invoice = world.billed(card="")
        for kind, text, yearly, days, count in steps:
            with suppress(BadPattern):
                pattern(world, text, kind, yearly=yearly)
            day += timedelta(days=days)
            for _ in range(count):
                receipt(world, invoice, kind, day)
        given_numbers = Payment.objects.values_list("receipt_number", flat=True)
        assert len(set(given_numbers)) == len(given_numbers) >= len(steps)
        assert not document_numbers.find_gaps(world.business)
        transaction.set_rollback(True)


def receipt(world: World, invoice: Invoice, kind: SeriesKind, day: date) -> None:
    """Store a payment with the next number of that day; the database refuses a repeated one."""
    series, seq, text, _on = document_numbers.take_number(
        world.business.pk, kind, day, uuid4(), now=NOW
    )
    Payment.objects.create(
        business=world.business,
        client=invoice.client,
        invoice=invoice,
        gateway="transfer",
        reference=f"{series.pk}{seq}",
        currency="USD",
        amount=1,
        received_at=NOW,
        series=series,
        seq=seq,
        receipt_number=text,
    )


# No gaps


def test_a_document_that_could_not_be_saved_takes_no_number(world: World) -> None:
    with suppress(RuntimeError), transaction.atomic():
        document_numbers.take_number(world.business.pk, INVOICE, NOW.date(), uuid4(), now=NOW)
        raise RuntimeError("the document could not be saved")
    assert world.billed(card="").number == "RH-2026-0001"
    assert not document_numbers.find_gaps()


def test_an_invoice_keeps_its_number_if_its_pdf_or_email_fails(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PDF and email are made after the commit: the invoice stays, and the count goes on."""
    first = world.billed(card="", collect_by="transfer")
    with monkeypatch.context() as patch, pytest.raises(ZeroDivisionError):
        patch.setattr(render, "_write", lambda *of, **more: 1 / 0)
        billing_pdfs.invoice_pdf(invoice=first, now=NOW)
    monkeypatch.setitem(emails.COMPOSERS, "invoice", lambda ref, now: 1 / 0)
    emails.send_due(now=NOW)
    assert "ZeroDivisionError" in OutboxEmail.objects.get(kind="invoice").error
    second = world.billed(client=world.client("B"), card="", collect_by="transfer")
    assert [row.number for row in Invoice.objects.order_by("seq")] == [
        "RH-2026-0001",
        "RH-2026-0002",
    ]
    assert not document_numbers.find_gaps()
    monkeypatch.undo()
    emails.send_due(now=NOW + timedelta(hours=1))
    assert set(OutboxEmail.objects.filter(kind="invoice").values_list("state", flat=True)) == {
        "sent"
    }
    assert billing_pdfs.invoice_pdf(invoice=second, now=NOW)


def test_every_kind_of_document_has_its_own_count(world: World) -> None:
    cancel_invoice.void_invoice(invoice=world.billed(card=""), reason="R", actor="Nan", now=NOW)
    paid = world.billed(client=world.client("B"))
    credit_note.issue_credit_note(invoice=paid, amount=1, reason="R", actor="Nan", now=NOW)
    assert [row.number for row in CreditNote.objects.order_by("seq")] == [
        "CN-2026-0001",
        "CN-2026-0002",
    ]
    assert Payment.objects.get().receipt_number == "RC-2026-0001"
    assert paid.number == "RH-2026-0002"
    assert not document_numbers.find_gaps()


def test_a_gap_is_found_and_reported(world: World) -> None:
    issued(world, 2)
    with transaction.atomic():
        document_numbers.take_number(world.business.pk, INVOICE, NOW.date(), uuid4(), now=NOW)
    assert (
        document_numbers.find_gaps()
        == document_numbers.find_gaps(world.business)
        == [document_numbers.Gap("invoice", 2026, 3, 2)]
    )
    assert document_numbers.find_gaps(World().business) == []
    assert any(
        "invoice 2026: 2 documents, last number 3" in sentence
        for sentence in find_contradictions(NOW)
    )


def test_two_hundred_invoices_of_one_run_are_numbered_without_a_gap(world: World) -> None:
    client = world.client()
    for _ in range(200):
        world.running(client, card="")
    run_billing(now=NOW, door="test")
    seqs = sorted(Invoice.objects.values_list("seq", flat=True))
    assert seqs == list(range(1, 201))
    assert not document_numbers.find_gaps()

"""Numbers have no gap, are never given twice, and are in the order of their dates (rule 15)."""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.books import numbers
from billing.books.invariants import broken
from billing.charging import void
from billing.emails import billing_pdfs
from billing.invoices import credit_note
from billing.models import CreditNote, Invoice, Numbering, Payment, Series
from billing.models.invoice import SeriesKind
from billing.rules.errors import BadPattern
from billing.runs.run import bill
from core.documents.glyphs import MissingGlyphs
from core.models import OutboxEmail
from core.outbox import emails as outbox
from tests.world import NOW, World

INVOICE, RECEIPT, TAX_RECEIPT, CREDIT_NOTE = SeriesKind
KINDS = list(SeriesKind)
NEW_YEAR = date(2027, 1, 1)


def pattern(world: World, text: str, kind: SeriesKind = INVOICE, yearly: bool = True) -> Numbering:
    return numbers.set_pattern(
        business=world.business, kind=kind, pattern=text, resets_yearly=yearly
    )


def texts(world: World, day: date, count: int = 1, kind: SeriesKind = INVOICE) -> list[str]:
    """The next numbers of a series, as the papers of that day would get them."""
    with transaction.atomic():
        return [numbers.one(world.business.pk, kind, day)[2] for _ in range(count)]


# How they are written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("RH-{year}-{seq:04}", "RH-2026-0007"),
        ("{seq}", "7"),
        ("{year}/{seq:02}", "2026/07"),
        ("INV_{seq:06}.A", "INV_000007.A"),
    ],
)
def test_a_pattern_says_how_a_number_is_written(text: str, written: str) -> None:
    assert numbers.write(text, 2026, 7) == written


def test_a_number_longer_than_its_zeros_is_written_whole() -> None:
    assert numbers.write("{seq:02}", 2026, 12345) == "12345"


def test_the_usual_patterns_tell_the_four_papers_apart(world: World) -> None:
    found = [texts(world, NOW.date(), kind=kind)[0] for kind in KINDS]
    assert found == ["RH-2026-0001", "RC-2026-0001", "TX-2026-0001", "CN-2026-0001"]


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
def test_a_pattern_that_is_no_pattern_is_refused(world: World, text: str) -> None:
    with pytest.raises(BadPattern) as no:
        pattern(world, text, yearly=False)
    assert no.value.field == "pattern"
    assert not Numbering.objects.exists()


def test_numbers_that_start_again_every_year_need_the_year(world: World) -> None:
    with pytest.raises(BadPattern):
        pattern(world, "INV-{seq}")
    pattern(world, "INV-{seq}", yearly=False)


@pytest.mark.parametrize(
    "text", ["RC-{year}-{seq:04}", "RC-{year}-{seq}", "CN-{year:05}-{seq:02}", "TX-2026-{seq:04}"]
)
def test_two_kinds_of_paper_are_never_numbered_alike(world: World, text: str) -> None:
    with pytest.raises(BadPattern):
        pattern(world, text, yearly="{year" in text)


# Years


def test_the_first_paper_of_a_year_is_number_one(world: World) -> None:
    assert texts(world, date(2026, 12, 31), 2) == ["RH-2026-0001", "RH-2026-0002"]
    assert texts(world, NEW_YEAR) == ["RH-2027-0001"]


def test_numbers_may_go_on_counting_for_ever(world: World) -> None:
    pattern(world, "INV-{seq:03}", yearly=False)
    assert texts(world, date(2026, 12, 31), 2) + texts(world, NEW_YEAR) == [
        "INV-001",
        "INV-002",
        "INV-003",
    ]
    assert Series.objects.get().year == 0


def test_the_year_is_the_one_where_the_business_is(world: World) -> None:
    """At 18:00 UTC of 31 December it is 2027 in Bangkok."""
    eve = NOW.replace(month=12, day=31, hour=18)
    assert world.billed(now=eve, card="", starts_on=NEW_YEAR).number == "RH-2027-0001"
    assert Invoice.objects.get().issued_on == NEW_YEAR


# Order of dates


def test_when_the_clock_goes_back_a_paper_carries_the_date_of_the_one_before(world: World) -> None:
    first = world.billed(card="")
    second = world.billed(client=world.client("B"), card="", now=NOW - timedelta(days=3))
    assert (first.number, first.issued_on) == ("RH-2026-0001", date(2026, 11, 2))
    assert (second.number, second.issued_on) == ("RH-2026-0002", date(2026, 11, 2))


@pytest.mark.parametrize("yearly", [True, False])
def test_within_a_series_dates_never_fall(world: World, yearly: bool) -> None:
    pattern(world, "A-{year}-{seq}", yearly=yearly)
    days = [
        date(2026, 12, 30),
        date(2027, 1, 2),
        date(2026, 12, 31),
        date(2027, 1, 1),
        date(2026, 1, 1),
    ]
    found: dict[Any, list[date]] = {}
    for day in days:
        with transaction.atomic():
            series, _seq, _text, on = numbers.one(world.business.pk, INVOICE, day)
        found.setdefault(series.pk, []).append(on)
    assert len(found) == (2 if yearly else 1)
    assert all(dates == sorted(dates) for dates in found.values())


# Changing the pattern


def test_a_new_pattern_goes_on_counting_in_the_same_year(world: World) -> None:
    texts(world, NOW.date(), 3)
    pattern(world, "S{year}/{seq:03}")
    assert texts(world, NOW.date()) == ["S2026/004"]


def issued(world: World, count: int) -> list[str]:
    """Invoices with numbers of their own, each of another client."""
    return [world.billed(client=world.client(f"Client {n}"), card="").number for n in range(count)]


def test_the_same_letters_without_the_yearly_start_would_repeat_and_are_refused(
    world: World,
) -> None:
    """Without the yearly start another series counts, from one: RH-2026-0001 was given already."""
    issued(world, 2)
    with pytest.raises(BadPattern):
        pattern(world, "RH-{year}-{seq:04}", yearly=False)
    pattern(world, "R-{year}-{seq:04}", yearly=False)
    assert texts(world, NOW.date()) == ["R-2026-0001"]


def test_going_back_to_the_yearly_start_continues_where_that_year_was(world: World) -> None:
    issued(world, 2)
    pattern(world, "R-{seq:04}", yearly=False)
    world.billed(client=world.client("Three"), card="")
    pattern(world, "RH-{year}-{seq:04}")
    assert world.billed(client=world.client("Four"), card="").number == "RH-2026-0003"
    assert not broken(NOW)


@pytest.mark.parametrize("text", ["A-{year:06}-{seq}", "A-{year}-{seq:05}", "A-{year}-{seq}"])
def test_zeros_do_not_hide_a_number_that_was_given(world: World, text: str) -> None:
    pattern(world, text)
    issued(world, 1)
    pattern(world, "B-{seq}", yearly=False)
    with pytest.raises(BadPattern):
        pattern(world, text, yearly=False)


def test_a_receipt_does_not_get_the_number_of_an_older_tax_receipt(world: World) -> None:
    """Both are payments: the database holds their numbers apart, and a payment that cannot be written is lost."""
    world.billed()
    pattern(world, "P-{seq}", RECEIPT, yearly=False)
    world.business.tax_on_payment = True
    world.business.save()
    with pytest.raises(BadPattern):
        pattern(world, "RC-{year}-{seq:04}", TAX_RECEIPT)


def test_one_business_may_number_as_another_does(world: World) -> None:
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
def test_whatever_is_changed_and_when_no_number_is_given_twice(
    db: None, steps: Sequence[Any]
) -> None:
    """Patterns, yearly starts, leaps of the calendar and back: what is not refused never repeats."""
    with transaction.atomic():
        world, day = World(), NOW.date()
        invoice = world.billed(card="")
        for kind, text, yearly, days, count in steps:
            with suppress(BadPattern):
                pattern(world, text, kind, yearly=yearly)
            day += timedelta(days=days)
            for _ in range(count):
                receipt(world, invoice, kind, day)
        found = Payment.objects.values_list("receipt_number", flat=True)
        assert len(set(found)) == len(found) >= len(steps)
        assert not numbers.gaps(world.business)
        transaction.set_rollback(True)


def receipt(world: World, invoice: Invoice, kind: SeriesKind, day: date) -> None:
    """A payment's row with the next number of that day; the database refuses one that was given."""
    series, seq, text, _on = numbers.one(world.business.pk, kind, day)
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


# No gap


def test_a_paper_that_could_not_be_written_takes_no_number(world: World) -> None:
    with suppress(RuntimeError), transaction.atomic():
        numbers.one(world.business.pk, INVOICE, NOW.date())
        raise RuntimeError("the paper could not be written")
    assert world.billed(card="").number == "RH-2026-0001"
    assert not numbers.gaps()


def test_a_paper_that_cannot_be_printed_and_a_letter_that_cannot_be_sent_keep_their_number(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are made after the commit: the invoice stands, and the next one has the next number."""
    client = world.client(legal_name="漢")  # in no bundled font
    first = world.billed(client=client, card="", collect_by="transfer")
    with pytest.raises(MissingGlyphs):
        billing_pdfs.invoice_pdf(invoice=first, now=NOW)
    monkeypatch.setitem(outbox.COMPOSERS, "invoice", lambda ref, now: 1 / 0)
    outbox.send_due(now=NOW)
    assert "ZeroDivisionError" in OutboxEmail.objects.get(kind="invoice").error
    second = world.billed(client=world.client("B"), card="", collect_by="transfer")
    assert [row.number for row in Invoice.objects.order_by("seq")] == [
        "RH-2026-0001",
        "RH-2026-0002",
    ]
    assert not numbers.gaps()
    monkeypatch.undo()
    outbox.send_due(now=NOW + timedelta(hours=1))
    assert set(OutboxEmail.objects.filter(kind="invoice").values_list("state", flat=True)) == {
        "sent"
    }
    assert billing_pdfs.invoice_pdf(invoice=second, now=NOW)


def test_every_kind_of_paper_counts_for_itself(world: World) -> None:
    void.void(invoice=world.billed(card=""), reason="R", actor="Nan", now=NOW)
    paid = world.billed(client=world.client("B"))
    credit_note.make(invoice=paid, amount=1, reason="R", actor="Nan", now=NOW)
    assert [row.number for row in CreditNote.objects.order_by("seq")] == [
        "CN-2026-0001",
        "CN-2026-0002",
    ]
    assert Payment.objects.get().receipt_number == "RC-2026-0001"
    assert paid.number == "RH-2026-0002"
    assert not numbers.gaps()


def test_a_gap_is_found_and_named(world: World) -> None:
    issued(world, 2)
    with transaction.atomic():
        numbers.one(world.business.pk, INVOICE, NOW.date())
    assert numbers.gaps() == numbers.gaps(world.business) == [numbers.Gap("invoice", 2026, 3, 2)]
    assert numbers.gaps(World().business) == []
    assert [
        words for words in broken(NOW) if re.search("invoice 2026: 2 papers, last number 3", words)
    ]


def test_two_hundred_invoices_of_one_walk_are_one_to_two_hundred(world: World) -> None:
    client = world.client()
    for _ in range(200):
        world.running(client, card="")
    bill(now=NOW, door="test")
    seqs = sorted(Invoice.objects.values_list("seq", flat=True))
    assert seqs == list(range(1, 201))
    assert not numbers.gaps()

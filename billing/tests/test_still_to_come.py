"""What the database adds up of open invoices is what each of them asks, added up one by one."""

from collections import Counter
from datetime import timedelta
from itertools import product
from random import Random
from uuid import uuid4

import pytest

from agreements.rules.terms import CollectBy
from billing.books import asking
from billing.invoices import invoice_list, still_to_come
from billing.invoices.invoice_list import OVERDUE, Wanted
from billing.models import Allocation, Collection, CreditNote, Invoice, Series
from billing.models.invoice import ONE_OFF
from billing.models.payment import SettledBy
from billing.rules.aging import Age, age_of
from billing.rules.asking import Asked
from billing.rules.states import CollectionState, InvoiceState
from tests.world import NOW, World

ZONES = ("Asia/Bangkok", "Pacific/Kiritimati", "Pacific/Pago_Pago")


def random_invoices(world: World, random: Random) -> None:
    """Invoices of every way and state, some of them settled in part."""
    agreements = [world.running(world.client(name), card="") for name in "AB"]
    series = Series.objects.create(business=world.business, kind="invoice", year=2026)
    for seq in range(60):
        row = random.choice(agreements)
        total = random.randrange(1_000, 9_000)
        invoice = Invoice.objects.create(
            business=world.business,
            client=row.client,
            contact=row.contact,
            agreement=random.choice([row, None]),
            time_zone=random.choice(ZONES),
            one_off=uuid4(),
            kind=ONE_OFF,
            period_start=NOW.date(),
            series=series,
            seq=seq,
            number=f"{seq}",
            state=random.choice([InvoiceState.OPEN] * 4 + [InvoiceState.PAID]),
            collect_by=random.choice(list(CollectBy)),
            issued_on=NOW.date(),
            due_on=NOW.date() - timedelta(days=random.choice([-2, 0, 1, 30, 31, 60, 61, 90, 91])),
            currency=random.choice(["USD", "THB"]),
            subtotal=total,
            tax=0,
            total=total,
            withholding=random.choice([0, 31, 997]),
            seller={},
            buyer={},
            language="en",
            terms_hash="x",
        )
        state = random.choice([CollectionState.READY, CollectionState.SENT, CollectionState.WAIT])
        Collection.objects.create(
            business=world.business, invoice=invoice, gateway="sandbox", state=state, next_at=NOW
        )
        _settle(invoice, random, series)


def _settle(invoice: Invoice, random: Random, series: Series) -> None:
    """Settle parts of an invoice, or nothing, or all of it."""
    own = {"business": invoice.business, "invoice": invoice}
    left = invoice.total
    if random.random() < 0.3:
        part = random.randrange(1, 700)
        left -= part
        note = CreditNote.objects.create(
            client=invoice.client,
            series=series,
            seq=1000 + invoice.seq,
            number=f"C{invoice.seq}",
            issued_on=NOW.date(),
            reason="R",
            actor="A",
            currency=invoice.currency,
            subtotal=part,
            tax=0,
            total=part,
            **own,
        )
        Allocation.objects.create(by=SettledBy.CREDIT_NOTE, ref=note.pk, amount=part, **own)
    if random.random() < 0.4:
        by = random.choice([SettledBy.CERTIFICATE, SettledBy.PAYMENT, SettledBy.BALANCE])
        amount = random.choice([1, 31, 500, left])
        Allocation.objects.create(by=by, ref=uuid4(), amount=amount, **own)


def asked_one_by_one() -> list[tuple[Invoice, Asked]]:
    rows = list(
        Invoice.objects.filter(state=InvoiceState.OPEN).select_related("collection", "agreement")
    )
    asked = asking.asked_of_all(rows, now=NOW)
    return [(row, asked[row.pk]) for row in rows if asked[row.pk].to_pay]


@pytest.mark.parametrize("seed", range(4))
def test_the_sums_are_those_of_each_invoice_asked_alone(world: World, seed: int) -> None:
    random_invoices(world, Random(seed))
    each: Counter[tuple[object, int]] = Counter()
    counts: Counter[tuple[object, int]] = Counter()
    for row, asked in asked_one_by_one():
        each[(row.currency, row.client_id), asked.late] += asked.to_pay
        counts[(row.currency, row.client_id), asked.late] += 1
    together: Counter[tuple[object, int]] = Counter()
    numbers: Counter[tuple[object, int]] = Counter()
    for one in still_to_come.of_invoices(Invoice.objects.all(), NOW, "currency", "client_id"):
        together[one.key, one.late] += one.amount
        numbers[one.key, one.late] += one.invoices
    assert together == each
    assert numbers == counts
    for sums in invoice_list.sums(Invoice.objects.all(), NOW):
        of_currency = [(one, late) for (key, late), one in each.items() if key[0] == sums.currency]
        assert sums.open == sum(amount for amount, _late in of_currency)
        assert sums.overdue == sum(amount for amount, late in of_currency if late)


@pytest.mark.parametrize("seed", range(4, 6))
def test_a_filter_by_lateness_finds_what_each_asks(world: World, seed: int) -> None:
    random_invoices(world, Random(seed))
    each = asked_one_by_one()
    for state, age in product(["", OVERDUE], [None, *Age]):
        found = invoice_list.find(world.business, Wanted(age=age, state=state), NOW)
        wanted = [
            row.pk
            for row, asked in each
            if (asked.late or not state) and (age is None or age_of(asked.late) == age)
        ]
        if state or age:
            assert {row.pk for row in found} == set(wanted), (state, age)

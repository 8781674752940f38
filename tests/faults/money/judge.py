"""Judges a life of the simulation: the bank's ledger and the calendar against our rows."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from agreements.models import Agreement, Period, Upgrade
from billing.books.invariants import find_contradictions
from billing.charging.reconcile import reconcile
from billing.models import Invoice, JournalEntry, Payment, Refund
from billing.models.invoice import FEE
from billing.models.journal import Account
from billing.recovery import compare
from billing.rules.asking import PART_PAID, RETURNED
from billing.rules.states import ChargeState, CollectionState, InvoiceState
from core.models import OutboxEmail
from tests.faults import going_back
from tests.faults.money.own_calendar import days, first_moment, price, starts

if TYPE_CHECKING:
    from tests.faults.simulation import Life

TRIES = 5  # on the due day, and 1, 3, 7 and 14 days later
AHEAD = timedelta(minutes=5)  # that a worker's clock may be


def judge(life: "Life") -> list[str]:
    """What is wrong at the end of a life."""
    # What no webhook told of is found by the daily comparison, which books it.
    said = reconcile(now=life.now, window=timedelta(days=60))
    lost = [row.handle for row in compare.open_objects()]  # a person was told of these
    wrong = [each for each in said if not any(handle in each for handle in lost)]
    wrong += find_contradictions(life.now) + life.surprises + life.bank.elsewhere.wrong
    returned = life.bank.elsewhere.returned(life.bank)
    wrong += going_back.judge(life.storage, life.bank.taken, returned)
    for invoice in Invoice.objects.select_related("period", "collection"):
        wrong += _invoice(life, invoice, lost if life.storage.is_moved else [])
    for agreement in Agreement.objects.select_related("business"):
        wrong += _calendar(life, agreement)
    receipts = OutboxEmail.objects.filter(kind="receipt").count()
    if receipts != Payment.objects.count():
        wrong.append(f"{receipts} receipts for {Payment.objects.count()} payments")
    stuck = Refund.objects.filter(state__in=("sent", "unknown"), next_at__isnull=False)
    wrong += [f"refund {pk} is stuck" for pk in stuck.values_list("pk", flat=True)]
    wrong += _money(life, lost)
    due = Period.objects.filter(state="due", due_at__lte=life.now)
    wrong += [f"period {pk} was never invoiced" for pk in due.values_list("pk", flat=True)]
    waits = Upgrade.objects.filter(state="due")
    wrong += [f"upgrade {pk} was never invoiced" for pk in waits.values_list("pk", flat=True)]
    return wrong


# --- money --------------------------------------------------------------------------------------------------


def _money(life: "Life", lost: list[str]) -> Iterator[str]:
    """The bank's sums and ours, in each currency."""
    taken, paid, unknown = Counter[str](), Counter[str](), Counter[str]()
    for handle, _, amount, _ in life.bank.taken:
        taken[_currency(life, handle)] += amount
    for payment in Payment.objects.all():
        paid[payment.currency] += payment.amount
    for found in compare.open_objects():
        unknown[found.currency] += found.amount
    returned = Counter[str]()
    for refund in Refund.objects.filter(state="succeeded"):
        returned[refund.currency] += refund.amount
    cash = Counter[str]()
    for entry in JournalEntry.objects.filter(debit=Account.CASH):
        cash[entry.currency] += entry.amount
    for entry in JournalEntry.objects.filter(credit=Account.CASH):
        cash[entry.currency] -= entry.amount
    for currency in sorted({*taken, *paid, *unknown, *returned, *cash}):
        ours = paid[currency] + unknown[currency]
        if ours != taken[currency]:
            yield f"the bank took {taken[currency]} {currency}, we wrote down {ours}"
        theirs = life.bank.elsewhere.back(life.bank, currency, lost)
        if returned[currency] != theirs:
            yield f"the bank gave back {theirs} {currency}, we wrote down {returned[currency]}"
        there = paid[currency] - theirs - life.bank.elsewhere.withdrawn(currency, lost)
        if cash[currency] != there:
            yield f"the account at the bank holds {there} {currency}, our cash is {cash[currency]}"


def _currency(life: "Life", handle: str) -> str:
    there = life.bank.found(handle)
    return there.currency if there else ""


def _invoice(life: "Life", invoice: Invoice, told: list[str]) -> Iterator[str]:
    """What is wrong with an invoice.

    Where what is outside the database was lost as well, an invoice may be cancelled before anybody asks the gateway
    what it took for it; then a person was `told` of the handle.
    """
    reference = str(invoice.reference)
    taken = [
        (amount, at, _currency(life, handle))
        for handle, ref, amount, at in life.bank.taken
        if ref == reference and handle not in told
    ]
    total = sum(amount for amount, _, _ in taken)
    # A request that arrives after it was given up is no try of ours.
    given_up = invoice.charges.filter(state="void").count()
    tries = life.bank.swiped[reference] - given_up
    most = TRIES + life.by_hand[invoice.client_id] + life.doubtful_tries
    if tries > most:
        yield f"{invoice.number} was tried {tries} times, which is more than {most}"
    paid = sum(invoice.payments.values_list("amount", flat=True))
    kept = len(taken) - life.bank.elsewhere.returned(life.bank, but=told).count(reference)
    if kept > 1:
        yield f"{invoice.number} was charged {len(taken)} times, of which {kept} were kept"
    if total != paid:
        yield f"{invoice.number}: the bank took {total}, we wrote down {paid}"
    is_part_paid = _is_part_paid(life, invoice, paid)
    if kept > 0 and invoice.state != InvoiceState.PAID and not is_part_paid:
        yield f"{invoice.number} is {invoice.state} and was charged"
    if any(currency != invoice.currency for _, _, currency in taken):
        yield f"{invoice.number} is in {invoice.currency}, and was charged in another currency"
    # After the database went back, it is issued anew.
    if not life.storage.went_back and any(at < invoice.created_at - AHEAD for _, at, _ in taken):
        yield f"{invoice.number} was charged before it was issued"
    # A return does not count as an answer: its owner had it charged again, and that was declined.
    is_up_to_owner = (
        invoice.client_id in life.without_money
        and not kept
        and invoice.collection.state == CollectionState.DUNNING
        and invoice.collection.reason != RETURNED
    )
    if _is_rest_charged(invoice):
        yield f"{invoice.number} was charged in part, and its rest was to be charged"
    is_up_to_owner = is_up_to_owner or is_part_paid
    if invoice.collection.state != CollectionState.DONE and not is_up_to_owner:
        yield f"{invoice.number} is stuck: {invoice.collection.state} {invoice.collection.reason}"


def _is_part_paid(life: "Life", invoice: Invoice, paid: int) -> bool:
    """Whether less was taken than is owed, as after the database went back; the rest is up to the owner."""
    row = invoice.collection
    waits = row.state == CollectionState.DUNNING and row.reason == PART_PAID
    return waits and 0 < paid < invoice.total and life.storage.went_back > 0


def _is_rest_charged(invoice: Invoice) -> bool:
    """Whether the rest of what was charged in part was made due, although nothing of it was returned."""
    if invoice.charges.filter(state=ChargeState.RETURNED).exists():
        return False
    moves = invoice.collection.transitions.filter(what="collection").order_by("pk")
    return any(
        one.why == PART_PAID and following.new == CollectionState.READY
        for one, following in pairwise(moves)
    )


# --- days ---------------------------------------------------------------------------------------------------


def _calendar(life: "Life", agreement: Agreement) -> Iterator[str]:
    """Each month of service has its own days, and was billed once, not before its hour."""
    name, zone = agreement.client.name, agreement.time_zone
    until = life.opened_until.astimezone(ZoneInfo(zone)).date()
    expected = starts(agreement.starts_on, agreement.anchor_day, until + timedelta(days=62))
    periods = list(agreement.periods.order_by("starts_on"))
    found = [(row.starts_on, row.ends_on) for row in periods]
    if found != list(pairwise(expected))[: len(found)]:
        yield f"{name} since {agreement.starts_on} on {agreement.anchor_day}: {found}"
        return
    if len(found) < len([day for day in expected if day <= until]):
        yield f"{name} since {agreement.starts_on}: nothing was opened after {found[-1:]}"
    billed: dict[object, int] = defaultdict(int)
    invoices = {row.period_id: row for row in agreement.invoices.filter(kind=FEE)}
    for index, row in enumerate(periods):
        if row.state == "skipped":
            continue
        for day in days(row.starts_on, row.ends_on):
            billed[day] += 1
        if row.amendment_id is None:
            fee = price(agreement.amount, row.starts_on, row.ends_on, agreement.anchor_day)
            if row.amount != fee:
                yield f"{name}: {row.starts_on} to {row.ends_on} costs {row.amount}, not {fee}"
        if invoice := invoices.get(row.pk):
            yield from _issued(life, agreement, invoice, 9 if index else 0)
    twice = [str(day) for day, times in billed.items() if times > 1]
    if twice:
        yield f"{name}: {twice} were billed more than once"


def _issued(life: "Life", agreement: Agreement, invoice: Invoice, hour: int) -> Iterator[str]:
    """It was issued and charged on its local day, at its local hour or later; no number is dated before the last one."""
    due_at = first_moment(invoice.period_start, hour, agreement.time_zone)
    if invoice.created_at < due_at:
        yield f"{invoice.number} was issued at {invoice.created_at}, before it was due ({due_at})"
    on = invoice.created_at.astimezone(ZoneInfo(agreement.business.time_zone)).date()
    # A worker whose clock is ahead of ours may have issued another one before; ids are in that order.
    before = Invoice.objects.filter(series=invoice.series, pk__lt=invoice.pk)
    on = max([on, *before.values_list("issued_on", flat=True)])
    if invoice.issued_on != on:
        yield f"{invoice.number} was issued on {on}, and says {invoice.issued_on}"
    for _, reference, _, at in life.bank.taken:
        if reference == str(invoice.reference) and at < due_at - AHEAD:
            yield f"{invoice.number} was charged at {at}, before it was due ({due_at})"

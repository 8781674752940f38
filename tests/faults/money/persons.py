"""What the owner and the clients of a life do: by hand, at any moment, and most of all while an answer is missing."""

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from agreements.changing import amend
from agreements.models import Agreement
from agreements.rules.terms import CollectBy
from agreements.signing import sign
from billing.charging import cancel_invoice, issue_one_off, retry
from billing.charging.reconcile import reconcile
from billing.charging.refund import refund_invoice
from billing.invoices import upgrade_invoice
from billing.invoices.one_off import Order
from billing.models import Collection, Invoice
from billing.rules.asking import PART_PAID, RETURNED
from billing.rules.states import CollectionState
from billing.runs.hold import resume_billing
from tests.faults.money import world

if TYPE_CHECKING:
    from tests.faults.simulation import Life

#: What people do; after a request that got no answer it matters most what they do about it.
ACTS = (
    "there",
    "there",
    "card",
    "retry",
    "void",
    "write_off",
    "refund",
    "refund",
    "upgrade",
    "upgrade",
    "one_off",
    "disconnect",
    "nonsense",
)
ACTS_IN_SILENCE = ("card", "retry", "void", "void", "write_off")
BUSY, BUSY_IN_SILENCE = 0.2, 0.5  # the share of moments at which someone does something


def act(life: "Life") -> None:
    """The owner or a client does something."""
    invoices = list(
        Invoice.objects.order_by("number", "business__name").select_related("collection", "client")
    )
    if not invoices:
        return
    invoice, acts = life.dice.choice(invoices), ACTS
    silent = [each for each in invoices if str(each.reference) == life.bank.silent_about]
    if silent and life.dice.random() < 0.8:
        invoice, acts = silent[0], ACTS_IN_SILENCE
    what = life.dice.choice(acts)
    if what in ("card", "retry"):
        life.by_hand[invoice.client_id] += 1
    if what == "there":
        life.bank.elsewhere.something(life.bank)
    elif what == "disconnect":
        life.bank.disconnect()
    elif what == "nonsense":
        life.bank.tell_nonsense()
    elif what == "card":
        life.attempt(lambda: world.card(life, invoice.client))
    elif what == "retry":
        life.attempt(
            lambda: retry.retry_now(collection=invoice.collection, actor="Nan", now=life.now)
        )
    elif what == "upgrade" and invoice.agreement:
        life.attempt(lambda: _upgrade(life, invoice.agreement))
    elif what == "one_off":
        life.attempt(lambda: _one_off(life, invoice))
    elif what == "refund":
        part = max(1, invoice.total // life.dice.choice([1, 2, 3]))
        kept = life.dice.random() < 0.7
        life.attempt(
            lambda: refund_invoice(
                invoice=invoice, amount=part, reason="R", actor="Nan", to_card=kept, now=life.now
            )
        )
    else:
        verb = cancel_invoice.void_invoice if what == "void" else cancel_invoice.write_off_invoice
        life.attempt(lambda: verb(invoice=invoice, reason="R", actor="Nan", now=life.now))


def void_the_newest(life: "Life") -> None:
    """The owner voids an invoice that was just issued."""
    newest = Invoice.objects.order_by("created_at", "number", "business__name").last()
    if newest:
        cancel_invoice.void_invoice(invoice=newest, reason="R", actor="Nan", now=life.now)


def _upgrade(life: "Life", agreement: Agreement) -> None:
    """A dearer tier from today on, signed at once; the paper is not printed."""
    amount = agreement.amount * life.dice.choice([2, 3])
    change = amend.Change(amend.AmendmentKind.TIER, life.now.date(), amount=amount)
    with transaction.atomic():
        row = upgrade_invoice.draft_upgrade(agreement=agreement, change=change, now=life.now)
        row.save(force_insert=True)
        sign._complete(row, life.now)


def _one_off(life: "Life", invoice: Invoice) -> None:
    """The owner bills what was ordered once; pressed twice, and sometimes typed again."""
    order = Order(
        client=invoice.client,
        description=life.dice.choice(["Rush job", "Workshop"]),
        amount=life.dice.choice([200_00, 300_00]),
        currency=invoice.currency,
        collect_by=CollectBy.CARD,
        form=UUID(int=life.dice.getrandbits(128)),
        agreement=invoice.agreement if life.dice.random() < 0.5 else None,
        due_on=life.now.date() + timedelta(days=life.dice.choice([0, 0, 1, 3])),
    )
    for _press in range(2):
        issue_one_off.issue_one_off(
            business=invoice.business, order=order, confirmed=True, actor="Nan", now=life.now
        )


def try_again(life: "Life") -> None:
    """After the database went back: a decline that is found again means nothing, and is tried again.

    The rest of what was charged in part cannot be.
    """
    rows = Collection.objects.filter(state=CollectionState.DUNNING).select_related("invoice")
    rows = rows.exclude(reason=PART_PAID)
    for row in rows.exclude(invoice__client__in=life.without_money):
        life.by_hand[row.invoice.client_id] += 1
        retry.retry_now(collection=row, actor="Nan", now=life.now)


def charge_what_was_returned(life: "Life") -> None:
    """The daily comparison finds returns, and the owner has what they left open charged again."""
    reconcile(now=life.now, window=timedelta(days=60))
    for row in Collection.objects.filter(state=CollectionState.DUNNING, reason=RETURNED):
        life.by_hand[row.invoice.client_id] += 1
        retry.retry_now(collection=row, actor="Nan", now=life.now)


def release(life: "Life") -> None:
    """The owner has what was held billed, each month of it."""
    for row in Agreement.objects.exclude(parked_because=""):
        resume_billing(agreement=row, how="bill", actor="Nan", now=life.now)

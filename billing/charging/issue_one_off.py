"""Issues a one-off invoice: what was ordered once, outside the retainer's fee (rule 62).

It is issued in one transaction, with number, lines, journal and collection, exactly as the invoice
of a period is (docs/charging.md, T0), and then charged or waited for by the same steps.
"""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import Agreement
from agreements.rules.states import RUNNING_STATES
from agreements.rules.terms import CollectBy
from billing.books import document_numbers, ledger
from billing.charging import issue, issued_rows
from billing.charging.saved_cards import card_in_use
from billing.gateways import registry
from billing.gateways.accounts import names
from billing.invoices import compose_invoice, extra_line, one_off
from billing.invoices.compose_invoice import Draft
from billing.invoices.one_off import OneOff, Order
from billing.models import Invoice, NextLine
from billing.models.numbering import SeriesKind
from billing.rules import derived_ids
from billing.rules.states import InvoiceState
from core import nudge
from core.dates import local_day
from core.errors import RuleError
from core.formats import money
from core.models import Business
from core.outbox import emails


class IssuedAlike(RuleError):
    """The same was invoiced to the same client today; the owner is asked before it is once more."""


def preview(*, business: Business, order: Order, now: datetime) -> tuple[OneOff, Draft]:
    """Return what would be billed and its totals, without saving anything. Raises RuleError."""
    agreement = order.agreement
    if agreement and agreement.state not in RUNNING_STATES:
        raise RuleError(_("This agreement is not running."), field="agreement")
    if agreement and agreement.client_id != order.client.pk:
        raise RuleError(_("This agreement is of another client."), field="agreement")
    if agreement and agreement.currency != order.currency:
        raise RuleError(
            _("The agreement is in %(currency)s.") % {"currency": agreement.currency},
            field="currency",
        )
    row = one_off.compose(business, order, now=now)
    if row is None:
        raise RuleError(_("This client has nobody who gets invoices."), field="client")
    draft = compose_invoice.draft_invoice(row)
    _must_be_chargeable(row, draft)
    return row, draft


def _must_be_chargeable(row: OneOff, draft: Draft) -> None:
    if row.collect_by == CollectBy.CARD and card_in_use(row.client) is None:
        raise RuleError(
            _("No card of this client is saved. Choose bank transfer."), field="collect_by"
        )
    least = 1
    if row.collect_by == CollectBy.CARD:
        gateway = names({row.business_id})[row.business_id]
        least = registry.smallest(gateway, row.currency)
    if draft.figures.total < least:
        raise RuleError(
            _("A card cannot be charged less than %(least)s.")
            % {"least": money(least, row.currency)},
            field="amount",
        )


def issue_one_off(
    *, business: Business, order: Order, confirmed: bool, actor: str, now: datetime
) -> Invoice:
    """Issue a one-off invoice, and return it; for a form that was sent before, the one it issued.

    Unless a person has `confirmed` it, IssuedAlike is raised where the same text and amount was
    invoiced to the client today. Raises RuleError, StandsStill.
    """
    row, draft = preview(business=business, order=order, now=now)
    with transaction.atomic():
        day = local_day(now, business.time_zone)
        # The lock of the series lets one form of a business in at a time.
        numbers = document_numbers.lock_series(
            {business.pk: SeriesKind.INVOICE}, {business.pk: day}
        )
        known = Invoice.objects.filter(business=business, form=order.form).first()
        if known:
            return known
        before = one_off.alike(row)
        if before and not confirmed:
            _must_not_be_alike(row, day)
        row = replace(row, key=derived_ids.one_off_of(row.client_id, _what(row), before))
        invoice = _insert(row, draft, numbers, actor, now)
        emails.post("invoice", [(str(invoice.pk), business)], now=now)
    nudge.ring("billing.tasks.bill")
    return invoice


def bill_waiting_lines(*, agreement: Agreement, actor: str, now: datetime) -> Invoice:
    """Issue an invoice of the lines that no periodic invoice of an agreement will take (rule 68).

    It goes to the saved card, or is transferred where none is saved or the sum is too small for
    one. Raises RuleError where no such line waits, StandsStill.
    """
    business = agreement.business
    with transaction.atomic():
        day = local_day(now, business.time_zone)
        numbers = document_numbers.lock_series(
            {business.pk: SeriesKind.INVOICE}, {business.pk: day}
        )
        lines = dict(extra_line.left_over(business)).get(agreement, [])
        if not lines:
            raise RuleError(_("This agreement has no lines left to bill."))
        row, draft = _of_lines(agreement, lines, now)
        invoice = _insert(row, draft, numbers, actor, now)
        NextLine.objects.filter(pk__in=[line.pk for line in lines]).update(invoice=invoice)
        emails.post("invoice", [(str(invoice.pk), business)], now=now)
    nudge.ring("billing.tasks.bill")
    return invoice


def _of_lines(agreement: Agreement, lines: list[NextLine], now: datetime) -> tuple[OneOff, Draft]:
    """Compose the invoice of the lines: by card if it can be, and otherwise by transfer."""
    row, draft = _by(CollectBy(agreement.collect_by), agreement, lines, now)
    try:
        _must_be_chargeable(row, draft)
    except RuleError:
        row, draft = _by(CollectBy.TRANSFER, agreement, lines, now)
        _must_be_chargeable(row, draft)
    return row, draft


def _by(
    collect_by: CollectBy, agreement: Agreement, lines: list[NextLine], now: datetime
) -> tuple[OneOff, Draft]:
    row = one_off.of_waiting_lines(agreement, lines, collect_by, now=now)
    if row is None:
        raise RuleError(_("This client has nobody who gets invoices."))
    return row, compose_invoice.draft_invoice(row, lines)


def _what(row: OneOff) -> str:
    return f"{row.currency} {row.amount} {row.title}"


def _must_not_be_alike(row: OneOff, day: date) -> None:
    same = Invoice.objects.filter(
        client=row.client, title=row.title, currency=row.currency, issued_on=day
    )
    if twin := same.filter(lines__amount=row.amount).first():
        raise IssuedAlike(
            _("%(number)s was issued to %(client)s today with the same text and amount.")
            % {"number": twin.number, "client": row.client.name}
        )


def _insert(
    row: OneOff,
    draft: Draft,
    numbers: dict[UUID, document_numbers.LockedSeries],
    actor: str,
    now: datetime,
) -> Invoice:
    credit = ledger.client_credits([row.client_id])
    if credit:
        ledger.lock_clients([row.client_id])
        credit = ledger.client_credits([row.client_id])
    found = _found(row, credit, now)
    spent = issue.spent(found, row, draft.figures.total)
    state = InvoiceState.PAID if spent == draft.figures.total else InvoiceState.OPEN
    invoice, lines = compose_invoice.build_invoice(row, draft, numbers[row.business_id], state, now)
    rows = issued_rows.Rows()
    issued_rows.add(rows, found, row, invoice, lines, spent)
    for move in rows.moves:
        move.why = _("issued by %(who)s") % {"who": actor[:90]}
    issued_rows.insert(rows, numbers, now)
    return invoice


def _found(row: OneOff, credit: dict[tuple[UUID, str], int], now: datetime) -> issued_rows.Found:
    """Return what `issue` reads of a batch, for this one."""
    return issued_rows.Found(
        periods=[],
        lines={},
        carded={row.client_id},
        credit=credit,
        gateways=names({row.business_id}),
        known_there=issue.found_there([row]),
        now=now,
    )

"""Composes an invoice from a period, an upgrade or a one-off order: lines, totals, seller, buyer.

Nothing here writes to the database. What is said of a period holds for the others as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from agreements.contract import amendment_text
from agreements.models import Agreement, Period, Upgrade
from agreements.models.proposal import TRANSFER_DAYS
from agreements.rules.terms import CollectBy
from agreements.running import working_days
from billing.books.document_numbers import LockedSeries
from billing.invoices.one_off import OneOff
from billing.models import Invoice, InvoiceLine, NextLine
from billing.models.field_lists import INVOICE_FIELDS
from billing.models.invoice import FEE, ONE_OFF, UPGRADE
from billing.rules import derived_ids, taxes
from billing.rules.dunning import REMINDER_DAYS
from billing.rules.states import InvoiceState
from clients.models import Client
from core.dates import local_instant
from core.money import LARGEST

#: What can be billed with an invoice of its own.
Billable = Period | Upgrade | OneOff

#: Columns of a period that its invoice needs. The business and its owner are loaded separately.
PERIOD_COLUMNS = (
    "business_id",
    "index",
    "starts_on",
    "ends_on",
    "due_at",
    "currency",
    "amount",
    "state",
    "amendment",
    "agreement__title",
    "agreement__tier",
    "amendment__tier",
    "agreement__taxes",
    "agreement__withholding_percent",
    "agreement__charge_hour",
    "agreement__time_zone",
    *(f"agreement__{name}" for name in INVOICE_FIELDS.copied),
    "agreement__client__name",
    "agreement__client__legal_name",
    "agreement__client__address",
    "agreement__client__tax_id",
)


@dataclass(frozen=True)
class DraftLine:
    """A line of an invoice that is not made yet. `amount` is in minor units."""

    description: str
    starts_on: date
    ends_on: date
    amount: int


@dataclass(frozen=True)
class Draft:
    """The lines of an invoice that is not made yet, and their totals."""

    lines: Sequence[DraftLine]
    figures: taxes.InvoiceTotals


def terms_of(period: Billable) -> Agreement | OneOff:
    """Return what says how a period is billed: its agreement, or the one-off order itself."""
    return period if isinstance(period, OneOff) else period.agreement


def with_invoice_data(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Load periods or upgrades with everything that their invoices need, in one query."""
    related = rows.select_related("agreement__client", "amendment")
    return related.only(*PERIOD_COLUMNS) if rows.model is Period else related


def draft_invoice(period: Billable, more: Sequence[NextLine] = ()) -> Draft:
    """Compute the lines and totals of an invoice.

    The lines are the period's fee, or the upgrade's credit and charge, and then the lines that
    waited for the agreement's next invoice (`more`).
    """
    terms = terms_of(period)
    own = [
        DraftLine(description, period.starts_on, period.ends_on, amount)
        for description, amount in _lines(period)
    ]
    waited = [
        DraftLine(line.description, line.starts_on, line.ends_on, line.amount) for line in more
    ]
    lines = [*own, *waited]
    amounts = [line.amount for line in lines]
    if sum(amounts) > LARGEST:
        raise ValueError(f"The invoice of {period!r} is absurdly large.")
    figures = taxes.compute_totals(amounts, terms.taxes, terms.tax_mode, terms.withholding_percent)
    return Draft(lines, figures)


def _lines(period: Billable) -> list[tuple[str, int]]:
    if isinstance(period, Period):
        return [(describe_line(period), period.amount)]
    if isinstance(period, OneOff):
        return [(period.title, period.amount)] if period.amount else []
    with translation.override(period.agreement.language):
        return [
            (description[:300], amount)
            for description, amount in amendment_text.upgrade_lines(period.amendment)
        ]


def describe_line(period: Period | Upgrade) -> str:
    """Describe a period, or an upgrade that is carried, as one line in the agreement's language."""
    agreement = period.agreement
    with translation.override(agreement.language):
        if isinstance(period, Upgrade):
            details = {
                "tier": period.tier["name"],
                "sum": amendment_text.upgrade_calculation(period.amendment),
            }
            return (_("Upgrade to “%(tier)s”: %(sum)s") % details)[:300]
        added = [row["title"] for row in period.tier.get("extras", []) if not row["once"]]
        names = " + ".join([period.tier["name"], *added])
        return (_("%(title)s: %(tier)s") % {"title": agreement.title, "tier": names})[:300]


def build_carried_line(period: Period | Upgrade, now: datetime) -> NextLine:
    """Build the line that carries an amount below the gateway's minimum to the next invoice.

    The line is not saved (rule 14).
    """
    return NextLine(
        business_id=period.business_id,
        agreement_id=period.agreement_id,
        kind="carried",
        ref=str(period.pk),
        description=describe_line(period),
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        amount=period.amount,
        created_at=now,
    )


def build_invoice(
    period: Billable, made: Draft, numbers: LockedSeries, state: InvoiceState, now: datetime
) -> tuple[Invoice, list[InvoiceLine]]:
    """Build an invoice and its lines without saving them; take the next number of its series."""
    terms, figures = terms_of(period), made.figures
    paper = derived_ids.paper(str(reference_of(period)), period.currency, figures.total)
    seq, number = numbers.next(paper)
    invoice = Invoice(
        business_id=period.business_id,
        agreement_id=period.agreement_id,
        **{name: getattr(terms, name) for name in INVOICE_FIELDS.copied},
        **_subject(period),
        period_start=period.starts_on,
        series=numbers.series,
        seq=seq,
        number=number,
        state=state,
        issued_on=numbers.on,
        due_on=_due_on(period, numbers.on),
        currency=period.currency,
        subtotal=figures.subtotal,
        tax=figures.tax,
        total=figures.total,
        withholding=figures.withholding,
        tax_on_payment=period.business.tax_on_payment and figures.tax > 0,
        taxes=figures.taxes,
        seller=_seller(period),
        buyer=_buyer(terms.client),
        created_at=now,
    )
    lines = [
        InvoiceLine(
            business_id=period.business_id,
            invoice_id=invoice.pk,
            position=position,
            description=line.description,
            starts_on=line.starts_on,
            ends_on=line.ends_on,
            amount=line.amount,
            created_at=now,
        )
        for position, line in enumerate(made.lines, 1)
    ]
    return invoice, lines


def reference_of(period: Billable) -> UUID:
    """Return the reference that the invoice of a period will have."""
    if isinstance(period, OneOff):
        return period.key
    kind = FEE if isinstance(period, Period) else UPGRADE
    return derived_ids.reference_of(period.agreement_id, kind, period.starts_on)


def _subject(period: Billable) -> dict[str, Any]:
    if isinstance(period, Period):
        return {"period_id": period.pk, "kind": FEE}
    if isinstance(period, OneOff):
        own = {"kind": ONE_OFF, "title": period.title, "one_off": period.key, "form": period.form}
        if period.agreement:
            return own
        zone = {"time_zone": period.time_zone, "charge_hour": period.charge_hour}
        return {**own, **zone, "contact": period.contact}
    return {"period_id": period.period_id, "upgrade_id": period.pk, "kind": UPGRADE}


def first_reminder(period: Billable, invoice: Invoice) -> datetime:
    """Return when the client gets the first reminder if the transfer has not arrived."""
    day = working_days.first_from(
        period.business, invoice.due_on + timedelta(days=REMINDER_DAYS[0])
    )
    return local_instant(day, terms_of(period).charge_hour, terms_of(period).time_zone)


def _due_on(period: Billable, issued_on: date) -> date:
    if isinstance(period, OneOff):
        return max(period.due_on, issued_on)
    by_card = period.agreement.collect_by == CollectBy.CARD
    return issued_on + timedelta(days=0 if by_card else TRANSFER_DAYS)


def _seller(period: Billable) -> dict[str, str]:
    business = period.business
    return {
        "name": business.name,
        "legal_name": business.trading_as,
        "address": business.address,
        "tax_id": business.tax_id,
        "email": business.owner.email,
    }


def _buyer(client: Client) -> dict[str, str]:
    return {
        "name": client.name,
        "legal_name": client.trading_as,
        "address": client.address,
        "tax_id": client.tax_id,
    }

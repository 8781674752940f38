"""What stands on an invoice: its lines, figures and parties, from a period or an upgrade, and its agreement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from agreements.contract import amendment_text
from agreements.models import Agreement, Period, Upgrade
from agreements.models.proposal import TRANSFER_DAYS, CollectBy
from billing.books.numbers import Numbers
from billing.models import Invoice, InvoiceLine, NextLine
from billing.models.invoice import FEE, UPGRADE
from billing.rules import taxes
from billing.rules.dunning import REMINDER_DAYS
from billing.rules.states import InvoiceState
from core.dates import local_instant
from core.money import LARGEST

#: What is billed with an invoice of its own.
Billable = Period | Upgrade

#: What is read of a period for its invoice; `business` and its owner come beside it.
COLUMNS = (
    "business_id",
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
    "agreement__language",
    "agreement__taxes",
    "agreement__tax_mode",
    "agreement__tax_note",
    "agreement__withholding_percent",
    "agreement__collect_by",
    "agreement__charge_hour",
    "agreement__time_zone",
    "agreement__terms_hash",
    "agreement__client__name",
    "agreement__client__legal_name",
    "agreement__client__address",
    "agreement__client__tax_id",
)


@dataclass(frozen=True)
class DraftLine:
    """One line before it has an invoice."""

    description: str
    starts_on: date
    ends_on: date
    amount: int


@dataclass(frozen=True)
class Draft:
    """Lines and what they add up to."""

    lines: Sequence[DraftLine]
    figures: taxes.Figures


def read(found: QuerySet[Any]) -> QuerySet[Any]:
    """With everything that an invoice needs, in one question."""
    related = found.select_related("agreement__client", "amendment")
    return related.only(*COLUMNS) if found.model is Period else related


def draft(period: Billable, more: Sequence[NextLine] = ()) -> Draft:
    """The period's fee, or an upgrade's credit and charge, and what waited for this invoice."""
    agreement = period.agreement
    own = [
        DraftLine(words, period.starts_on, period.ends_on, amount)
        for words, amount in _lines(period)
    ]
    waited = [
        DraftLine(line.description, line.starts_on, line.ends_on, line.amount) for line in more
    ]
    lines = [*own, *waited]
    amounts = [line.amount for line in lines]
    if sum(amounts) > LARGEST:
        raise ValueError(f"The invoice of period {period.pk} is absurdly large.")
    figures = taxes.figures(
        amounts, agreement.taxes, agreement.tax_mode, agreement.withholding_percent
    )
    return Draft(lines, figures)


def _lines(period: Billable) -> list[tuple[str, int]]:
    if isinstance(period, Period):
        return [(describe(period), period.amount)]
    with translation.override(period.agreement.language):
        return [(words[:300], amount) for words, amount in amendment_text.sums(period.amendment)]


def describe(period: Billable) -> str:
    """The words of its one line, in the client's language: a fee's, or those of an upgrade that is carried."""
    agreement = period.agreement
    with translation.override(agreement.language):
        if isinstance(period, Upgrade):
            words = {
                "tier": period.tier["name"],
                "sum": amendment_text.sum_in_words(period.amendment),
            }
            return (_("Upgrade to “%(tier)s”: %(sum)s") % words)[:300]
        return (_("%(title)s: %(tier)s") % {"title": agreement.title, "tier": period.tier["name"]})[
            :300
        ]


def carried(period: Billable, now: datetime) -> NextLine:
    """Rule 14: a sum below the gateway's minimum stands on the next invoice, not lost."""
    return NextLine(
        business_id=period.business_id,
        agreement_id=period.agreement_id,
        kind="carried",
        ref=str(period.pk),
        description=describe(period),
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        amount=period.amount,
        created_at=now,
    )


def papers(
    period: Billable, made: Draft, numbers: Numbers, state: InvoiceState, now: datetime
) -> tuple[Invoice, list[InvoiceLine]]:
    """The rows of one invoice with the next number of its series; not yet written."""
    agreement, figures = period.agreement, made.figures
    seq, text = numbers.next()
    invoice = Invoice(
        business_id=period.business_id,
        client_id=agreement.client_id,
        agreement_id=agreement.pk,
        **_about(period),
        period_start=period.starts_on,
        series=numbers.series,
        seq=seq,
        number=text,
        state=state,
        collect_by=agreement.collect_by,
        issued_on=numbers.on,
        due_on=numbers.on
        + timedelta(days=0 if agreement.collect_by == CollectBy.CARD else TRANSFER_DAYS),
        currency=period.currency,
        subtotal=figures.subtotal,
        tax=figures.tax,
        total=figures.total,
        withholding=figures.withholding,
        tax_mode=agreement.tax_mode,
        taxes=figures.taxes,
        tax_note=agreement.tax_note,
        seller=_seller(period),
        buyer=_buyer(agreement),
        language=agreement.language,
        terms_hash=agreement.terms_hash,
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


def _about(period: Billable) -> dict[str, Any]:
    if isinstance(period, Period):
        return {"period_id": period.pk, "kind": FEE}
    return {"period_id": period.period_id, "upgrade_id": period.pk, "kind": UPGRADE}


def first_reminder(period: Billable, invoice: Invoice) -> datetime:
    """When a transfer that has not come is first asked for."""
    day = invoice.due_on + timedelta(days=REMINDER_DAYS[0])
    return local_instant(day, period.agreement.charge_hour, period.agreement.time_zone)


def _seller(period: Billable) -> dict[str, str]:
    business = period.business
    return {
        "name": business.name,
        "legal_name": business.trading_as,
        "address": business.address,
        "tax_id": business.tax_id,
        "email": business.owner.email,
    }


def _buyer(agreement: Agreement) -> dict[str, str]:
    client = agreement.client
    return {
        "name": client.name,
        "legal_name": client.trading_as,
        "address": client.address,
        "tax_id": client.tax_id,
    }

"""Issues an invoice for every period that is due and has none (CHARGES.md T0): set-based, a batch a transaction."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from agreements.models import Agreement, Period
from billing import number
from billing.models import Collection, Invoice, Journal, Line, PaymentMethod, Transition
from billing.models.journal import Account
from billing.models.series import SeriesKind
from billing.states import CollectionState
from core.dates import local_day
from core.models import Business
from core.money import tax_by_rate

BATCH = 500
PATIENCE = timedelta(hours=1)  # a new client is about to save a card


@dataclass
class Rows:
    """Everything one batch inserts."""

    invoices: list[Invoice] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    journal: list[Journal] = field(default_factory=list)
    collections: list[Collection] = field(default_factory=list)
    transitions: list[Transition] = field(default_factory=list)


def waiting(now: datetime, only: Agreement | None = None) -> QuerySet[Period]:
    """Periods that should have an invoice and have none: the question every run asks, never a list handed over."""
    found = Period.objects.filter(
        invoices__isnull=True,
        due_at__lte=now,
        skipped_because="",
        amount__gt=0,
        agreement__parked_because="",
        business__is_suspended=False,
    )
    return found.filter(agreement=only) if only else found


def issue_due(*, gateway: str, now: datetime, only: Agreement | None = None) -> list[Invoice]:
    """Issue what is due. Twice, late, or two workers at once: one invoice each, numbers without a gap."""
    made: list[Invoice] = []
    while batch := _issue_batch(gateway, now, only):
        made += batch
    return made


def _issue_batch(gateway: str, now: datetime, only: Agreement | None) -> list[Invoice]:
    """One transaction. The series are locked before the periods are read: a second worker then finds none."""
    with transaction.atomic():
        ids = sorted(set(waiting(now, only).values_list("business_id", flat=True)[:BATCH]))
        if not ids:
            return []
        zones = _zones(ids)
        series = {pk: number.lock(pk, SeriesKind.INVOICE, local_day(now, zones[pk])) for pk in ids}
        periods = list(
            waiting(now, only)
            .filter(business_id__in=ids)
            .select_related("agreement__client", "business__owner")
            .order_by("business_id", "starts_on", "id")[:BATCH]
        )
        rows = _rows(periods, series, gateway, now)
        Invoice.objects.bulk_create(rows.invoices)
        Line.objects.bulk_create(rows.lines)
        Journal.objects.bulk_create(rows.journal)
        Collection.objects.bulk_create(rows.collections)
        Transition.objects.bulk_create(rows.transitions)
    return rows.invoices


def _zones(ids: Sequence[UUID]) -> dict[UUID, str]:
    return dict(Business.objects.filter(pk__in=ids).values_list("pk", "time_zone"))


def _rows(periods: Sequence[Period], series: dict[UUID, Any], gateway: str, now: datetime) -> Rows:
    rows = Rows()
    by_business: dict[UUID, list[Period]] = defaultdict(list)
    for period in periods:
        by_business[period.business_id].append(period)
    clients = {period.agreement.client_id for period in periods}
    carded = set(
        PaymentMethod.objects.filter(client__in=clients, removed_at__isnull=True).values_list("client_id", flat=True)
    )
    for business_id, due in by_business.items():
        for period, text in zip(due, number.take(series[business_id], len(due)), strict=True):
            _add(rows, period, text, gateway, period.agreement.client_id in carded, now)
    return rows


def _add(rows: Rows, period: Period, text: str, gateway: str, has_card: bool, now: datetime) -> None:
    invoice, line = _papers(period, text, now)
    collection = Collection(
        business_id=period.business_id,
        invoice=invoice,
        gateway=gateway,
        next_at=now if has_card else now + PATIENCE,
        created_at=now,
    )
    rows.invoices.append(invoice)
    rows.lines.append(line)
    rows.collections.append(collection)
    rows.journal += _journal(invoice, now)
    rows.transitions.append(
        Transition(
            business_id=period.business_id,
            collection=collection,
            what="collection",
            new=CollectionState.READY,
            why="issued",
            at=now,
            created_at=now,
        )
    )


def _papers(period: Period, text: str, now: datetime) -> tuple[Invoice, Line]:
    agreement = period.agreement
    taxes = {rate: sum_ for rate, sum_ in tax_by_rate([(period.amount, agreement.tax_percent)]).items() if rate}
    tax = sum(taxes.values())
    today = local_day(now, period.business.time_zone)
    invoice = Invoice(
        business_id=period.business_id,
        client_id=agreement.client_id,
        agreement=agreement,
        period=period,
        period_start=period.starts_on,
        number=text,
        issued_on=today,
        due_on=today,
        currency=period.currency,
        subtotal=period.amount,
        tax=tax,
        total=period.amount + tax,
        taxes=[{"name": agreement.tax_name, "percent": str(rate), "amount": sum_} for rate, sum_ in taxes.items()],
        seller=_seller(period),
        buyer=_buyer(agreement),
        language=agreement.language,
        terms_hash=agreement.terms_hash,
        created_at=now,
    )
    with translation.override(agreement.language):
        words = _("%(title)s: %(tier)s") % {"title": agreement.title, "tier": agreement.tier["name"]}
    line = Line(
        business_id=period.business_id,
        invoice=invoice,
        position=1,
        description=words[:300],
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        amount=period.amount,
        tax_percent=agreement.tax_percent,
        created_at=now,
    )
    return invoice, line


def _seller(period: Period) -> dict[str, str]:
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


def _journal(invoice: Invoice, now: datetime) -> list[Journal]:
    parts = {Account.REVENUE: invoice.subtotal, Account.TAX: invoice.tax}
    return [
        Journal(
            business_id=invoice.business_id,
            client_id=invoice.client_id,
            kind="invoice",
            ref=str(invoice.id),
            debit=Account.RECEIVABLE,
            credit=account,
            currency=invoice.currency,
            amount=amount,
            on=invoice.issued_on,
            created_at=now,
        )
        for account, amount in parts.items()
        if amount
    ]

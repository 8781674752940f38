"""A busy business of today: running agreements in four currencies, a year of invoices, and hours.

The rows are inserted without the verbs: only their number and their shape matter.
"""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from django.utils import timezone

from agreements.models import Agreement, Amendment, Period, Proposal
from agreements.models.proposal import Tier
from agreements.rules.states import AgreementState, AmendmentState, PeriodState, ProposalState
from benchmarks.parts import seed
from billing.models import (
    Allocation,
    Collection,
    ExchangeRate,
    Invoice,
    PaidPart,
    Payment,
    PaymentMethod,
    Series,
)
from billing.rules.states import CollectionState, InvoiceState
from clients.models import Client, Contact
from clients.rules.pipeline import Stage
from core.dates import add_months, local_day, month_of
from core.models import Business, Document, User
from delivery.models import Deliverable, Kpi, Reading, TimeEntry

CURRENCIES = {"USD": 1, "EUR": 1.08, "GBP": 1.27, "THB": 0.029}
MONTHS = 14  # the oldest agreement has been running for so long
Rows = list[dict[str, Any]]


def business(running: int) -> Business:
    """Seed one business with so many running agreements; every tenth more has ended."""
    owner = seed._made(User, [{"email": "nan@studio.example", "name": "Nan Kittisak"}])[0]
    fields = {"name": "Studio", "address": seed.ADDRESS, "time_zone": "Asia/Bangkok"}
    more = {"capacity_minutes": 160 * 60, "monthly_costs": 400000, "yearly_goal": 12000000}
    (made,) = seed._made(Business, [{"owner": owner, **fields, **more}])
    today = local_day(timezone.now(), made.time_zone)
    seed._made(
        ExchangeRate,
        [
            {"business": made, "currency": code, "own": "USD", "on": on, "rate": Decimal(str(rate))}
            | {"source": "owner"}
            for code, rate in CURRENCIES.items()
            for on in (today - timedelta(days=200), today)
            if code != "USD"
        ],
    )
    agreements = _agreements(made, running, today)
    periods = _periods(agreements, today)
    _invoices(made, periods, today)
    _work([row for row in periods if row.ends_on > today - timedelta(days=65)], today)
    seed.analyse()
    return made


def _agreements(made: Business, running: int, today: date) -> list[Agreement]:
    """The agreements, each of a client of its own; one of twenty has a signed change of its fee."""
    total = running + running // 10
    own = {"business": made}
    clients = seed._made(
        Client,
        [{**own, "name": f"Client {n:04}", "state": Stage.WON} for n in range(total)],
    )
    people = [{**own, "client": row, "name": "Ploy", "is_decision_maker": True} for row in clients]
    contacts = seed._made(
        Contact, [{**row, "email": f"ploy{n}@baan.example"} for n, row in enumerate(people)]
    )
    sold = [
        {**own, "client": row, "contact": contact, "title": "Retainer"}
        | {"currency": list(CURRENCIES)[n % 4], "collect_by": ("card", "transfer")[n % 3 == 0]}
        | {"starts_on": _start(n, today)}
        for n, (row, contact) in enumerate(zip(clients, contacts, strict=True))
    ]
    proposals = seed._made(Proposal, [{**row, "state": ProposalState.ACCEPTED} for row in sold])
    (sealed,) = seed._made(Document, [{**own, "kind": "agreement", "title": "Signed", "size": 1}])
    agreements = seed._made(
        Agreement,
        [
            {
                **row,
                "proposal": proposal,
                **_agreed(n, n >= running, row["starts_on"], today),
                "signed_document": sealed,
            }
            for n, (row, proposal) in enumerate(zip(sold, proposals, strict=True))
        ],
    )
    card = {"gateway": "sandbox", "brand": "Visa", "last4": "4242"}
    seed._made(
        PaymentMethod,
        [{**own, "client": row, **card, "token": f"pm_{row.pk.hex}"} for row in clients],
    )
    _changes(agreements[:running:20], today, sealed)
    _offers(sold[:running:20])
    return agreements


def _start(n: int, today: date) -> date:
    return add_months(month_of(today), -(n % MONTHS)).replace(day=1)


def _agreed(n: int, has_ended: bool, start: date, today: date) -> dict[str, Any]:
    """The other columns of an agreement."""
    next_month = add_months(month_of(today), 1)
    instant = datetime.combine(next_month, time(2), UTC)
    return {
        "state": AgreementState.ENDED if has_ended else AgreementState.ACTIVE,
        "ends_on": max(month_of(today), add_months(start, 1)) if has_ended else None,
        "tier": seed.TIER,
        "terms": seed.TERMS,
        "terms_hash": "a" * 64,
        "taxes": seed.TAXES,
        "amount": 150000 + 1000 * (n % 97),
        "minutes": 1200,
        "anchor_day": 1,
        "opens_at": None if has_ended else instant,
        "signed_at": datetime.combine(start, time(2), UTC) - timedelta(days=3),
        "time_zone": "Asia/Bangkok",
    }


def _changes(agreements: list[Agreement], today: date, sealed: Document) -> None:
    """A signed change of each agreement's fee from the next month on."""
    seed._made(
        Amendment,
        [
            {"business_id": row.business_id, "agreement": row, "client_id": row.client_id}
            | {"number": 1, "kind": "price", "state": AmendmentState.SIGNED, "tier": row.tier}
            | {"effective_on": add_months(month_of(today), 1), "amount": row.amount + 5000}
            | {"minutes": row.minutes, "terms_hash": "b" * 64, "signed_at": row.signed_at}
            | {"signed_document": sealed}
            | {"terms": {"before": {"amount": row.amount, "minutes": row.minutes}}}
            for row in agreements
        ],
    )


def _offers(sold: Rows) -> None:
    """A proposal that waits for an answer, with one tier, to each of these clients."""
    offers = seed._made(Proposal, [{**row, "state": ProposalState.SENT} for row in sold])
    tier = {"position": 1, "name": "Growth", "amount": 250000, "minutes": 1200}
    seed._made(Tier, [{"business_id": row.business_id, "proposal": row, **tier} for row in offers])


def _periods(agreements: list[Agreement], today: date) -> list[Period]:
    """Every month of an agreement up to the running one."""
    rows: Rows = []
    for row in agreements:
        first, index = row.starts_on, 0
        while first <= today and (row.ends_on is None or first < row.ends_on):
            rows.append(
                {"business_id": row.business_id, "agreement": row, "index": index}
                | {"starts_on": first, "ends_on": add_months(first, 1), "minutes": row.minutes}
                | {"due_at": datetime.combine(first, time(2), UTC), "currency": row.currency}
                | {"amount": row.amount, "state": PeriodState.INVOICED}
            )
            first, index = add_months(first, 1), index + 1
    return seed._made(Period, rows)


def _invoices(made: Business, periods: list[Period], today: date) -> None:
    """An invoice for each period; all are paid but every third of this month."""
    numbers = count(1)
    own: dict[str, Any] = {"business": made}
    series, receipts = seed._made(
        Series, [{**own, "kind": kind, "year": 0} for kind in ("invoice", "receipt")]
    )
    invoices = seed._made(Invoice, [_invoice(row, series, next(numbers), today) for row in periods])
    paid = [row for row in invoices if row.state == InvoiceState.PAID]
    seed._made(
        Collection,
        [
            {**own, "invoice": row, "gateway": "sandbox"}
            | {"state": CollectionState.DONE if row.state == "paid" else CollectionState.SENT}
            | {"reason": "overdue" if row.state == "open" and row.seq % 5 == 0 else ""}
            for row in invoices
        ],
    )
    payments = seed._made(
        Payment,
        [
            {**own, "client_id": row.client_id, "invoice": row, "gateway": "transfer"}
            | {"reference": row.number, "currency": row.currency, "amount": row.total}
            | {"received_at": datetime.combine(row.issued_on, time(4), UTC), "series": receipts}
            | {"seq": row.seq, "receipt_number": f"R-{row.seq}"}
            for row in paid
        ],
    )
    settled = [
        {**own, "invoice": row, "by": "payment", "ref": payment.pk}
        for row, payment in zip(paid, payments, strict=True)
    ]
    seed._made(Allocation, [{**row, "amount": row["invoice"].total} for row in settled])
    seed._made(
        PaidPart,
        [
            {**row, "on": row["invoice"].issued_on, "subtotal": row["invoice"].subtotal}
            | {"tax": row["invoice"].tax}
            for row in settled
        ],
    )


def _invoice(period: Period, series: Series, seq: int, today: date) -> dict[str, Any]:
    """The columns of a period's invoice."""
    row, tax = period.agreement, period.amount * 7 // 100
    is_open = period.ends_on > today and seq % 3 == 0
    return {
        "business_id": row.business_id,
        "client_id": row.client_id,
        "agreement": row,
        "period": period,
        "period_start": period.starts_on,
        "series": series,
        "seq": seq,
        "number": f"INV-{seq:06}",
        "state": InvoiceState.OPEN if is_open else InvoiceState.PAID,
        "collect_by": row.collect_by,
        "issued_on": period.starts_on,
        "due_on": period.starts_on + timedelta(days=14),
        "currency": row.currency,
        "subtotal": period.amount,
        "tax": tax,
        "total": period.amount + tax,
        "taxes": [{"name": "VAT", "percent": "7", "amount": tax}],
        "seller": {"name": "Studio", "address": seed.ADDRESS},
        "buyer": {"name": "Client", "address": seed.ADDRESS},
        "language": "en",
        "terms_hash": "a" * 64,
    }


def _work(periods: list[Period], today: date) -> None:
    """Entries of the recent periods, two deliverables in the running ones, a KPI of every third."""
    own = [{"business_id": row.business_id, "period": row} for row in periods]
    seed._made(
        TimeEntry,
        [
            {**row, "on": row["period"].starts_on, "minutes": 40 * (1 + n), "note": "Content plan"}
            for place, row in enumerate(own)
            for n in range(3 + place % 5)
        ],
    )
    promised = {"title": "posts", "promised": 4, "done": 1}
    running = [row for row in own if row["period"].ends_on > today]
    seed._made(Deliverable, [{**row, **promised, "position": n} for row in running for n in (1, 2)])
    kpis = seed._made(
        Kpi,
        [
            {"business_id": row["business_id"], "agreement_id": row["period"].agreement_id}
            | {"name": "Leads", "target": 120, "baseline": Decimal(100)}
            for row in running[::3]
        ],
    )
    measured = {row.agreement_id: row for row in kpis}
    seed._made(
        Reading,
        [
            {**row, "kpi": kpi, "value": Decimal(110), "on": row["period"].starts_on}
            for row in own
            if (kpi := measured.get(row["period"].agreement_id))
        ],
    )


def some_rows(made: Business) -> dict[str, UUID]:
    """The ids that the pages of one row are opened with."""
    agreement = Agreement.objects.filter(business=made, state=AgreementState.ACTIVE).first()
    assert agreement
    invoice = Invoice.objects.filter(agreement=agreement).first()
    assert invoice
    return {"client": agreement.client_id, "agreement": agreement.pk, "invoice": invoice.pk}

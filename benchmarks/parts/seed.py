"""Seed rows: hundreds of businesses of 20 to 50 clients, running agreements, and what is due."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, models

from agreements.models import Agreement, Period, Proposal
from agreements.rules.states import AgreementState, ProposalState
from billing.models import NextLine, PaymentMethod
from clients.models import Client, Contact
from clients.rules.pipeline import Stage
from core.models import Business, User

NOW = datetime(2026, 11, 2, 5, tzinfo=UTC)
LATER = NOW + timedelta(days=20)
FIRST = date(2020, 1, 1)
SOME = 2000
ADDRESS = "88/14 Soi Sukhumvit 31\nKhlong Toei Nuea, Watthana\nBangkok 10110"
TIER = {
    "id": "0b7ad2a8-4a4e-4b93-a2a3-3f0a0cf4a001",
    "position": 1,
    "name": "Growth",
    "tagline": "For brands that grow",
    "amount": 500000,
    "minutes": 1920,
    "response_hours": 24,
    "lines": ["Content plan", "Community", "Monthly report", "Two campaigns", "Paid media"],
    "deliverables": [{"title": "posts", "promised": 12}, {"title": "newsletters", "promised": 2}],
}
TERMS = {
    "seller": {"name": "Studio", "address": ADDRESS},
    "buyer": {"address": ADDRESS},
    "text": "Terms. " * 120,
}
TAXES = [{"name": "VAT", "percent": "7"}]


def agreements(count: int, collect_by: str, alone: bool) -> int:
    """Seed `count` running agreements, one per client; returns the number of businesses."""
    sizes = [count] if alone else list(_sizes(count))
    for first in range(0, len(sizes), 50):
        _businesses(sizes[first : first + 50], first, collect_by)
    analyse()
    return len(sizes)


def _sizes(count: int) -> Iterator[int]:
    """20, 21, … 50 and again, `count` altogether."""
    size = 20
    while count > 0:
        yield min(size, count)
        count, size = count - size, 20 + (size - 19) % 31


def _businesses(sizes: list[int], first: int, collect_by: str) -> None:
    numbered = range(first, first + len(sizes))
    owners = _made(
        User, [{"email": f"nan{n}@studio.example", "name": "Nan Kittisak"} for n in numbered]
    )
    businesses = _made(
        Business,
        [
            {
                "owner": owner,
                "name": f"Studio {n}",
                "legal_name": f"Studio {n} Co., Ltd.",
                "address": ADDRESS,
                "tax_id": f"01055{n:08}",
                "time_zone": "Asia/Bangkok",
            }
            for n, owner in zip(numbered, owners, strict=True)
        ],
    )
    _clients(
        [row for row, size in zip(businesses, sizes, strict=True) for _ in range(size)], collect_by
    )


def _clients(owners: list[Any], collect_by: str) -> None:
    """One client with a card and a running agreement for each business of the list."""
    fields = {
        "name": "Baan Coffee",
        "address": ADDRESS,
        "tax_id": "0105512345678",
        "state": Stage.WON,
    }
    clients = _made(Client, [{"business": row, **fields} for row in owners])
    same = [{"business_id": row.business_id, "client": row} for row in clients]
    person = {"name": "Ploy", "email": "ploy@baan.example", "is_decision_maker": True}
    contacts = _made(Contact, [{**row, **person} for row in same])
    both = [{**row, "contact": contact} for row, contact in zip(same, contacts, strict=True)]
    sold = {"title": "Retainer", "currency": "USD", "collect_by": collect_by, "starts_on": FIRST}
    proposals = _made(Proposal, [{**row, **sold, "state": ProposalState.ACCEPTED} for row in both])
    agreed = {
        **sold,
        "state": AgreementState.ACTIVE,
        "tier": TIER,
        "terms": TERMS,
        "terms_hash": "a" * 64,
        "taxes": TAXES,
        "amount": 500000,
        "minutes": 1920,
        "withholding_percent": Decimal(3),
        "anchor_day": 1,
        "opens_at": LATER,
        "time_zone": "Asia/Bangkok",
    }
    _made(
        Agreement,
        [{**row, **agreed, "proposal": made} for row, made in zip(both, proposals, strict=True)],
    )
    card = {"gateway": "bench", "brand": "Visa", "last4": "4242"}
    _made(PaymentMethod, [{**row, **card, "token": f"pm_{row['client'].pk.hex}"} for row in same])


def _made(model: type[models.Model], rows: list[dict[str, Any]]) -> list[Any]:
    return model._default_manager.bulk_create([model(**row) for row in rows], batch_size=SOME)


def due(count: int, index: int = 0) -> None:
    """A due period and a waiting invoice line for the first `count` agreements (by business)."""
    rows = Agreement.objects.order_by("business__name", "pk").values_list("pk", "business_id")[
        :count
    ]
    some = list(rows)
    start, end = FIRST + timedelta(days=index), FIRST + timedelta(days=index + 1)
    span = {"starts_on": start, "ends_on": end}
    fee = {
        **span,
        "index": index,
        "due_at": NOW,
        "currency": "USD",
        "amount": 500000,
        "minutes": 1920,
    }
    extra = {
        **span,
        "kind": "overage",
        "description": "Work over the allowance, as approved",
        "amount": 12345,
    }

    def rows_of(more: Callable[[Any], dict[str, Any]]) -> list[dict[str, Any]]:
        return [{"business_id": business, "agreement_id": pk, **more(pk)} for pk, business in some]

    _made(Period, rows_of(lambda _: fee))
    _made(NextLine, rows_of(lambda pk: {**extra, "ref": f"{pk}:{index}"}))
    analyse()


def analyse() -> None:
    """Let PostgreSQL's planner know the tables, as after a night; SQLite is never told."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

"""A business with very many clients, and how long the database takes for what is searched there."""

import time
from datetime import UTC, date, datetime
from itertools import islice, product
from typing import Any
from uuid import uuid4

from django.core.management import call_command
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse

from benchmarks.parts import seed
from benchmarks.parts.opened import BACKEND
from benchmarks.parts.process import measure
from billing.models import Invoice, Series
from clients.models import Client, Contact
from core.models import Business, User

NAMES = """
Northwind Aurora Baan Coffee Müller Silber Quartz Harbor Lumen Fjord Cedar Maple Orchid Summit Delta
Nova Atlas Ember Willow Granit บ้านกาแฟ ร้านดอกไม้ สวนมะพร้าว เชียงใหม่ ภูเก็ต
"""
KINDS = """
Labs GmbH Studio Partners Foods Travel Clinic Dental Design Media Logistics Legal Garden Bakery
Hotel Fitness Energy Software Research Interiors จำกัด พาณิชย์ การค้า บริการ ออนไลน์
"""
FIRST, SECOND = NAMES.split(), KINDS.split()
PEOPLE = ("Ploy", "Anna", "Somchai", "Lukas", "Nok", "Marie", "Jonas", "Preecha", "Sofia", "Kanya")
#: What is typed, by what it is. The name of a client is in the middle of the business's rows.
TYPED = {
    "one word that many have": "northwind",
    "one word that one has": "n050000",
    "two words": "aurora n050026",
    "a part of a word": "rthwi",
    "two letters": "no",
    "a slip": "nortwind",
    "a slip in one of two words": "nortwind n050000",
    "a slip that nothing is like": "xylophonist",
    "the number of an invoice": "INV-050000",
    "a sum": "1,234.00",
    "an email address": "ploy50000@baan50000.example",
    "Thai": "กาแฟ",
    "Thai, two words": "ร้านดอกไม้ พาณิชย์",
    "what nobody has": "zzzz",
}


@measure
def many_clients(count: int) -> dict[str, Any]:
    """An empty database with one business of so many clients, each with a person and an invoice."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    (owner,) = seed._made(User, [{"email": "nan@studio.example", "name": "Nan Kittisak"}])
    fields = {"name": "Studio", "address": seed.ADDRESS, "time_zone": "Asia/Bangkok"}
    (business,) = seed._made(Business, [{"owner": owner, **fields}])
    (series,) = seed._made(Series, [{"business": business, "kind": "invoice", "year": 0}])
    for first in range(0, count, seed.SOME):
        _some(business, series, range(first, min(first + seed.SOME, count)))
    seed.analyse()
    return {"clients": Client.objects.count()}


def _some(business: Business, series: Series, numbers: range) -> None:
    """Clients with these numbers, a person at each and an invoice to each."""
    own = {"business": business}
    pairs = list(product(FIRST, SECOND))
    clients = seed._made(
        Client,
        [{**own, "name": f"{' '.join(pairs[n % len(pairs)])} N{n:06}"} for n in numbers],
    )
    people = [
        {**own, "client": row, "name": f"{PEOPLE[n % len(PEOPLE)]} {FIRST[n % 7]}"}
        | {"email": f"{PEOPLE[n % len(PEOPLE)].lower()}{n}@baan{n}.example"}
        for n, row in zip(numbers, clients, strict=True)
    ]
    contacts = seed._made(Contact, [{**row, "is_decision_maker": True} for row in people])
    day = date(2026, 1, 1)
    seed._made(
        Invoice,
        [
            {**own, "client": row, "contact": contact, "one_off": uuid4(), "kind": "one_off"}
            | {"title": "A landing page", "period_start": day, "issued_on": day, "due_on": day}
            | {"series": series, "seq": n, "number": f"INV-{n:06}", "currency": "USD", "tax": 0}
            | {"subtotal": 100_00 + n % 5000 * 100, "total": 100_00 + n % 5000 * 100}
            | {"seller": {}, "buyer": {}, "language": "en", "terms_hash": "a" * 64}
            | {"time_zone": "Asia/Bangkok", "created_at": datetime(2026, 1, 1, tzinfo=UTC)}
            for n, row, contact in zip(numbers, clients, contacts, strict=True)
        ],
    )


class Kept:
    """Keeps the SQL statements that go to the database, with their parameters."""

    def __init__(self) -> None:
        self.statements: list[tuple[str, Any]] = []

    def __call__(
        self, execute: Any, sql: str, parameters: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        self.statements.append((sql, parameters))
        return execute(sql, parameters, many, context)


@measure
def searched(rounds: int) -> dict[str, Any]:
    """Search as the page does, then repeat its statements alone and read all their rows.

    For each text: how many statements, how many lines, and the seconds of the database, of several
    rounds the least.
    """
    browser, found = Browser(HTTP_HOST="localhost"), {}
    browser.force_login(Business.objects.get().owner, backend=BACKEND)
    for name, text in TYPED.items():
        kept = Kept()
        with connection.execute_wrapper(kept):
            page = browser.get(reverse("dashboard:search"), {"q": text, "lines": "1"})
        assert page.status_code == 200, name
        asked = [each for each in kept.statements if each[0].startswith("SELECT")]
        found[name] = {
            "statements": len(asked),
            "lines": page.text.count("<a "),
            "seconds": min(_seconds(asked) for _round in range(rounds)),
        }
    return found


def _seconds(asked: list[tuple[str, Any]]) -> float:
    took = 0.0
    with connection.cursor() as cursor:
        for sql, parameters in asked:
            began = time.perf_counter()
            cursor.execute(sql, parameters)
            list(islice(cursor, 10_000))
            took += time.perf_counter() - began
    return took

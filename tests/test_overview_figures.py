"""The overview's figures of many agreements are those of each, in a random business (rule 61).

A page with all agreements reads little of each; here that is compared with the plain way.
"""

import random
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from agreements.models import Agreement, Pause, Period, Proposal
from agreements.rules.intervals import Interval
from agreements.rules.schedule import periods
from agreements.rules.terms import Rollover
from agreements.running.periods import next_starts
from billing.books import queries
from billing.emails import next_payments
from billing.income import guaranteed
from billing.models import Collection, Invoice, Series
from clients.models import Client, Contact
from core.dates import add_months, local_day, months_back
from core.models import Business
from core.team.roles import Role
from dashboard.home import retainers
from dashboard.home.todos import SOURCES, todos
from dashboard.home.views import Home
from delivery.hours import hours_left, recent_hours
from delivery.models import Adjustment, Report, TimeEntry
from delivery.renewing import renewal_outlook
from delivery.rules.renewal_risk import Level, Reason, Why
from tests.world import World

pytestmark = pytest.mark.proof
COUNT = 40
MOST = 56  # queries of the overview, where nearly every source of to-dos has something


@pytest.fixture(params=[1, 2, 3])
def business(world: World, request: pytest.FixtureRequest) -> Business:
    """A business with agreements of every kind, their hours, reports, pauses and open invoices."""
    chance = random.Random(request.param)
    today = local_day(timezone.now(), world.business.time_zone)
    first = world.signed()
    series, _made = Series.objects.get_or_create(
        business=world.business, kind="invoice", year=today.year
    )
    for number in range(COUNT):
        row = _agreement(first, chance, today)
        own = _periods(row, chance, today)
        _work(own, chance)
        if chance.random() < 0.5 and own:
            _open_invoice(own[-1], series, 1000 + number, chance)
    return world.business


def _agreement(first: Agreement, chance: random.Random, today: date) -> Agreement:
    """An agreement with random terms; some clients have several."""
    own: dict[str, Any] = {"business": first.business}
    client = first.client
    if chance.random() < 0.7:
        client = Client.objects.create(name=f"C{chance.random()}", **own)
        Contact.objects.create(client=client, name="P", email=f"{client.pk}@x.example", **own)
    start = add_months(today, -chance.randrange(30)).replace(day=chance.randrange(1, 29))
    later = max(start, today) + timedelta(days=chance.randrange(1, 200))
    ends_on = chance.choice([None, None, later])
    sold = {"client": client, "contact": first.contact, "title": chance.choice("ABC"), **own}
    sold |= {"currency": chance.choice(["USD", "EUR", "JPY"]), "starts_on": start}
    same = {name: getattr(first, name) for name in ("tier", "terms", "terms_hash", "time_zone")}
    return Agreement.objects.create(
        **sold,
        **same,
        proposal=Proposal.objects.create(**sold),
        interval=chance.choice([Interval.WEEKLY, Interval.MONTHLY, Interval.QUARTERLY]),
        anchor_day=start.day,
        signed_at=datetime.combine(start, time(3), UTC),
        ends_on=ends_on,
        renews=chance.choice(["no", "alone"]) if ends_on else "no",
        term_months=12 if ends_on else 0,
        amount=chance.randrange(1, 900_000),
        minutes=chance.randrange(3000),
        collect_by=chance.choice(["card", "transfer"]),
        rollover=chance.choice([Rollover.NONE, *Rollover]),
        parked_because=chance.choice(["", "", "Held"]),
        state=chance.choice(["active", "active", "active", "ended"]),
    )


def _periods(row: Agreement, chance: random.Random, today: date) -> list[Period]:
    """Its periods up to today."""
    spans = periods(row.starts_on, row.anchor_day, Interval(row.interval), until=today)
    if chance.random() < 0.2:
        Pause.objects.create(
            agreement=row,
            business=row.business,
            starts_on=today,
            ends_on=today + timedelta(days=chance.randrange(1, 90)),
            reason="Holiday",
        )
    return Period.objects.bulk_create(
        Period(
            business=row.business,
            agreement=row,
            index=span.index,
            starts_on=span.start,
            ends_on=span.end,
            due_at=datetime.combine(span.start, time(3), UTC),
            currency=row.currency,
            amount=row.amount,
            minutes=row.minutes,
            state=chance.choice(["invoiced", "invoiced", "due"]),
        )
        for span in spans
    )


def _work(own: list[Period], chance: random.Random) -> None:
    """Time, corrections and sent reports in these periods, some of them seen."""
    for period in own:
        same: dict[str, Any] = {"business": period.business, "period": period}
        for _entry in range(chance.randrange(3)):
            TimeEntry.objects.create(
                **same,
                on=period.starts_on,
                minutes=chance.randrange(1, 900),
                note="N",
                consumes=chance.random() < 0.8,
                voided_at=chance.choice([None, None, timezone.now()]),
            )
        if chance.random() < 0.2:
            Adjustment.objects.create(**same, minutes=chance.randrange(-300, 300), reason="R")
        sent_at = datetime.combine(period.ends_on, time(9), UTC)
        if chance.random() < 0.5 and sent_at < timezone.now():
            Report.objects.create(
                **same,
                client=period.agreement.client,
                state="sent",
                sent_at=sent_at,
                snapshot={"n": 1},
                sha256="a" * 64,
                opened_at=chance.choice([None, None, sent_at]),
            )


def _open_invoice(period: Period, series: Series, seq: int, chance: random.Random) -> None:
    row = period.agreement
    total = chance.randrange(1, 900_000)
    invoice = Invoice.objects.create(
        business=row.business,
        client=row.client,
        agreement=row,
        period=period,
        period_start=period.starts_on,
        series=series,
        seq=seq,
        number=f"X-{seq}",
        issued_on=period.starts_on,
        due_on=period.starts_on + timedelta(days=chance.randrange(40)),
        collect_by=row.collect_by,
        currency=row.currency,
        subtotal=total,
        tax=0,
        total=total,
        seller={},
        buyer={},
        language="en",
        terms_hash="x",
    )
    Collection.objects.create(
        business=row.business,
        invoice=invoice,
        gateway="sandbox",
        state=chance.choice(["ready", "sent", "dunning"]),
        next_at=timezone.now(),
        reason=chance.choice(["", "overdue"]),
    )


def running(business: Business) -> list[Agreement]:
    return list(Agreement.objects.filter(business=business, state="active"))


def test_recent_hours_are_those_of_the_whole_ledger(business: Business) -> None:
    stated = hours_left.statements_of(running(business))
    recent = recent_hours.recent_periods(business)
    assert len(recent) > COUNT / 3
    for pk, rows in recent.items():
        newest = Period.objects.filter(agreement=pk).order_by("-index")[: recent_hours.NEWEST]
        assert [row.pk for row in rows] == [period.pk for period in newest]
        for row in rows:
            assert (row.used, row.available) == (stated[row.pk].used, stated[row.pk].available)
            assert row.remaining == stated[row.pk].remaining


def test_every_outlook_is_that_of_the_agreement_alone(business: Business) -> None:
    now, rows = timezone.now(), running(business)
    late = queries.late_agreements(business)
    recent = recent_hours.recent_periods(business)
    found = renewal_outlook.outlooks_of_all(rows, recent, late, now=now)
    assert sum(bool(one.risks) for one in found.values()) > 3
    for row in rows:
        assert renewal_outlook.outlooks(business, [row], now=now)[row.pk] == found[row.pk]


def test_the_soonest_payments_are_the_first_of_all(business: Business) -> None:
    today = local_day(timezone.now(), business.time_zone)
    rows, until = running(business), today + timedelta(days=31)
    opened = [
        pair
        for pair in queries.open_invoices(business)
        if pair[0].agreement_id in {None, *(row.pk for row in rows)}
    ]
    one_offs = Invoice.objects.filter(business=business, agreement__isnull=True)
    everything = [
        payment
        for payment in next_payments.next_payments(rows, today, invoices=one_offs)
        if today <= payment.due_on <= until
    ]
    assert len(everything) > 12
    for most in (1, 6, len(everything), len(everything) + 5):
        found = next_payments.soonest_payments(
            rows, next_starts(rows, today), opened, today, until=until, most=most
        )
        assert [_figures(one) for one in found] == [_figures(one) for one in everything[:most]]


def _figures(payment: next_payments.NextPayment) -> tuple[Any, ...]:
    return payment.due_on, payment.title, payment.to_pay, payment.currency, payment.by_card


def test_income_by_month_is_the_sum_of_the_fees_of_those_that_ran(business: Business) -> None:
    today = local_day(timezone.now(), business.time_zone)
    signed = guaranteed.signed_agreements(business)
    for currency, points in guaranteed.income_by_month(signed, today).items():
        assert [first for first, _amount in points] == months_back(today, 12)
        for first, amount in points:
            after = add_months(first, 1)
            ran = (
                row
                for row in signed
                if row.currency == currency
                and row.signed_at
                and local_day(row.signed_at, row.time_zone) < after
                and row.starts_on < after
                and (not row.ends_on or row.ends_on > first)
            )
            last = min(today, after - timedelta(days=1))
            assert amount == sum(guaranteed.monthly_fee(row, last) for row in ran)


def test_the_overview_asks_no_more_of_any_business(business: Business) -> None:
    browser = Browser()
    browser.force_login(business.owner, backend="django.contrib.auth.backends.ModelBackend")
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(reverse("dashboard:home")).status_code == 200
    assert len(asked) <= MOST


def test_one_question_finds_every_source_that_has_a_todo(business: Business) -> None:
    view = Home()
    view.request = RequestFactory().get("/")
    view.request.user = business.owner
    view.request.business = business  # type: ignore[attr-defined]
    view.request.role = Role.OWNER  # type: ignore[attr-defined]
    each = [todo for source in SOURCES for todo in source(view)]
    assert each and todos(view) == each


def test_who_is_most_likely_to_leave_is_listed_first() -> None:
    ids = [uuid4() for _ in range(3)]
    running = [Agreement(pk=pk) for pk in ids]
    risks = {
        pk: renewal_outlook.Outlook(Level.HIGH, [Reason(Why.UNREAD, points)] if points else [])
        for pk, points in zip(ids, (2, 0, 5), strict=True)
    }
    assert [row.pk for row, _risk in retainers.at_risk(running, risks)] == [ids[2], ids[0]]

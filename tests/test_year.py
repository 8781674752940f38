"""A year of retainers, run by the jobs: charged, receipted and reported once a month.

The jobs run when a row says that something is due, and on a few other days, chosen anew in each
run, on which nothing may happen. `bin/test year` runs them on every day.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import Min

from agreements.models import Agreement, Period
from billing.bank_transfer import transfers
from billing.books import client_statement
from billing.books.invariants import find_contradictions
from billing.charging.refund import refund_invoice
from billing.models import (
    Charge,
    Collection,
    Invoice,
    JournalEntry,
    Payment,
    Refund,
    WithholdingCertificate,
)
from billing.rules.dunning import NOTICE_DAYS
from billing.runs.billing_run import run_billing
from clients.models import Client
from core.models import OutboxEmail
from core.outbox import emails
from delivery.models import Report
from delivery.reports import report_run
from tests.world import World

pytestmark = pytest.mark.proof
DAY = timedelta(days=1)
IDLE = 12  # times in the year at which the jobs run although nothing is due


@pytest.fixture
def every_day(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--every-day"))


def due_after(now: datetime) -> Iterator[datetime | None]:
    """Return the next time of each kind at which a row is due."""
    opens = Agreement.objects.all()
    for notice in (timedelta(0), timedelta(days=NOTICE_DAYS)):
        found = opens.filter(opens_at__gt=now + notice).aggregate(at=Min("opens_at"))["at"]
        yield found and found - notice
    yield Period.objects.filter(due_at__gt=now).aggregate(at=Min("due_at"))["at"]
    for model in (Collection, Refund, OutboxEmail):
        yield model.objects.filter(next_at__gt=now).aggregate(at=Min("next_at"))["at"]
    for field, delay in (("send_at", 0), ("created_at", 3), ("sent_at", 3), ("nudged_at", 3)):
        late = Report.objects.filter(**{f"{field}__gt": now - delay * DAY})
        found = late.aggregate(at=Min(field))["at"]
        yield found and found + delay * DAY


def moments(
    clock: Sequence[datetime], *, every_day: bool, people: Callable[[], Sequence[datetime]] = tuple
) -> Iterator[datetime]:
    """Yield when the jobs run: at every tick, or at the first tick after something is due."""
    idle = set(random.sample(clock, IDLE))
    until = clock[0]
    for now in clock:
        if not every_day and now < until:
            if now in idle:
                before = what_happened()
                yield now
                assert what_happened() == before, f"Nothing was due on {now:%Y-%m-%d %H:%M}."
            continue
        yield now
        until = min(
            [at for at in (*due_after(now), *people()) if at and at > now], default=clock[-1]
        )


def what_happened() -> list[int]:
    return [
        model.objects.count() for model in (Period, Invoice, Charge, Payment, JournalEntry, Report)
    ]


def test_a_retainer_that_starts_on_the_31st_is_charged_and_reported_once_a_month(
    world: World, every_day: bool
) -> None:
    start = datetime(2027, 1, 31, 3, 0, tzinfo=UTC)
    client = world.client(now=start, time_zone="Europe/Berlin")
    proposal = world.proposal(client, now=start, starts_on=start.date())
    world.signed(world.picked(proposal, now=start), now=start)

    for now in moments(
        [start.replace(hour=hour) + n * DAY for n in range(366) for hour in (2, 9)],
        every_day=every_day,
    ):
        run_billing(now=now, door="test")
        report_run.run_reports(now=now, door="test")
        emails.send_due(now=now)

    starts = list(Period.objects.order_by("index").values_list("starts_on", flat=True))
    assert [day.day for day in starts[:12]] == [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    invoices = list(Invoice.objects.order_by("period_start"))
    assert len(invoices) == 13
    assert {row.state for row in invoices} == {"paid"}
    assert [row.number for row in invoices if row.number.startswith("RH-2027")] == [
        f"RH-2027-{n:04}" for n in range(1, 13)
    ]
    assert Payment.objects.count() == Charge.objects.count() == 13
    assert Report.objects.count() == 12
    assert OutboxEmail.objects.filter(kind="receipt").count() == 13
    owed = sum(row.amount for row in JournalEntry.objects.filter(debit="receivable"))
    assert (
        owed
        == sum(row.amount for row in JournalEntry.objects.filter(credit="receivable"))
        == 13 * 3_000_00
    )


# 74 of 90 days × 30,000.00 + 7 %, then whole quarters; 3 % withheld.
QUARTERS = """\
01-31 Invoice        2639334   2639334
02-04 Payment       -2565334     74000
02-14 Withholding certificate    -74000         0
04-15 Invoice        3210000   3210000
04-19 Payment       -3120000     90000
04-29 Withholding certificate    -90000         0
07-15 Invoice        3210000   3210000
07-19 Payment       -3120000     90000
07-29 Withholding certificate    -90000         0
10-15 Invoice        3210000   3210000
10-19 Payment       -3120000     90000
10-29 Withholding certificate    -90000         0
01-15 Invoice        3210000   3210000
01-19 Payment       -3120000     90000
01-29 Withholding certificate    -90000         0"""


def statement_of(client: Client) -> str:
    """Return a client's statement of the year as text: date, what, amount, balance."""
    rows = client_statement.statement_entries(client)
    return "\n".join(
        f"{row.on:%m-%d} {row.what:12} {row.amount:>9} {row.balance:>9}" for row in rows
    )


def test_after_a_year_each_clients_statement_matches_a_calculation_by_hand(
    world: World, every_day: bool
) -> None:
    """Monthly from the 31st, quarterly by transfer with withholding, yearly including tax, and a
    card that fails once."""
    start = datetime(2027, 1, 31, 3, 0, tzinfo=UTC)
    vat = [{"name": "VAT", "percent": "7"}]
    day = {"now": start, "starts_on": start.date(), "time_zone": "Asia/Bangkok"}
    monthly = world.running(world.client("Monthly", now=start), amount=1000_00, **day)
    quarterly = world.running(
        world.client("Quarterly", now=start),
        card="",
        interval="quarterly",
        collect_by="transfer",
        currency="THB",
        amount=30_000_00,
        taxes=vat,
        withholding_percent=3,
        anchor_day=15,
        **day,
    )
    yearly = world.running(
        world.client("Yearly", now=start),
        interval="yearly",
        currency="JPY",
        amount=107_000,
        taxes=vat,
        tax_mode="inclusive",
        **day,
    )
    failing = world.running(
        world.client("Failing", now=start), card="fails_later", amount=500_00, **day
    )

    def people() -> list[datetime]:
        """Do what clients do: new cards, refunds, transfers and certificates."""
        open_ones = Invoice.objects.filter(agreement=quarterly, state="open").values_list(
            "created_at", flat=True
        )
        owed = WithholdingCertificate.objects.filter(state="owed").values_list(
            "created_at", flat=True
        )
        return [
            start + 95 * DAY,
            start + 96 * DAY,  # what the new card is charged for was due before
            start + 100 * DAY,
            *(at + 4 * DAY for at in open_ones),
            *(at + 10 * DAY for at in owed),
        ]

    for now in moments([start + n * DAY for n in range(365)], every_day=every_day, people=people):
        n = (now - start).days
        run_billing(now=now, door="test")
        for invoice in Invoice.objects.filter(
            agreement=quarterly, state="open", issued_on__lt=now.date() - timedelta(days=3)
        ):
            if not invoice.payments.exists():
                net = invoice.total - invoice.withholding
                transfers.record_transfer(
                    invoice=invoice,
                    amount=net,
                    on=now.date(),
                    reference=invoice.number,
                    actor="Nan",
                    now=now,
                )
        for paper in WithholdingCertificate.objects.filter(
            state="owed", created_at__lt=now - timedelta(days=9)
        ):
            transfers.receive_certificate(certificate=paper, number="W", on=now.date(), now=now)
        if n == 95:
            world.card(failing.client, "succeeds", now)
        if n == 100:
            first = Invoice.objects.get(agreement=monthly, period__index=0)
            refund_invoice(
                invoice=first, amount=250_00, reason="Goodwill", actor="Nan", to_card=False, now=now
            )

    assert find_contradictions(now) == []
    assert statement_of(quarterly.client) == QUARTERS
    assert [row.amount for row in client_statement.statement_entries(yearly.client)] == [
        107_000,
        -107_000,
    ]
    paid = [
        row for row in client_statement.statement_entries(monthly.client) if row.what == "Payment"
    ]
    assert [row.amount for row in paid] == [-1000_00] * 4 + [-750_00] + [-1000_00] * 7
    attempts = Charge.objects.filter(invoice__agreement=failing).order_by("sent_at")
    tried = [f"{row.sent_at:%m-%d} {row.state}" for row in attempts[:7]]
    assert tried == [
        "01-31 succeeded",
        "02-28 failed",
        "03-01 failed",
        "03-03 failed",
        "03-07 failed",
        "03-14 failed",
        "03-31 failed",
    ]
    assert not Invoice.objects.filter(agreement=failing).exclude(state="paid").exists(), (
        "the new card paid the rest"
    )

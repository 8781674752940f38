"""One retainer lives a whole year of time travel: charged, receipted and reported once a month."""

from datetime import UTC, datetime, timedelta

from agreements.models import Period
from billing.models import Charge, Invoice, Journal, Payment
from billing.run import bill
from core import outbox
from core.models import Outbox
from delivery import run
from delivery.models import Report
from tests.world import World


def test_a_year_from_the_31st_is_twelve_charges_and_twelve_reports(world: World) -> None:
    start = datetime(2027, 1, 31, 3, 0, tzinfo=UTC)
    client = world.client(now=start, time_zone="Europe/Berlin")
    proposal = world.proposal(client, now=start, starts_on=start.date())
    world.signed(world.picked(proposal, now=start), now=start)

    for day in range(366):
        for hour in (2, 9):
            now = start.replace(hour=hour) + timedelta(days=day)
            bill(now=now, door="test")
            run.report(now=now, door="test")
            outbox.send_due(now=now)

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
    assert Outbox.objects.filter(kind="receipt").count() == 13
    owed = sum(row.amount for row in Journal.objects.filter(debit="receivable"))
    assert owed == sum(row.amount for row in Journal.objects.filter(credit="receivable")) == 13 * 3_000_00

"""What an hour brought of each client, beside the lowest rate of the business (rule 70)."""

from datetime import timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.models import Agreement, Period
from billing.charging.elsewhere.fees import read_fees
from billing.charging.refund import refund_invoice
from billing.invoices.next_line import add_next_line
from billing.models import Invoice
from billing.runs.billing_run import run_billing
from delivery.hours import time_log
from delivery.hours.effective_rate import Effective, effective_rates
from tests.world import NOW, World

DAY = timedelta(days=1)
TODAY = (NOW + 40 * DAY).date()  # the first period is over


def worked(agreement: Agreement, hours: int, **fields: Any) -> None:
    for day in range(0, hours, 10):
        time_log.log_time(
            agreement=agreement,
            on=NOW.date() + day // 10 * DAY,
            minutes=min(10, hours - day) * 60,
            note="Work",
            now=NOW + day // 10 * DAY,
            **fields,
        )


def a_month(world: World, hours: int = 25, **fields: Any) -> Agreement:
    agreement = world.running(**fields)
    run_billing(now=NOW, door="test")
    worked(agreement, hours)
    run_billing(now=NOW + 31 * DAY, door="test")
    return agreement


def rates(world: World, **only: Any) -> list[Effective]:
    return effective_rates(world.business, TODAY, **only)


def test_the_rate_is_the_fee_less_what_the_gateway_took_by_all_hours(world: World) -> None:
    a_month(world)
    (row,) = rates(world)
    assert (row.fee, row.taken, row.minutes, row.rate) == (3_000_00, 0, 25 * 60, 120_00)
    read_fees(now=NOW + 32 * DAY)
    (row,) = rates(world)
    assert (row.taken, row.rate) == (87_00, 116_52)


def test_hours_that_no_client_sees_count_too_and_the_running_period_does_not(world: World) -> None:
    agreement = a_month(world, hours=20)
    worked(agreement, 10, billable=False, consumes=False)
    time_log.log_time(agreement=agreement, on=TODAY, minutes=600, note="Later", now=NOW + 40 * DAY)
    (row,) = rates(world)
    assert (row.minutes, row.fee) == (30 * 60, 3_000_00)
    assert Period.objects.count() == 2


def test_it_stands_beside_the_floor_in_the_currency_of_the_floor_alone(world: World) -> None:
    world.business.currency, world.business.floor_rate = "USD", 125_00
    world.business.save()
    a_month(world)
    (row,) = rates(world)
    assert (row.floor, row.is_below) == (125_00, True)
    world.business.floor_rate = 100_00
    assert not rates(world)[0].is_below
    world.business.currency = "THB"
    assert (rates(world)[0].floor, rates(world)[0].is_below) == (0, False)


def test_extra_hours_count_with_what_they_brought_and_a_credit_note_with_what_it_took(
    world: World,
) -> None:
    agreement = a_month(world)
    first = Invoice.objects.order_by("issued_on", "seq")[0]
    add_next_line(
        agreement=agreement,
        kind="overage",
        ref="x",
        description="5 extra hours",
        starts_on=NOW.date(),
        ends_on=NOW.date() + DAY,
        amount=600_00,
        now=NOW,
    )
    refund_invoice(
        invoice=first, amount=100_00, reason="R", actor="Nan", to_card=False, now=NOW + 2 * DAY
    )
    assert rates(world)[0].fee == 3_500_00


def test_without_hours_there_is_no_rate(world: World) -> None:
    a_month(world, hours=0)
    (row,) = rates(world)
    assert (row.rate, row.is_below) == (None, False)


def test_one_client_of_one_business_can_be_asked_for(world: World) -> None:
    agreement = a_month(world)
    a_month(World())
    assert [row.client_id for row in rates(world)] == [agreement.client_id]
    assert len(rates(world, client=agreement.client)) == 1
    assert rates(world, client=world.client("Another")) == []


def test_many_clients_are_read_with_as_many_queries_as_one(world: World) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert rates(world)
        return len(asked)

    a_month(world)
    one = queries()
    for n in range(3):
        world.running(world.client(f"Client {n}"))
    run_billing(now=NOW, door="test")
    run_billing(now=NOW + 33 * DAY, door="test")
    assert len(rates(world)) == 4
    assert queries() == one

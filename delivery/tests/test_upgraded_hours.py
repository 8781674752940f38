"""An upgrade inside a period adds its share of the extra hours to that period (rule 7)."""

from datetime import UTC, datetime

from agreements.changing.amend import AmendmentKind, Change
from agreements.models import Period
from agreements.tests.test_signers import put
from billing.invoices import upgrade_invoice
from billing.runs.run import bill
from core.dates import local_day
from delivery.hours import hours_left, time_log
from delivery.models import Report
from delivery.reports import send
from tests.world import World

FIRST, FIFTEENTH = datetime(2027, 1, 1, 3, 0, tzinfo=UTC), datetime(2027, 1, 15, 5, 0, tzinfo=UTC)
PARTNER = {"name": "Partner", "amount": 50_000_00, "minutes": 62 * 60}


def test_pages_and_report_show_the_same_hours_and_the_next_period_has_them_in_full(
    world: World,
) -> None:
    agreement = world.running(now=FIRST, amount=30_000_00, minutes=31 * 60, rollover="surplus")
    bill(now=FIRST, door="test")
    change = Change(AmendmentKind.TIER, local_day(FIFTEENTH, agreement.time_zone), tier=PARTNER)
    seen = upgrade_invoice.shown(
        upgrade_invoice.draft(agreement=agreement, change=change, now=FIFTEENTH)
    )
    row = upgrade_invoice.offer(
        agreement=agreement, change=change, seen=seen, actor="Nan", now=FIFTEENTH
    )
    period = Period.objects.get()
    assert hours_left.of_period(period).granted == 31 * 60, "nothing grows before it is signed"
    put(row, agreement.contact, now=FIFTEENTH)
    time_log.log_time(agreement=agreement, on=FIFTEENTH.date(), minutes=60, note="N", now=FIFTEENTH)
    stated = hours_left.of_period(period)
    assert (stated.granted, stated.remaining) == (31 * 60 + 17 * 60, 47 * 60), (
        "17 of 31 days × 31 h"
    )
    shot = send.snapshot(
        Report(period=period, client=agreement.client, business=agreement.business)
    )
    assert (shot["hours"]["granted"], shot["hours"]["remaining"]) == (48 * 60, 47 * 60)
    bill(now=datetime(2027, 2, 1, 5, 0, tzinfo=UTC), door="test")
    assert hours_left.of_period(Period.objects.get(index=1)).granted == 62 * 60

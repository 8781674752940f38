"""An upgrade inside a period adds its share of the extra hours to that period (rule 7)."""

from datetime import UTC, datetime

from agreements.changing.amend import AmendmentKind, Change
from agreements.models import Period
from agreements.tests.test_signers import sign_as
from billing.invoices import upgrade_invoice
from billing.runs.billing_run import run_billing
from core.dates import local_day
from delivery.hours import hours_left, time_log
from delivery.models import Report
from delivery.reports import send_reports
from tests.world import World

FIRST, FIFTEENTH = datetime(2027, 1, 1, 3, 0, tzinfo=UTC), datetime(2027, 1, 15, 5, 0, tzinfo=UTC)
PARTNER = {"name": "Partner", "amount": 50_000_00, "minutes": 62 * 60}


def test_pages_and_report_show_the_same_hours_and_the_next_period_has_them_in_full(
    world: World,
) -> None:
    agreement = world.running(now=FIRST, amount=30_000_00, minutes=31 * 60, rollover="surplus")
    run_billing(now=FIRST, door="test")
    change = Change(AmendmentKind.TIER, local_day(FIFTEENTH, agreement.time_zone), tier=PARTNER)
    seen = upgrade_invoice.amounts_shown(
        upgrade_invoice.draft_upgrade(agreement=agreement, change=change, now=FIFTEENTH)
    )
    row = upgrade_invoice.offer_upgrade(
        agreement=agreement, change=change, seen=seen, actor="Nan", now=FIFTEENTH
    )
    period = Period.objects.get()
    assert hours_left.statement_of(period).granted == 31 * 60, "nothing grows before it is signed"
    sign_as(row, agreement.contact, now=FIFTEENTH)
    time_log.log_time(agreement=agreement, on=FIFTEENTH.date(), minutes=60, note="N", now=FIFTEENTH)
    stated = hours_left.statement_of(period)
    assert (stated.granted, stated.remaining) == (31 * 60 + 17 * 60, 47 * 60), (
        "17 of 31 days × 31 h"
    )
    shot = send_reports.current_snapshot(
        Report(period=period, client=agreement.client, business=agreement.business)
    )
    assert (shot["hours"]["granted"], shot["hours"]["remaining"]) == (48 * 60, 47 * 60)
    run_billing(now=datetime(2027, 2, 1, 5, 0, tzinfo=UTC), door="test")
    assert hours_left.statement_of(Period.objects.get(index=1)).granted == 62 * 60

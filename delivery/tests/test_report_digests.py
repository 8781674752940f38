"""The owner gets one email at a time about the reports that wait for a review (rule 40)."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from billing.runs.billing_run import run_billing
from core.models import OutboxEmail
from core.outbox import emails
from delivery.reports import report_run
from tests.world import World

DAY = timedelta(days=1)
START = datetime(2026, 11, 2, 5, 0, tzinfo=UTC)


def test_whoever_was_told_of_new_drafts_is_not_reminded_of_all_of_them_as_well(
    world: World,
) -> None:
    for day in (0, 3):
        starts = START + day * DAY
        world.running(
            world.client(f"Client {day}", now=START),
            now=START,
            starts_on=starts.date(),
            terms={"report_unreviewed": "wait"},
        )
        run_billing(now=starts, door="test")
    for day in range(29, 43):
        now = START + day * DAY
        report_run.run_reports(now=now, door="test")
        emails.send_due(now=now)
    rows = OutboxEmail.objects.filter(kind__in=("reports_drafted", "reports_waiting"))
    assert max(Counter(row.created_at.date() for row in rows).values()) == 1
    days = sorted((row.created_at - START).days for row in rows)
    gaps = [later - earlier for earlier, later in pairwise(days)]
    assert gaps[0] == 3, "the second report was drafted three days after the first"
    assert gaps[1:] == [3, 6], "each wait is longer than the one before"

"""The owner gets one email at a time about the reports that wait for a review (rule 40)."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from billing.runs.billing_run import run_billing
from core.models import OutboxEmail
from core.outbox import emails
from delivery.models import Report
from delivery.reports import report_run, send_reports
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


def test_where_every_report_was_sent_before_the_email_it_says_which_and_to_whom(
    world: World,
) -> None:
    for name in ("Northwind", "Siri & Sons"):
        world.running(world.client(name, now=START), now=START, starts_on=START.date())
    run_billing(now=START, door="test")
    over = START + 30 * DAY
    report_run.run_reports(now=over, door="test")
    for report in Report.objects.all():
        send_reports.send_report(report=report, actor="Nan", now=over + timedelta(minutes=1))
    emails.send_due(now=over + timedelta(minutes=2))
    text = OutboxEmail.objects.get(kind="reports_drafted").text
    assert "There is nothing left for you to review. 2 reports are done:" in text
    for name in ("Northwind", "Siri & Sons"):
        assert f"{name}, November 2026: sent on 2 Dec 2026, 12:01." in text
    assert "?state=draft" not in text, "a link to drafts would show an empty list"

"""Holds a report that is due, that nobody has reviewed, and whose month was off (rule 66)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from core.dates import local_day
from core.outbox import emails
from delivery.models import Report
from delivery.reports import report_facts
from delivery.reports.compose import Facts, verdict_of
from delivery.reports.holding import off_month_rules
from delivery.rules import off_months
from delivery.rules.kpi_pace import Verdict
from delivery.rules.off_months import OffMonth
from delivery.rules.states import ReportState

EMAIL_KIND = "reports_held"


def hold_off_months(reports: Sequence[Report], now: datetime) -> set[UUID]:
    """Hold those of the due reports that their owner is to see first; return their ids.

    Load the reports with report_facts.RELATED. Each is held once, and its owner is told.
    """
    deadlines = deadlines_of(
        [one for one in reports if one.reviewed_at is None and one.held_at is None], now
    )
    by_deadline: dict[datetime | None, list[UUID]] = defaultdict(list)
    for pk, deadline in deadlines.items():
        by_deadline[deadline].append(pk)
    for deadline, ids in by_deadline.items():
        Report.objects.filter(
            pk__in=ids, state=ReportState.DRAFT, reviewed_at__isnull=True, held_at__isnull=True
        ).update(held_at=now, send_at=deadline)
    businesses = {one.business_id: one.business for one in reports if one.pk in deadlines}
    refs = [
        (f"{business.pk}:{local_day(now, business.time_zone)}", business)
        for business in businesses.values()
    ]
    emails.post(EMAIL_KIND, refs, now=now)
    return set(deadlines)


def deadlines_of(
    reports: Sequence[Report], now: datetime, facts: dict[UUID, Facts] | None = None
) -> dict[UUID, datetime | None]:
    """Return when the reports that are held are sent in the end, by the report's id.

    None for one that waits for its owner. Reports that are sent like any other are left out, and so
    are those that wait anyway, as their agreement says. `facts` are theirs, if they were read
    already.
    """
    rules = off_month_rules.rules_of(reports) if reports else {}
    asked = [one for one in reports if one.send_at and rules[one.pk] != OffMonth.SEND]
    facts = facts or (report_facts.facts_of_reports(asked) if asked else {})
    return {
        one.pk: None
        if rules[one.pk].waits
        else off_months.deadline(one.send_at, now, one.period.agreement.time_zone)
        for one in asked
        if one.send_at and verdict_of(facts[one.pk]) == Verdict.OFF
    }

"""Sends reports: freezes and hashes their contents; PDF and email follow (rules 38 and 40).

Freeze (one transaction for each batch) → render the PDF (`report_pdf`) → email (`report_emails`).
Each step finds its work by a query, so what fails between two steps is picked up by the next run.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import Period
from agreements.running import email_recipient
from core import audit, formats, nudge
from core.database.state_moves import move_all
from core.digest import digest
from core.errors import NotAllowedNow
from core.jobs import batches
from core.jobs.set_aside import Step, without_waiting
from core.models import Business
from delivery.models import Report
from delivery.reports import report_facts
from delivery.reports.compose import Facts, ReportTexts
from delivery.reports.compose import compose_report as compose
from delivery.reports.draft_reports import service_ends_on
from delivery.reports.holding.hold import hold_off_months
from delivery.reports.sentences import writers
from delivery.rules.states import REPORT, ReportState

BATCH = 200
SEND = Step(
    "send_reports",
    "delivery.tasks.send_reports",
    gettext_lazy("Send the report"),
    Report,
    title="client__name",
    page=("report", "pk"),
)
FROZEN = (
    *("snapshot", "sha256", "sent_at", "lease_until"),
    *("unreviewed", "comment", "next_text"),
)
PDFS_PER_WORKER = 50  # PDFs for each worker that is woken up
TURNS = 12  # agreements begin at different phrasings; a multiple of how many there are of a kind
JOB_ACTOR = "Retainer Hub"  # the sender of reports that are sent automatically


def send_report(*, report: Report, actor: str, now: datetime) -> Report:
    """Freeze a report; its PDF and email follow.

    Raises NoRecipient when the client has no contact to send it to, and NotAllowedNow when it was
    sent already.
    """
    if report.state == ReportState.DRAFT:
        email_recipient.require_recipient(report.period.agreement)
    if not _freeze([report.pk], actor, now):
        raise NotAllowedNow(_("This report was sent already."))
    report.refresh_from_db()
    return report


def send_due(*, now: datetime, on_batch: Callable[[int], None] = lambda sent: None) -> int:
    """Send the reports that nobody has sent by their day; return how many.

    A report without a contact to send it to waits, and the freelancer is told.
    """
    sent, last_id = 0, None
    drafts = without_waiting(reports_due(now), SEND, now).order_by("pk")
    while True:
        page = drafts.filter(pk__gt=last_id) if last_id else drafts
        ids = list(page.values_list("pk", flat=True)[:BATCH])
        if not ids:
            return sent
        last_id = ids[-1]
        frozen = batches.run(SEND, ids, lambda batch: _send(batch, now), now=now, size=BATCH)
        sent += frozen
        on_batch(frozen)


def _send(ids: Sequence[UUID], now: datetime) -> int:
    """Freeze those of the drafts whose client has a contact to send them to; return how many.

    An off month that nobody has reviewed is held for its owner (rule 66).
    """
    reports = Report.objects.filter(pk__in=ids).select_related(*report_facts.RELATED)
    contacts = email_recipient.recipients_by_client(report.period.agreement for report in reports)
    reachable = [report for report in reports if report.client_id in contacts]
    held = hold_off_months(reachable, now)
    to_send = [report.pk for report in reachable if report.pk not in held]
    return _freeze(to_send, JOB_ACTOR, now, only_due=True)


def reports_due(now: datetime) -> Any:
    """Return the drafts that are due to be sent."""
    return Report.objects.filter(
        state=ReportState.DRAFT, send_at__lte=now, business__is_suspended=False
    )


def report_title(report: Report) -> str:
    """Return "Report for November 2026" in the active language.

    Load the report with its period and agreement.
    """
    months = formats.months(report.period.starts_on, service_ends_on(report.period))
    return _("Report for %(month)s") % {"month": months}


def current_snapshot(report: Report, found: Facts | None = None) -> dict[str, Any]:
    """Return what the report says now; `found` are its facts, if they were read already."""
    period, agreement = report.period, report.period.agreement
    found = found or report_facts.facts_of_report(report)
    terms = agreement.terms  # an amendment's terms hold only what it changes
    end = service_ends_on(period)
    texts = ReportTexts(
        business=report.business.name,
        client=report.client.name,
        title=agreement.title,
        starts_on=period.starts_on,
        ends_on=end,
        ended_on=end if agreement.ends_on == end else None,
        measure=terms.get("trial_measure", "") if agreement.is_trial else "",
        value_adds=found.value_adds,
        comment=report.comment,
        next_text=report.next_text,
        decision=report.decision,
        chosen=report.chosen,
    )
    shot = compose(texts, found)
    return shot | {"said": writers.sentences(shot, report.language, turn(report), found.before)}


def turn(report: Report) -> int:
    """Return the number that chooses the phrasings of a report.

    It follows from agreement and period: the same report always reads the same, two agreements
    mostly do not, and two periods that follow each other never do.
    """
    return int(report.period.agreement_id.int % TURNS + report.period.index)


def _write_first_words(report: Report, found: Facts) -> None:
    """Put the numbers of a report that nobody has reviewed into sentences.

    Nothing is asked of the client: a question comes from a person.
    """
    shot = current_snapshot(report, found)
    report.comment = writers.first_words(shot, report.language, turn(report))
    report.next_text = writers.next_steps(shot, report.language, turn(report))


def _lock(ids: Sequence[UUID]) -> None:
    """Lock the businesses and periods of the reports.

    While the locks are held nothing is written for these periods: writers of time lock the
    business, all others the period.
    """
    periods = Period.objects.filter(report__in=ids)
    list(
        Business.objects.select_for_update(no_key=True)
        .filter(pk__in=periods.values("business"))
        .order_by("pk")
    )
    list(
        Period.objects.select_for_update(no_key=True)
        .filter(report__in=ids)
        .order_by("pk")
        .values_list("pk")
    )


def _record(reports: Sequence[Report], actor: str, now: datetime, *, only_due: bool) -> None:
    """Record who sent these reports: of what the job sends, whoever released it for this time."""
    senders: dict[str, list[Report]] = {}
    for report in reports:
        sender = report.released_by if only_due and report.reviewed_at else None
        senders.setdefault(sender or actor, []).append(report)
    for sender, theirs in senders.items():
        chains = [(one.business, one.pk, {"sha256": one.sha256}) for one in theirs]
        audit.begin(chains, event="report_sent", actor=sender, now=now)


def _freeze(ids: Sequence[UUID], actor: str, now: datetime, *, only_due: bool = False) -> int:
    """Freeze the drafts among these reports in one transaction; return how many.

    The rows are locked first, so that texts saved in the meantime are included and no report is
    sent twice.
    """
    with transaction.atomic():
        _lock(ids)
        drafts = reports_due(now) if only_due else Report.objects.filter(state=ReportState.DRAFT)
        locked = (
            drafts.filter(pk__in=ids)
            .select_for_update(of=("self",))
            .order_by("pk")
            .values_list("pk", flat=True)
        )
        reports = list(
            Report.objects.filter(pk__in=list(locked))
            .select_related(*report_facts.RELATED)
            .order_by("pk")
        )
        facts_by_report = report_facts.facts_of_reports(reports)
        for report in reports:
            if only_due and report.reviewed_at is None:
                report.unreviewed = True
                _write_first_words(report, facts_by_report[report.pk])
            report.snapshot = current_snapshot(report, facts_by_report[report.pk])
            report.sha256, report.sent_at, report.lease_until = (
                digest(report.snapshot),
                now,
                None,
            )
        Report.objects.bulk_update(reports, FROZEN, batch_size=50)
        move_all(reports, ReportState.SENT, REPORT)
        _record(reports, actor, now, only_due=only_due)
        for _start in range(0, len(reports), PDFS_PER_WORKER):
            nudge.ring("delivery.tasks.print_reports")
    return len(reports)

"""Sends reports: frozen and hashed here, then printed by a worker and mailed, each once (rules 38 and 40).

freeze (one transaction a batch) → print (`report_paper`) → letter (`report_letters`). Each step finds its work by a
query: what dies between two of them is found by the next walk.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import Period
from agreements.running import addressee
from core import audit, formats, nudge
from core.database.state_moves import move_all
from core.errors import NotAllowedNow
from core.models import Business
from delivery.models import Report
from delivery.reports import read_facts
from delivery.reports.compose import Facts, Said
from delivery.reports.compose import snapshot as compose
from delivery.reports.draft import last_day_after
from delivery.rules.states import REPORT, ReportState

BATCH = 200
PRINTED_BY_ONE = 50  # so many papers for each worker that is nudged
ALONE = "Retainer Hub"  # who sends what nobody has sent by the agreed day


def send_report(*, report: Report, actor: str, now: datetime) -> Report:
    """Freeze the report; its paper and its letter follow. Raises NobodyToTell, NotAllowedNow for the second press."""
    if report.state == ReportState.DRAFT:
        addressee.must_be(report.period.agreement)
    if not _freeze([report.pk], actor, now):
        raise NotAllowedNow(_("This report was sent already."))
    report.refresh_from_db()
    return report


def send_due(*, now: datetime, on_batch: Callable[[int], None] = lambda sent: None) -> int:
    """Send what nobody has sent by its day; how many. What has no addressee waits, and the freelancer is told."""
    sent, after = 0, None
    while True:
        found = due(now).order_by("pk")
        rows = list(
            (found.filter(pk__gt=after) if after else found).select_related(*read_facts.RELATED)[
                :BATCH
            ]
        )
        if not rows:
            return sent
        after = rows[-1].pk
        told = addressee.of(row.period.agreement for row in rows)
        some = _freeze([row.pk for row in rows if row.client_id in told], ALONE, now, only_due=True)
        sent += some
        on_batch(some)


def due(now: datetime) -> Any:
    """Drafts whose time has come."""
    return Report.objects.filter(
        state=ReportState.DRAFT, send_at__lte=now, business__is_suspended=False
    )


def digest(shot: dict[str, Any]) -> str:
    """SHA-256 of a snapshot as canonical JSON."""
    text = json.dumps(shot, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def title(report: Report) -> str:
    """ "Report for November 2026", in the active language; give it with the period's agreement."""
    served = formats.months(report.period.starts_on, last_day_after(report.period))
    return _("Report for %(month)s") % {"month": served}


def snapshot(report: Report, found: Facts | None = None) -> dict[str, Any]:
    """What the report says now."""
    period, agreement = report.period, report.period.agreement
    terms = agreement.terms  # those of an amendment only say what it changes
    end = last_day_after(period)
    said = Said(
        business=report.business.name,
        client=report.client.name,
        title=agreement.title,
        starts_on=period.starts_on,
        ends_on=end,
        ended_on=end if agreement.ends_on == end else None,
        measure=terms.get("trial_measure", "") if agreement.is_trial else "",
        value_adds=terms.get("value_adds") or (),
        comment=report.comment,
        next_text=report.next_text,
        decision=report.decision,
        chosen=report.chosen,
    )
    return compose(said, found or read_facts.of_one(report))


def _hold(ids: Sequence[UUID]) -> None:
    """Nothing is written down for these periods meanwhile: time is held by its business, the rest by its period."""
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


def _freeze(ids: Sequence[UUID], actor: str, now: datetime, *, only_due: bool = False) -> int:
    """One transaction: the rows are locked first, so that words saved meanwhile are in it and none is sent twice."""
    with transaction.atomic():
        _hold(ids)
        held = due(now) if only_due else Report.objects.filter(state=ReportState.DRAFT)
        locked = (
            held.filter(pk__in=ids)
            .select_for_update(of=("self",))
            .order_by("pk")
            .values_list("pk", flat=True)
        )
        rows = list(
            Report.objects.filter(pk__in=list(locked))
            .select_related(*read_facts.RELATED)
            .order_by("pk")
        )
        found = read_facts.facts(rows)
        for row in rows:
            row.snapshot = snapshot(row, found[row.pk])
            row.sha256, row.sent_at, row.lease_until = digest(row.snapshot), now, None
            row.unreviewed = only_due and row.reviewed_at is None
        Report.objects.bulk_update(
            rows, ["snapshot", "sha256", "sent_at", "lease_until", "unreviewed"], batch_size=50
        )
        move_all(rows, ReportState.SENT, REPORT)
        audit.begin(
            [(row.business, row.pk, {"sha256": row.sha256}) for row in rows],
            event="report_sent",
            actor=actor,
            now=now,
        )
        for _start in range(0, len(rows), PRINTED_BY_ONE):
            nudge.ring("delivery.tasks.print_reports")
    return len(rows)

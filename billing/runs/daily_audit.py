"""The daily audit: the books' invariants, the stored PDFs, the gateways' lists."""

from datetime import datetime

from django.utils.translation import gettext as _

from billing.books.invariants import find_contradictions
from billing.charging.reconcile import reconcile
from billing.models import BillingRun
from billing.runs.billing_run import AUDIT
from core.jobs import steps
from core.system import administrators


def run_audit(*, now: datetime) -> BillingRun:
    """Run the audit and store its result; if it found anything, email the administrators.

    They get at most one email a day. The audit corrects nothing.
    """
    found = steps.run("audit", {"books": _books, "gateway": reconcile}, now=now)
    contradictions = found.get("books", [_("The books could not be checked.")])
    theirs = found.get("gateway", [_("The gateways' lists could not be compared.")])
    contradictions += [f"gateway: {sentence}" for sentence in theirs]
    run = BillingRun.objects.create(
        door=AUDIT, started_at=now, finished_at=now, result={"broken": contradictions[:200]}
    )
    if contradictions:
        administrators.tell(
            kind="audit",
            ref=now.date().isoformat(),
            subject=_("Retainer Hub: the daily audit found contradictions"),
            paragraphs=[
                _("The daily audit found the following. Nothing was changed."),
                *contradictions[:20],
            ],
            now=now,
        )
    return run


def _books(*, now: datetime) -> list[str]:
    return find_contradictions(now, files=True)

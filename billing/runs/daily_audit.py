"""The daily look at everything: invariants and the gateway's list; whoever owns what is off is told once a day."""

from datetime import datetime

from django.utils.translation import gettext as _

from billing.books.invariants import broken
from billing.charging.reconcile import reconcile
from billing.models import BillingRun
from billing.runs.run import AUDIT
from core.system import administrators


def watch(*, now: datetime) -> BillingRun:
    """Check, write it down, and mail those who look after the installation when anything is off."""
    found = broken(now, files=True) + [f"gateway: {words}" for words in reconcile(now=now)]
    run = BillingRun.objects.create(
        door=AUDIT, started_at=now, finished_at=now, result={"broken": found[:200]}
    )
    if found:
        administrators.tell(
            kind="audit",
            ref=now.date().isoformat(),
            subject=_("Retainer Hub: the books do not fit together"),
            paragraphs=[
                _("The daily audit found contradictions. Nothing was changed."),
                *found[:20],
            ],
            now=now,
        )
    return run


def last() -> BillingRun | None:
    """The latest daily look."""
    return BillingRun.objects.filter(door=AUDIT).order_by("-pk").first()

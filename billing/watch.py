"""The daily look at everything: invariants and the gateway's list; whoever owns what is off is told once a day."""

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from billing.invariants import broken
from billing.models import BillingRun
from billing.reconcile import reconcile
from billing.run import AUDIT
from core import outbox
from core.models import User


def watch(*, now: datetime) -> BillingRun:
    """Check, write it down, and mail those who look after the installation when anything is off."""
    found = broken(now, files=True) + [f"gateway: {words}" for words in reconcile(now=now)]
    run = BillingRun.objects.create(door=AUDIT, started_at=now, finished_at=now, result={"broken": found[:200]})
    if found:
        for keeper in keepers():
            _mail(keeper, found, now)
    return run


def keepers() -> list[User]:
    """Staff, or the owners where nobody is staff."""
    staff = list(User.objects.filter(is_staff=True, is_active=True))
    return staff or list(User.objects.filter(business__isnull=False, is_active=True)[:20])


def last() -> BillingRun | None:
    """The latest daily look."""
    return BillingRun.objects.filter(door=AUDIT).order_by("-pk").first()


def _mail(keeper: User, found: list[str], now: datetime) -> None:
    outbox.write(
        kind="audit",
        ref=f"{keeper.pk}:{now.date().isoformat()}",
        to=keeper.email,
        template="note",
        context={
            "subject": _("Retainer Hub: the books do not fit together"),
            "paragraphs": [_("The daily audit found contradictions. Nothing was changed."), *found[:20]],
            "button": _("Open it"),
            "link": str(settings.SITE_URL).rstrip("/") + "/jobs/",
        },
        language="en",
        now=now,
    )

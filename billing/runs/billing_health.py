"""The health check of billing: whether its runs finish, and what has been due for too long."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from agreements.models import Agreement
from agreements.rules.states import RUNNING_STATES
from agreements.running.periods import OPEN
from billing.charging.collect import CHARGE, due_collections
from billing.charging.issue import PERIODS, periods_due
from billing.gateways.accounts import USE
from billing.models import BillingRun
from billing.runs.billing_run import AUDIT
from billing.runs.hold import RELEASED
from core.models import AuditEvent, SetAside
from core.system import health_checks

UNFINISHED_AFTER = timedelta(minutes=15)
LATE_AFTER = timedelta(hours=2)  # the job runs every hour


def register() -> None:
    """Add the check to /health/ and the system status."""
    health_checks.CHECKS["billing"] = billing
    health_checks.NAMES["billing"] = gettext_lazy("Billing")


def billing(now: datetime) -> str:
    """Return what is wrong with billing, "" if nothing is."""
    return " ".join(_problems(now))


def _problems(now: datetime) -> Iterator[str]:
    runs = BillingRun.objects.exclude(door=AUDIT).order_by("-started_at", "-pk")
    last = runs.first()
    if last and not last.finished_at and now - last.started_at > UNFINISHED_AFTER:
        minutes = int((now - last.started_at).total_seconds()) // 60
        yield _("The last run began %(n)s minutes ago and has not finished.") % {"n": minutes}
    finished = runs.filter(finished_at__isnull=False, refused_because="").first() or runs.last()
    if finished and now - (finished.finished_at or finished.started_at) > LATE_AFTER:
        yield _("No run has finished within the last two hours.")
    if late := _late_rows(now - LATE_AFTER):
        yield ngettext(
            "One row has been due for more than two hours.",
            "%(n)s rows have been due for more than two hours.",
            late,
        ) % {"n": late}


def _late_rows(before: datetime) -> int:
    """Count what could have been done since `before`, without what is set aside or on hold.

    A retainer that begins on the day of its signature is due from that day's midnight on, and
    could first be billed when it was signed; one on hold, when it was released.
    """
    aside = SetAside.objects.open()
    to_open = Agreement.objects.filter(state__in=RUNNING_STATES, opens_at__lte=before)
    to_open = to_open.filter(parked_because="", business__is_suspended=False)
    to_open = to_open.exclude(signed_at__gt=before).exclude(_released("pk", before))
    to_issue = periods_due(before).filter(agreement__parked_because="", created_at__lte=before)
    to_issue = to_issue.exclude(_released("agreement", before))
    late = [
        to_open.exclude(pk__in=aside.filter(step=OPEN.name).values("subject")),
        to_issue.exclude(pk__in=aside.filter(step=PERIODS.name).values("subject")),
    ]
    if settings.CHARGING != "off":
        unusable = aside.filter(step=USE.name).values("subject")
        charges = due_collections(before).exclude(business__in=unusable)
        charges = charges.exclude(_released("invoice__agreement", before))
        late.append(charges.exclude(pk__in=aside.filter(step=CHARGE.name).values("subject")))
    return sum(rows.count() for rows in late)


def _released(agreement: str, since: datetime) -> Exists:
    """Whether the billing of an agreement, at the end of this path, was released after `since`."""
    events = AuditEvent.objects.filter(chain_id=OuterRef(agreement), event=RELEASED)
    return Exists(events.filter(at__gt=since))

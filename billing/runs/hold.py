"""Sets aside an agreement that missed more than one period until its owner says what to do (rules 5 and 24)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from agreements.models import Agreement, Period
from agreements.rules.states import PeriodState
from billing.charging import issue
from core import audit, nudge

MISSED = gettext_noop("More than one period was not billed.")


def park_missed(*, now: datetime, only: Agreement | None = None) -> list[UUID]:
    """Park every agreement with more than one period due and not invoiced; nothing of it is charged."""
    missed = (
        issue.waiting(now, only)
        .order_by()
        .values("agreement_id")
        .annotate(count=Count("pk"))
        .filter(count__gt=1)
        .values_list("agreement_id", flat=True)
    )
    found = list(missed)
    Agreement.objects.filter(pk__in=found).update(parked_because=MISSED)
    return found


def park(*, agreement: Agreement, reason: str, actor: str, now: datetime) -> None:
    """Set it aside by hand: nothing of it is issued or charged until it is released."""
    with transaction.atomic():
        Agreement.objects.filter(pk=agreement.pk).update(parked_because=reason[:300])
        audit.record(
            business=agreement.business,
            chain_id=agreement.id,
            event="parked",
            actor=actor,
            now=now,
            data={"reason": reason[:300]},
        )


def release(*, agreement: Agreement, how: str, actor: str, now: datetime) -> int:
    """`how` is "bill" (an invoice for each missed period) or "skip" (only the newest is billed); how many issued."""
    with transaction.atomic():
        Agreement.objects.filter(pk=agreement.pk).update(parked_because="")
        if how == "skip":
            why = _("Skipped by %(who)s") % {"who": actor}
            missed = [row.pk for row in issue.waiting(now, agreement).order_by("-starts_on")[1:]]
            due = Period.objects.filter(pk__in=missed, state=PeriodState.DUE)
            due.update(state=PeriodState.SKIPPED, skipped_because=why[:300])
        made = issue.issue_due(now=now, only=agreement)
        audit.record(
            business=agreement.business,
            chain_id=agreement.id,
            event="released",
            actor=actor,
            now=now,
            data={"how": how},
        )
    nudge.ring("billing.tasks.bill")
    return made

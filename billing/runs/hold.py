"""Holds the billing of an agreement until its owner decides (rules 5 and 24).

Nothing of an agreement on hold is issued or charged. The billing job holds an agreement that has
more than one period not billed, so that a client is never charged twice at once unasked; the owner
can hold one at any time.
"""

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
from core.jobs import set_aside
from core.models import Business, SetAside

RELEASED = "released"  # the name of the audit event
SKIPPING = {"skip": 1, "none": 0}  # how many of the missed periods are billed nevertheless
DECISIONS = ("bill", *SKIPPING)
MISSED = gettext_noop("More than one period was not billed.")


def hold_missed(*, now: datetime, only: Agreement | Business | None = None) -> list[UUID]:
    """Hold every agreement that has more than one period due and not invoiced; return their ids."""
    missed = (
        issue.periods_due(now, only)
        .order_by()
        .values("agreement_id")
        .annotate(count=Count("pk"))
        .filter(count__gt=1)
        .values_list("agreement_id", flat=True)
    )
    ids = list(missed)
    Agreement.objects.filter(pk__in=ids).update(parked_because=MISSED)
    return ids


def hold_billing(*, agreement: Agreement, reason: str, actor: str, now: datetime) -> None:
    """Hold an agreement's billing until it is released."""
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


def resume_billing(*, agreement: Agreement, how: str, actor: str, now: datetime) -> int:
    """Resume an agreement's billing, and return the number of invoices issued.

    `how` says what happens to the missed periods: "bill" invoices each of them, "skip" invoices
    only the newest, and "none" invoices none of them; the next period is billed on its day. The
    billing job is started at once.
    """
    with transaction.atomic():
        Agreement.objects.filter(pk=agreement.pk).update(parked_because="")
        aside = SetAside.objects.of_page("agreement", agreement.pk)
        set_aside.release(aside, actor=actor, now=now)
        if how in SKIPPING:
            why = _("Skipped by %(who)s") % {"who": actor}
            newest_first = issue.periods_to_invoice(now, agreement).order_by("-starts_on")
            missed = [row.pk for row in newest_first[SKIPPING[how] :]]
            due = Period.objects.filter(pk__in=missed, state=PeriodState.DUE)
            due.update(state=PeriodState.SKIPPED, skipped_because=why[:300])
        made = issue.issue_invoices(now=now, only=agreement)
        audit.record(
            business=agreement.business,
            chain_id=agreement.id,
            event=RELEASED,
            actor=actor,
            now=now,
            data={"how": how},
        )
    nudge.ring("billing.tasks.bill")
    return made

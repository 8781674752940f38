"""A run of the billing job: it does everything that is due (docs/charging.md).

It opens periods, holds agreements that missed several periods, issues invoices, collects them, asks
the gateways about open charges, and sends reminders. It may run late, or twice at the same time:
each period is billed once.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet, Subquery
from django.utils.translation import gettext as _

from agreements.models import Agreement
from agreements.running.periods import open_due
from billing.bank_transfer.transfers import send_reminders
from billing.charging import gateway_events, refund
from billing.charging.collect import collect, due_collections
from billing.charging.elsewhere import cards
from billing.charging.issue import issue_invoices
from billing.charging.resolve import resolve_charges
from billing.emails import upcoming_charges
from billing.models import BillingRun, Charge, Invoice
from billing.recovery import witness
from billing.runs import unpaid_periods
from billing.runs.hold import hold_missed
from core.continuity import standing
from core.errors import StandsStill
from core.jobs import steps
from core.models import Business

LARGEST_JUMP = timedelta(hours=36)
NO_CHARGES = {"charged": 0, "succeeded": 0, "failed": 0, "unknown": 0}
SCHEDULE = "job"  # the `door` of the hourly run
AUDIT = "audit"  # the `door` of the daily audit, which has its rows in the same table


def run_scheduled(*, now: datetime) -> BillingRun:
    """Run the billing job from the schedule, unless clock or database are in doubt (rules 24, 46).

    A run that is refused is stored with the reason. The job goes on once a person has confirmed
    the clock (`confirm_clock`), or when the clock is no longer in doubt.
    """
    why = clock_doubt(now)
    if not why:
        try:
            return run_billing(now=now, door=SCHEDULE)
        except StandsStill as error:
            why = str(error)
    waiting = refused_run()
    if waiting:
        return waiting
    return BillingRun.objects.create(
        door=SCHEDULE, started_at=now, finished_at=now, refused_because=why
    )


def confirm_clock(*, now: datetime) -> int:
    """Record that a person confirmed the clock; return the number of refused runs it allows."""
    return (
        BillingRun.objects.exclude(refused_because="")
        .filter(allowed_at__isnull=True)
        .update(allowed_at=now)
    )


def refused_run() -> BillingRun | None:
    """Return the latest run if it was refused and no person has confirmed the clock since."""
    return refused_runs().first()


def refused_runs() -> QuerySet[BillingRun]:
    """Return that run alone, or nothing."""
    runs = BillingRun.objects.exclude(door=AUDIT)
    last = runs.order_by("-pk").values("pk")[:1]
    refused = runs.filter(pk=Subquery(last), allowed_at__isnull=True)
    return refused.exclude(refused_because="")


def last_run() -> BillingRun | None:
    """Return the latest run of the billing job; the daily audit is not one."""
    return BillingRun.objects.exclude(door=AUDIT).order_by("-started_at", "-pk").first()


def last_good_run() -> BillingRun | None:
    """Return the latest run that was not refused, by which the clock is judged."""
    runs = BillingRun.objects.exclude(door=AUDIT).filter(refused_because="")
    return runs.order_by("-pk").first()


def clock_doubt(now: datetime) -> str:
    """Return why the clock cannot be trusted, or "" if it can (rule 24)."""
    last_good = last_good_run()
    if last_good and abs(now - last_good.started_at) > LARGEST_JUMP:
        # A jump that a person has confirmed since the last good run is not held against the clock.
        confirmed = BillingRun.objects.filter(pk__gt=last_good.pk, allowed_at__isnull=False)
        if not confirmed.exists():
            return _("The clock jumped more than 36 hours since the last run.")
    return ""


def run_billing(
    *, now: datetime, door: str, only: Agreement | Business | None = None, dry_run: bool = False
) -> BillingRun:
    """Do everything that is due at `now`, for all, one business or one agreement, and store it.

    `door` names who started the run. A dry run goes as far as issuing, in a transaction that is
    rolled back: it writes and charges nothing, and returns an unsaved run whose result lists the
    invoices. Raises StandsStill.
    """
    before = last_run()
    standing.advance(now=now)
    run = BillingRun(door=door, started_at=now)
    if dry_run:
        with transaction.atomic():
            run.result = _prepare(now, only)
            run.result["invoices"] = [
                _line(row) for row in Invoice.objects.filter(created_at=now)[:1000]
            ]
            run.to_charge = due_collections(now, only).count()
            transaction.set_rollback(True)
        return run
    run.save()
    since = before.started_at if before else None
    run.result = _prepare(now, only, partial(witness.look, last_run=since, only=only))
    run.to_charge = due_collections(now, only).count()
    if run.to_charge:
        run.save()
    charge = partial(
        collect,
        only=only,
        asks_clocks=door == SCHEDULE,
        progress=lambda done: _progress(run, done),
    )
    # Charging comes first: a gateway that is silent about its open charges delays no other.
    steps.run(
        "bill",
        {
            "charge": charge,
            "look up charges": resolve_charges,
            "carry out refunds": refund.carry_out_refunds,
            "read notices": gateway_events.apply_events,
            "remind of transfers": partial(send_reminders, only=only),
            "look up cards": partial(cards.look_up_cards, only=only),
            "announce charges": partial(upcoming_charges.queue_notices, only=only),
            "watch unpaid periods": partial(unpaid_periods.watch, only=only),
        },
        now=now,
    )
    run.result |= _outcomes(now) if run.to_charge else dict(NO_CHARGES)
    run.finished_at = now
    run.save()
    return run


def _prepare(
    now: datetime, only: Agreement | Business | None, ask: Callable[..., None] | None = None
) -> dict[str, Any]:
    """Open the periods that are due, and issue their invoices; return the counts.

    In between, `ask` asks those outside whether the database went back. Raises StandsStill.
    """
    opened = steps.run("bill", {"open periods": partial(open_due, only=only)}, now=now)
    if ask:
        steps.run("bill", {"ask the gateways": ask}, now=now)
    issued = steps.run("bill", {"issue invoices": partial(_issue, only=only)}, now=now)
    counts: dict[str, Any] = {"opened": 0, "parked": 0, "issued": 0}
    counts |= {"opened": opened.get("open periods", 0)}
    counts |= issued.get("issue invoices", {})
    return counts


def _issue(*, now: datetime, only: Agreement | Business | None) -> dict[str, int]:
    """Hold what missed several periods, then issue: one step, as nothing is issued unless held."""
    parked = hold_missed(now=now, only=only)
    return {"parked": len(parked), "issued": issue_invoices(now=now, only=only)}


def _progress(run: BillingRun, done: int) -> None:
    BillingRun.objects.filter(pk=run.pk).update(charged=done)
    run.charged = done


def _line(invoice: Invoice) -> dict[str, Any]:
    return {
        "number": invoice.number,
        "client": invoice.buyer["name"],
        "currency": invoice.currency,
        "total": invoice.total,
    }


def _outcomes(now: datetime) -> dict[str, int]:
    """Count the charges of this run by their state; "charged" is the count of all."""
    counts = dict(NO_CHARGES)
    for state in (
        Charge.objects.filter(sent_at__gte=now)
        .order_by()
        .values_list("state", flat=True)
        .iterator(2000)
    ):
        counts["charged"] += 1
        counts[state] = counts.get(state, 0) + 1
    return counts

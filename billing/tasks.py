"""Celery tasks of billing. Each task reads the clock once and passes that time on."""

from datetime import datetime

from celery import shared_task
from django.utils import timezone

from billing.charging import gateway_events, refund
from billing.charging.collect import CHARGE, due_collections
from billing.charging.elsewhere import fees
from billing.charging.resolve import resolve_charges as resolve_charges
from billing.income import ecb_rates, forecast
from billing.runs import billing_run
from billing.runs.daily_audit import run_audit
from core import nudge
from core.continuity import standing
from core.errors import StandsStill
from core.jobs import queues, steps
from core.jobs.set_aside import without_waiting


@shared_task(name="billing.tasks.bill", **queues.MONEY.options)
def bill() -> None:
    """Issue the invoices that are due and charge them."""
    billing_run.run_scheduled(now=timezone.now())


@shared_task(name="billing.tasks.resolve", **queues.MONEY.options)
def resolve() -> None:
    """Ask the gateways about charges and refunds whose outcome is not known yet.

    If a collection is due afterwards, the billing task is started at once.
    """
    now = timezone.now()
    try:
        standing.advance(now=now)
    except StandsStill:
        return  # the hourly run says why
    steps.run(
        "resolve",
        {
            "look up charges": resolve_charges,
            "carry out refunds": refund.carry_out_refunds,
            "read notices": gateway_events.apply_events,
            "start billing": _bill_if_due,
        },
        now=now,
    )


def _bill_if_due(*, now: datetime) -> None:
    if without_waiting(due_collections(now), CHARGE, now).exists():
        nudge.ring("billing.tasks.bill")


@shared_task(name="billing.tasks.read_fees", **queues.DOCUMENTS.options)
def read_fees() -> None:
    """Ask the gateways what they took for payments, refunds and disputes."""
    steps.run("read_fees", {"read fees": fees.read_fees}, now=timezone.now())


@shared_task(name="billing.tasks.audit", **queues.MONEY.options)
def audit() -> None:
    """Run the daily audit of the books, the gateways' lists and the stored PDFs."""
    run_audit(now=timezone.now())


@shared_task(name="billing.tasks.forecast", **queues.DOCUMENTS.options)
def forecast_income(business: str = "") -> None:
    """Compute the forecast of every business, or of one in which something has changed."""
    if business:
        forecast.make_one(business, now=timezone.now())
    else:
        steps.run("forecast", {"forecast income": forecast.make_all}, now=timezone.now())


@shared_task(name="billing.tasks.fetch_rates", **queues.DOCUMENTS.options)
def fetch_rates() -> None:
    """Fetch the exchange rates of the European Central Bank, if anybody wants them."""
    steps.run("fetch_rates", {"fetch rates": ecb_rates.fetch_due}, now=timezone.now())

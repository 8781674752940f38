"""Billing's doors for Celery. Each reads the clock once."""

from celery import shared_task
from django.utils import timezone

from billing.charging import gateway_events, refund
from billing.charging.collect import due
from billing.charging.resolve import resolve as ask
from billing.runs import run
from billing.runs.daily_audit import watch
from core import nudge


@shared_task(name="billing.tasks.bill", ignore_result=True)
def bill() -> None:
    """Issue and charge what is due."""
    run.tick(now=timezone.now())


@shared_task(name="billing.tasks.resolve", ignore_result=True)
def resolve() -> None:
    """Find out what became of charges and refunds without an outcome; what is due again is charged at once."""
    now = timezone.now()
    gateway_events.apply_events(now=now)
    ask(now=now)
    refund.carry_out(now=now)
    if due(now).exists():
        nudge.ring("billing.tasks.bill")


@shared_task(name="billing.tasks.audit", ignore_result=True)
def audit() -> None:
    """Check that everything fits together."""
    watch(now=timezone.now())

"""Billing's doors for Celery. Each reads the clock once."""

from celery import shared_task
from django.utils import timezone

from billing import run, webhook
from billing.resolve import resolve as ask


@shared_task(name="billing.tasks.bill", ignore_result=True)
def bill() -> None:
    """Issue and charge what is due."""
    run.bill(now=timezone.now(), door="job")


@shared_task(name="billing.tasks.resolve", ignore_result=True)
def resolve() -> None:
    """Find out what became of charges without an outcome."""
    now = timezone.now()
    webhook.apply_events(now=now)
    ask(now=now)

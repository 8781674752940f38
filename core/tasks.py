"""Celery tasks of core: sending emails, and the heartbeats of the workers."""

from contextlib import suppress

from celery import shared_task
from django.utils import timezone

from core.errors import StandsStill
from core.jobs import queues, steps
from core.models import Heartbeat
from core.outbox import emails
from core.system import alerts, rows_set_aside


@shared_task(name="core.tasks.send_mail", **queues.MAIL.options)
def send_mail() -> None:
    """Send the emails that are due; first write those about rows that were set aside."""
    with suppress(StandsStill):
        steps.run(
            "send_mail",
            {"tell of rows set aside": rows_set_aside.tell_due, "send": emails.send_due},
            now=timezone.now(),
        )


@shared_task(name="core.tasks.watch_health", **queues.MAIL.options)
def watch_health() -> None:
    """Tell the administrators what has not worked for a while, and when it works again."""
    with suppress(StandsStill):
        steps.run("watch_health", {"tell of failing checks": alerts.watch}, now=timezone.now())


@shared_task(name="core.tasks.pulse", **queues.MONEY.options)
def pulse(queue: str = queues.MONEY.name) -> None:
    """Record that a message from the scheduler (beat) reached a running worker of the queue."""
    Heartbeat.objects.update_or_create(name=queue, defaults={"at": timezone.now()})

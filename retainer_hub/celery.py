"""The Celery app and the schedule of its tasks.

A task's message carries no data: each task finds in the database what is due.
"""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_init
from kombu import Queue

from core.jobs.queues import DOCUMENTS, MAIL, MONEY, QUEUES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "retainer_hub.settings")

MINUTE, HOUR, DAY = 60, 3600, 86_400  # seconds


def line(task: str, schedule: crontab | float, every: int, **options: Any) -> dict[str, Any]:
    """One line of the schedule: `task` runs about `every` so many seconds.

    A message that no worker took until the next one is sent expires: a queue never piles up.
    """
    return {"task": task, "schedule": schedule, "options": {"expires": every, **options}}


app = Celery("retainer_hub")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.task_queues = [Queue(queue.name) for queue in QUEUES]
app.conf.task_default_queue = DOCUMENTS.name
app.conf.task_routes = {
    "billing.tasks.forecast": {"queue": DOCUMENTS.name},
    "billing.tasks.fetch_rates": {"queue": DOCUMENTS.name},
    "billing.tasks.read_fees": {"queue": DOCUMENTS.name},
    "billing.tasks.*": {"queue": MONEY.name},
    "core.tasks.send_mail": {"queue": MAIL.name},
    "core.tasks.watch_health": {"queue": MAIL.name},
}
app.conf.beat_schedule = {
    "bill": line("billing.tasks.bill", crontab(minute="0"), HOUR),
    "resolve": line("billing.tasks.resolve", crontab(minute="*/2"), 2 * MINUTE),
    "back_up": line("retainer_hub.tasks.back_up", crontab(minute="15", hour="3"), DAY),
    "prune": line("retainer_hub.tasks.prune", crontab(minute="50", hour="3"), DAY),
    "audit": line("billing.tasks.audit", crontab(minute="25", hour="4"), DAY),
    "forecast": line("billing.tasks.forecast", crontab(minute="45", hour="2"), DAY),
    "fetch_rates": line("billing.tasks.fetch_rates", crontab(minute="20", hour="5,16"), 11 * HOUR),
    "read_fees": line("billing.tasks.read_fees", crontab(minute="35"), HOUR),
    "send_reports": line("delivery.tasks.send_reports", crontab(minute="5"), HOUR),
    "print_reports": line("delivery.tasks.print_reports", crontab(minute="*/3"), 3 * MINUTE),
    "watch_pace": line("delivery.tasks.watch_pace", crontab(minute="15", hour="1"), DAY),
    "watch_hours": line("delivery.tasks.watch_hours", crontab(minute="40"), HOUR),
    "watch_work": line("delivery.tasks.watch_work", crontab(minute="*/15"), 15 * MINUTE),
    "seal_signed": line("agreements.tasks.seal_signed", crontab(minute="*/5"), 5 * MINUTE),
    "make_exports": line("exports.tasks.make_exports", crontab(minute="*/5"), 5 * MINUTE),
    "watch_seal": line("agreements.tasks.watch_seal", crontab(minute="35", hour="4"), DAY),
    "watch_health": line("core.tasks.watch_health", crontab(minute="*/5"), 5 * MINUTE),
    "send_mail": line("core.tasks.send_mail", 30.0, 30),
    **{
        f"pulse of {queue.name}": {
            **line("core.tasks.pulse", 30.0, 30, queue=queue.name),
            "args": (queue.name,),
        }
        for queue in QUEUES
    },
}


@worker_init.connect
def prepare(**_: Any) -> None:
    """Stop the worker when a check of Django reports an error, as web server and beat stop.

    Celery itself runs the checks but ignores their result. No connection to the database may be
    open when the worker's processes are forked.
    """
    from django.db import connections

    from retainer_hub import start
    from retainer_hub.processes import garbage

    start.prepare()
    garbage.leave_alone_what_is_loaded()
    connections.close_all()

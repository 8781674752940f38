"""The Celery app and the schedule of its tasks.

A task's message carries no data: each task finds in the database what is due.
"""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "retainer_hub.settings")

app = Celery("retainer_hub")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "bill": {"task": "billing.tasks.bill", "schedule": crontab(minute="0")},
    "resolve": {"task": "billing.tasks.resolve", "schedule": crontab(minute="*/2")},
    "audit": {"task": "billing.tasks.audit", "schedule": crontab(minute="25", hour="4")},
    "send_reports": {"task": "delivery.tasks.send_reports", "schedule": crontab(minute="5")},
    "print_reports": {"task": "delivery.tasks.print_reports", "schedule": crontab(minute="*/3")},
    "watch_pace": {"task": "delivery.tasks.watch_pace", "schedule": crontab(minute="15", hour="1")},
    "watch_hours": {"task": "delivery.tasks.watch_hours", "schedule": crontab(minute="40")},
    "watch_work": {"task": "delivery.tasks.watch_work", "schedule": crontab(minute="*/15")},
    "seal_signed": {"task": "agreements.tasks.seal_signed", "schedule": crontab(minute="*/5")},
    "make_exports": {"task": "exports.tasks.make_exports", "schedule": crontab(minute="*/5")},
    "watch_seal": {
        "task": "agreements.tasks.watch_seal",
        "schedule": crontab(minute="35", hour="4"),
    },
    "send_mail": {"task": "core.tasks.send_mail", "schedule": 30.0},
    "pulse": {"task": "core.tasks.pulse", "schedule": 30.0},
}


@worker_init.connect
def prepare(**_: Any) -> None:
    """Stop the worker when a check of Django reports an error, as web server and beat stop.

    Celery itself runs the checks but ignores their result.
    """
    from retainer_hub import start

    start.prepare()

"""A worker or a beat as in production, but often, with a gateway that takes its time, and waits a tenth as long."""

import os
import random
import sys
import time
from typing import Any

import django

SHORTER = 10  # so that many lost answers are looked up, and many leases run out, while it lasts
BILL, RESOLVE, SLOW = 2.0, 3.0, 0.2  # seconds


def main() -> None:
    """`python -m tests.faults.soak_process worker …`: the rest goes to Celery."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "retainer_hub.settings")
    django.setup()
    from billing import collect, dunning
    from billing.gateways.sandbox.gateway import Sandbox
    from retainer_hub.celery import app

    dunning.LOOK_UP_AFTER = tuple(wait / SHORTER for wait in dunning.LOOK_UP_AFTER)
    collect.LEASE /= SHORTER
    for name, every in {"bill": BILL, "resolve": RESOLVE}.items():
        app.conf.beat_schedule[name]["schedule"] = every
    execute = Sandbox.execute

    def slow(*asked: Any, **more: Any) -> None:
        time.sleep(random.uniform(0, SLOW))
        execute(*asked, **more)
        time.sleep(random.uniform(0, SLOW))

    Sandbox.execute = slow
    app.start(sys.argv[1:])


if __name__ == "__main__":
    main()

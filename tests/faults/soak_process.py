"""A worker or a beat as in production, but it is rung every few seconds and its gateway is slow and often silent.

The product's own waits (leases, look-ups) are divided by a number that the soak prints.
"""

import os
import random
import sys
import time
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

BILL, RESOLVE = 2.0, 3.0  # seconds
SLOW, STUCK = 0.2, 3.0  # seconds: a call usually, and one in twenty
SILENT = "silent"  # a file of the soak's folder: while it is there the gateway answers nothing
TAKEN = "taken"  # another: what the gateway took, line by line


def shorten(times: float) -> None:
    """Every wait of the product that a kill can leave behind."""
    from django.conf import settings

    from billing.charging import collect
    from billing.rules import dunning
    from core.outbox import emails, mail_server

    first, second, third, last = dunning.LOOK_UP_AFTER
    dunning.LOOK_UP_AFTER = first / times, second / times, third / times, last / times
    collect.LEASE /= times
    emails.LEASE = max(emails.LEASE / times, timedelta(seconds=30))  # longer than an email takes
    emails.BACK_OFF = tuple(minutes / times for minutes in emails.BACK_OFF)
    mail_server.PROBE /= times
    mail_server.WAITS = tuple(seconds / times for seconds in mail_server.WAITS)
    settings.EMAIL_TIMEOUT = 2


def shaky(folder: Path) -> Any:
    """The sandbox on a bad line. It writes down what it took where no crash of the database can lose it."""
    from billing.gateways.base import GatewayUnknown, Outcome
    from billing.gateways.sandbox.gateway import Sandbox

    def line() -> None:
        time.sleep(STUCK if random.random() < 0.05 else random.uniform(0, SLOW))
        if (folder / SILENT).exists():
            raise GatewayUnknown("silence")

    class Shaky(Sandbox):
        def prepare(self, **asked: Any) -> str:
            handle = super().prepare(**asked)
            line()
            return handle

        def execute(self, *, handle: str, key: str, token: str) -> None:
            line()
            try:
                super().execute(handle=handle, key=key, token=token)
            finally:
                self._witness(handle, key)
            line()

        def lookup(self, handle: str) -> Any:
            line()
            return super().lookup(handle)

        def _witness(self, handle: str, key: str) -> None:
            found = super().lookup(handle)
            if found.outcome == Outcome.SUCCEEDED and found.key == key:
                with (folder / TAKEN).open("a") as file:
                    file.write(f"{handle} {found.reference} {key}\n")

    return Shaky()


def main() -> None:
    """`python -m tests.faults.soak_process FOLDER SHORTER PLANT worker …`: the rest goes to Celery."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "retainer_hub.settings")
    django.setup()
    from retainer_hub.celery import app
    from tests import gateways
    from tests.faults.mutants import planted

    folder, shorter, plant, *words = sys.argv[1:]
    shorten(float(shorter))
    bank = shaky(Path(folder))
    gateways.register(gateways.kind("sandbox", lambda: bank))
    for name, every in {"bill": BILL, "resolve": RESOLVE}.items():
        app.conf.beat_schedule[name]["schedule"] = every
    with planted(plant) if plant else nullcontext():
        app.start(["--quiet", *words])


if __name__ == "__main__":
    main()

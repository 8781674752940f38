"""bin/test broker: Redis is killed under load and started again; every worker must work on.

Three workers as bin/run starts them, on SQLite and a Redis of their own. Each round floods the
queues, kills Redis in the middle of it, starts it again, and waits until each queue has run a new
task. A worker that ended, or that does not take part any more, fails the round.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import django

from tests.faults.soak_machine import Process, free_port, server_paths

SECONDS = 60  # in which each queue must run a task after Redis came back


class Machine:
    """Redis and the workers, in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, port = folder, free_port()
        os.environ |= {
            "RH_VAR_DIR": str(folder),
            "REDIS_URL": f"redis://127.0.0.1:{port}/0",
            "DEBUG": "on",
            "SECRET_KEY": "only-for-the-broker-" * 3,
        }
        os.environ.pop("DATABASE_URL", None)
        command = [server_paths()["REDIS_BIN"], "--bind", "127.0.0.1", "--port", port, "--save", ""]
        self.redis = Process("redis", command, folder / "redis.log")
        self.workers: list[Process] = []

    def start(self) -> None:
        """Migrate an empty database, start Redis and the workers."""
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "retainer_hub.settings")
        django.setup()
        from core.jobs.queues import QUEUES
        from retainer_hub import serve, start
        from tests.migrated import copy_to

        copy_to(str(self.folder / "retainer_hub.sqlite3")).close()

        start.make_folders()
        self.redis.start()
        celery = [sys.executable, "-W", serve.AS_ROOT, "-m", "celery", "-A", "retainer_hub"]
        for queue in QUEUES:
            command = [*celery, "--quiet", *serve.worker(queue)]
            self.workers.append(Process(queue.name, command, self.folder / f"{queue.name}.log"))
            self.workers[-1].start()

    def close(self) -> None:
        for each in (*self.workers, self.redis):
            each.kill()

    def ended(self) -> list[str]:
        """The workers that ended by themselves."""
        return [
            each.name for each in self.workers if each.running and each.running.poll() is not None
        ]


def flood(count: int) -> None:
    """Send so many messages to each queue, or as many as Redis takes."""
    for _ in range(count):
        send()


def send() -> None:
    from core.jobs.queues import QUEUES
    from retainer_hub.celery import app

    with suppress(Exception):  # Redis is away
        for queue in QUEUES:
            app.tasks["core.tasks.pulse"].apply_async((queue.name,), queue=queue.name, retry=False)


def seen() -> dict[str, datetime]:
    from core.models import Heartbeat

    return dict(Heartbeat.objects.values_list("name", "at"))


def all_work(since: datetime, seconds: float) -> float | None:
    """Until each queue has run a task sent from now on: the seconds that took, or None."""
    from core.jobs.queues import QUEUES

    began = time.monotonic()
    while time.monotonic() - began < seconds:
        send()
        time.sleep(0.3)
        at = seen()
        if all(queue.name in at and at[queue.name] > since for queue in QUEUES):
            return time.monotonic() - began
    return None


def run(machine: Machine, rounds: int) -> int:
    from django.utils import timezone

    machine.start()
    if all_work(timezone.now(), SECONDS) is None:
        print("The workers did not start.")
        return 1
    for number in range(1, rounds + 1):
        flood(150)
        machine.redis.kill()
        time.sleep(0.5 + 2 * (number % 2))
        machine.redis.start()
        took = all_work(timezone.now(), SECONDS)
        ended = machine.ended()
        print(
            f"round {number}: ended by themselves: {', '.join(ended) or 'none'}; "
            f"all work again: {'NOT' if took is None else f'after {took:.1f} s'}",
            flush=True,
        )
        if ended or took is None:
            return 1
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/test broker", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    asked: Any = parser.parse_args()
    machine = Machine(Path(tempfile.mkdtemp(prefix="rh-broker.")))
    try:
        return run(machine, asked.rounds)
    finally:
        machine.close()
        shutil.rmtree(machine.folder)


if __name__ == "__main__":
    sys.exit(main())

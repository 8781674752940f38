"""bin/test soak: workers, two beats, PostgreSQL, Redis and a moody mail server, all of them killed.

Retainers fall due all the time. When the faults stop, everything must be paid within two minutes,
and only once. With `--shorter 1` the product's waits have their real length; with a tenth of that
ten times as many of them happen.
"""

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

from tests.faults.postman import CALM
from tests.faults.soak_machine import Machine
from tests.faults.soak_process import SILENT

SECONDS = 120  # after the faults have stopped
WAITS = (
    17 * 60 + SECONDS
)  # seconds: two look-ups and a lease of the product, and then the same again
EVERY = 1.5  # seconds: a retainer falls due
SECOND = 0.25  # how often the next fault comes while something is still down
BAG = (
    "worker 1",
    "worker 2",
    "worker 3",
    "worker 3",
    "worker 4",
    "postman",
    "beat 1",
    "beat 2",
    "postgres",
    "postgres",
    "redis",
    "flush",
    "silence",
)


@dataclass
class Chaos:
    """Causes one fault after another, each kind as often as it is in the bag."""

    machine: Machine
    dice: random.Random
    done: Counter[str] = field(default_factory=Counter)
    bag: list[str] = field(default_factory=list)

    def strike(self) -> None:
        if not self.bag:
            self.bag = self.dice.sample(BAG, len(BAG))
        what = self.bag.pop()
        self.done[what.split()[0]] += 1
        if what in self.machine.all:
            self.machine.all[what].kill()
            time.sleep(self.dice.uniform(0, 5 if what == "postgres" else 3))
            if self.dice.random() < SECOND:
                self.strike()
            self.machine.all[what].start()
        elif what == "flush":
            forget()
        else:
            self.silence()
        self.machine.revive()
        time.sleep(self.dice.uniform(0.2, 4))

    def silence(self) -> None:
        """Let the gateway answer nothing for a while, whatever it does."""
        sign = self.machine.folder / SILENT
        sign.touch()
        time.sleep(self.dice.uniform(1, 6))
        sign.unlink()


def forget() -> None:
    """Make Redis lose all its data."""
    import redis

    with suppress(redis.RedisError):
        redis.Redis.from_url(os.environ["REDIS_URL"]).flushall()


def tried(ask: Callable[[], Any]) -> Any:
    """Return the answer, or None when the database does not answer."""
    from django.db import Error, connection

    try:
        return ask()
    except Error:
        connection.close()
        return None


def until(ask: Callable[[], Any], seconds: float) -> float | None:
    """Ask until the answer is true; return how long that took, or None."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if tried(ask):
            return time.monotonic() - began
        time.sleep(0.5)
    return None


def prepare(machine: Machine) -> None:
    """Start the servers, create an empty database, and set up Django."""
    machine.servers()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "retainer_hub.settings")
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    def answers() -> bool:
        connection.ensure_connection()
        return True

    if until(answers, 60) is None:
        raise TimeoutError("PostgreSQL did not start.")
    call_command("migrate", verbosity=0)


def run(machine: Machine, asked: argparse.Namespace) -> int:
    """Run the soak test; return 0 when every promise was kept."""
    prepare(machine)
    from django.utils import timezone

    from tests.faults import soak_judge as judge

    dice, count = random.Random(asked.seed), int(asked.minutes * 60 / EVERY)
    judge.people(dice, timezone.now() + timedelta(seconds=10), EVERY, count)
    machine.workers(asked.shorter, asked.plant)
    chaos, end = Chaos(machine, dice), time.monotonic() + asked.minutes * 60
    while time.monotonic() < end:
        chaos.strike()
        tried(judge.clients_answer)

    (machine.folder / CALM).touch()

    def all_paid() -> bool:
        machine.revive()
        judge.clients_answer()
        return not judge.unpaid()

    took, late = until(all_paid, SECONDS), tried(judge.waits) or []
    in_time = took is not None
    if took is None:
        more = until(all_paid, WAITS / asked.shorter)
        took = more and more + SECONDS
    mailed = until(lambda: not judge.unsent(), 60 + WAITS / asked.shorter)
    wrong = judge.judge(machine.folder)
    table(chaos, asked, took, late, mailed, wrong)
    return not in_time or mailed is None or any(wrong.values())


def table(
    chaos: Chaos,
    asked: argparse.Namespace,
    took: float | None,
    late: list[str],
    mailed: float | None,
    wrong: dict[str, list[str]],
) -> None:
    """Print what was done, and what became of it."""
    from agreements.models import Agreement
    from billing.models import Charge, Invoice
    from tests.faults import soak_judge as judge

    def said(counts: Counter[str]) -> str:
        return ", ".join(f"{name} {number}" for name, number in sorted(counts.items())) or "none"

    letters = judge.letters(chaos.machine.folder).values()
    rows = {
        "minutes, seed": f"{asked.minutes:g}, {asked.seed}",
        "the product's waits": "as they are"
        if asked.shorter == 1
        else f"divided by {asked.shorter:g}",
        "faults": f"{chaos.done.total()}: {said(chaos.done)}",
        "ended by themselves": said(chaos.machine.ended),
        "agreements": Agreement.objects.count(),
        "invoices, of these paid": f"{Invoice.objects.count()}, "
        f"{Invoice.objects.filter(state='paid').count()}",
        "charges": said(Counter(Charge.objects.values_list("state", flat=True))),
        "taken, as witnessed": len(
            {handle for handle, *_ in judge.witnessed(chaos.machine.folder)}
        ),
        "letters, sent again": f"{len(letters)}, {sum(sent > 1 for sent, _ in letters)}",
        "all letters sent": "NOT" if mailed is None else f"{mailed:.0f} s after the last payment",
        f"not paid after {SECONDS} s": "; ".join(late) or "none",
        "all paid after the faults stopped": "NOT" if took is None else f"{took:.0f} s",
        **{name: len(found) for name, found in wrong.items()},
    }
    for name, value in rows.items():
        print(f"{name:34} {value}")
    for name, found in wrong.items():
        print("".join(f"{name}: {words}\n" for words in found[:20]), end="")


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/test soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--shorter", type=float, default=10, help="divides the product's own waits; 1: as they are"
    )
    parser.add_argument(
        "--plant", default="", help="a bug of tests.faults.mutants, to see it caught"
    )
    parser.add_argument("--keep", help="copy the logs into this folder at the end")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    machine = Machine(Path(tempfile.mkdtemp(prefix="rh-soak.")))
    machine.folder.chmod(0o777)
    try:
        return run(machine, asked)
    finally:
        if asked.keep:
            shutil.copytree(
                machine.folder, asked.keep, ignore=shutil.ignore_patterns("data", "var", ".s.*")
            )
        machine.close()


if __name__ == "__main__":
    sys.exit(main())

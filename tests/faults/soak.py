"""bin/test soak: two workers, two beats, PostgreSQL and Redis as real processes, all of which are killed for minutes.

Retainers fall due all the while. When the faults stop everything is to be paid within two minutes, and once.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import django

SECONDS = 120  # after the faults have stopped
EVERY = 1.5  # seconds: a retainer falls due
CARDS = ("succeeds", "succeeds", "succeeds", "lost_answer")
SIGNALS = {"postgres": signal.SIGQUIT}  # its immediate shutdown: nothing is finished, its log is replayed
POSTGRES_USER = ["unshare", "-U", "--map-user=1000", "--map-group=1000"] if os.getuid() == 0 else []


@dataclass
class Process:
    """A program of a session of its own, that is killed and started again."""

    name: str
    command: Sequence[str]
    log: Path
    running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.running = subprocess.Popen(self.command, stdout=log, stderr=log, start_new_session=True)

    def kill(self) -> None:
        if self.running:
            with suppress(ProcessLookupError):
                os.killpg(self.running.pid, SIGNALS.get(self.name, signal.SIGKILL))
            self.running.wait()


@dataclass
class Soak:
    """The whole machine in one folder, and what was done to it."""

    folder: Path
    dice: random.Random
    done: Counter[str] = field(default_factory=Counter)
    all: dict[str, Process] = field(default_factory=dict)

    def add(self, name: str, *command: str) -> None:
        self.all[name] = Process(name, command, self.folder / f"{name}.log")

    def servers(self) -> None:
        """PostgreSQL as it is installed, with every commit on the disk; Redis that forgets."""
        found = subprocess.run([sys.executable, "bin/servers.py"], capture_output=True, text=True, check=True).stdout
        paths = dict(line.replace("'", "").split("=", 1) for line in found.splitlines())
        data, port = str(self.folder / "data"), str(random.randint(20_000, 60_000))
        initdb = [*POSTGRES_USER, f"{paths['POSTGRES_BIN']}/initdb", "-D", data, "-U", "rh", "-A", "trust"]
        subprocess.run([*initdb, "--encoding=UTF8", "--locale=C"], check=True, stdout=subprocess.DEVNULL)
        postgres = [*POSTGRES_USER, f"{paths['POSTGRES_BIN']}/postgres", "-D", data, "-k", str(self.folder)]
        self.add("postgres", *postgres, "-c", "listen_addresses=")
        self.add("redis", paths["REDIS_BIN"], "--bind", "127.0.0.1", "--port", port, "--save", "")
        os.environ |= {
            "DATABASE_URL": f"postgres://rh@/postgres?host={self.folder}", "REDIS_URL": f"redis://127.0.0.1:{port}/0",
            "RH_VAR_DIR": str(self.folder / "var"), "DEBUG": "on", "SECRET_KEY": "for-the-soak-only",
        }  # fmt: skip
        for name in ("postgres", "redis"):
            self.all[name].start()

    def workers(self) -> None:
        """Two of each, though one beat is enough: two must do no harm."""
        program = (sys.executable, "-m", "tests.faults.soak_process", "--quiet")
        for n in (1, 2):
            node = ("-n", f"w{n}@soak", "--pool", "threads", "--concurrency", "4", "--loglevel", "error")
            self.add(f"worker {n}", *program, "worker", *node, "--without-gossip", "--without-mingle")
            self.add(
                f"beat {n}", *program, "beat", "--loglevel", "error", "--schedule", str(self.folder / f"beat{n}")
            )
        for each in self.all.values():
            if each.running is None:
                each.start()

    def trouble(self) -> None:
        """One fault: something dies and comes back after a while, or Redis forgets."""
        what = self.dice.choice([*self.all, "worker 1", "worker 2", "flush"])
        self.done[what.split()[0]] += 1
        if what == "flush":
            import redis

            with suppress(redis.RedisError):
                redis.Redis.from_url(os.environ["REDIS_URL"]).flushall()
        else:
            self.all[what].kill()
            time.sleep(self.dice.uniform(0, 3))
            self.all[what].start()
        time.sleep(self.dice.uniform(0.2, 4))

    def close(self) -> None:
        for each in reversed(self.all.values()):
            each.kill()
        shutil.rmtree(self.folder)


def until(what: str, ask: Callable[[], bool], seconds: float) -> float:
    """Ask until it is so; how long that took. Raises TimeoutError."""
    from django.db import Error, connection

    began = time.monotonic()
    while time.monotonic() - began < seconds:
        try:
            if ask():
                return time.monotonic() - began
        except Error:
            connection.close()
        time.sleep(0.5)
    raise TimeoutError(f"{what}: not within {seconds:.0f} s")


def answers() -> bool:
    from django.db import connection

    connection.ensure_connection()
    return True


def people(dice: random.Random, now: datetime, count: int) -> None:
    """Four studios whose retainers fall due one after the other, each with a card."""
    from core import doorbell
    from tests.world import World

    with doorbell.muted():
        worlds = [World() for _ in range(4)]
        for n in range(count):
            world = worlds[n % 4]
            opens_at = now + timedelta(seconds=n * EVERY)
            world.running(world.client(f"Client {n}"), dice.choice(CARDS), now, opens_at=opens_at)


def unpaid(count: int) -> int:
    from billing.models import Invoice

    return count - Invoice.objects.filter(state="paid").count()


def judge(count: int) -> list[str]:
    """The sandbox's ledger against our rows, and our rows against each other."""
    from django.utils import timezone

    from billing.invariants import broken
    from billing.models import Invoice, Payment, SandboxIntent
    from core.models import Outbox

    wrong = broken(timezone.now())
    taken = SandboxIntent.objects.filter(status="succeeded")
    wrong += [f"{ref} was charged {n} times" for ref, n in Counter(i.invoice_ref for i in taken).items() if n > 1]
    lost = {i.invoice_ref for i in taken} ^ {str(pk) for pk in Payment.objects.values_list("invoice", flat=True)}
    wrong += [f"{ref}: taken or written down, not both" for ref in lost]
    numbers = {
        "invoices": Invoice.objects,
        "payments": Payment.objects,
        "receipts": Outbox.objects.filter(kind="receipt"),
    }
    return wrong + [f"{rows.count()} {what} for {count}" for what, rows in numbers.items() if rows.count() != count]


def run(soak: Soak, minutes: float) -> int:
    """The whole; 0 where every promise was kept."""
    soak.servers()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "retainer_hub.settings")
    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    until("PostgreSQL", answers, 30)
    call_command("migrate", verbosity=0)
    count = int(minutes * 60 / EVERY)
    people(soak.dice, timezone.now() + timedelta(seconds=10), count)
    soak.workers()
    end = time.monotonic() + minutes * 60
    while time.monotonic() < end:
        soak.trouble()
    try:
        took = f"{until('all paid', lambda: not unpaid(count), SECONDS):.0f} s"
        wrong = judge(count)
    except TimeoutError as late:
        took, wrong = str(late), [f"{unpaid(count)} of {count} are not paid", *judge(count)]
    faults = ", ".join(f"{name} {n}" for name, n in sorted(soak.done.items()))
    print(f"{minutes:g} minutes, {sum(soak.done.values())} faults: {faults}")
    print(f"{count} retainers, all paid after the faults stopped in {took}; {len(wrong)} promises broken")
    print("\n".join(wrong[:20]))
    return bool(wrong)


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/test soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", help="copy the logs into this folder at the end")
    asked = parser.parse_args()
    soak = Soak(Path(tempfile.mkdtemp(prefix="rh-soak.")), random.Random(asked.seed))
    soak.folder.chmod(0o777)
    try:
        return run(soak, asked.minutes)
    finally:
        if asked.keep:
            shutil.copytree(soak.folder, asked.keep, ignore=shutil.ignore_patterns("data", "var", ".s.*"))
        soak.close()


if __name__ == "__main__":
    sys.exit(main())

"""bin/test kill9: real SIGKILL at every line that moves money, then at random pairs of lines; nothing lost or doubled.

That is every line from the period that begins to the receipt in the outbox. Each case has a database of its own, a copy of one that was prepared. A forked process walks over the verbs
(kill9_worker.walk) and is killed at a line; another one recovers and judges what it finds. All of it is done with the
prepared sandbox and with the direct one.
"""

import argparse
import inspect
import logging
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from core import nudge
from core.continuity import outside
from core.continuity.outside import FileStore, Mark
from tests.migrated import migrated

ROOT = Path(__file__).resolve().parents[2]
PROTOCOL = (
    "billing/charging/collect",
    "billing/charging/prepare",
    "billing/charging/elsewhere/charged_before",
    "billing/charging/settle",
    "billing/charging/resolve",
    "billing/charging/gateway_events",
    "billing/charging/refund",
    "billing/charging/cancel_invoice",
    "billing/books/received_payments",
    "billing/gateways/cancelling",
    "billing/gateways/webhooks",
)
ALIKE = (  # whatever the gateway is, so that each of their lines is a case at the first one alone
    "agreements/running/periods",
    "billing/runs/billing_run",
    "billing/charging/issue",
    "billing/charging/issued_rows",
    "billing/invoices/credit_note",
    "billing/books/document_numbers",
    "billing/bank_transfer/transfers",
    "billing/bank_transfer/statement_lines",
    "billing/bank_transfer/take_back",
    "core/outbox/emails",
)
FILES = (*PROTOCOL, *ALIKE)
GATEWAYS = ("sandbox", "sandbox_direct")
FORK = multiprocessing.get_context("fork")
MEMORY = Path(
    "/dev/shm"
)  # a SIGKILL loses nothing that was written to it, and nothing waits for a disk
Line = tuple[str, int]
Shot = tuple[str, int, int]  # file, line, at the how many-th time
NOBODY: Shot = ("nowhere", 0, 1)  # no such line: the walk comes to its end


def lines() -> set[Line]:
    """Every executable line inside a function of the files that move money, or lead there."""
    found: set[Line] = set()
    for name in FILES:
        path = ROOT / f"{name}.py"
        rest: list[Any] = [compile(path.read_text(), str(path), "exec")]
        while rest:
            code = rest.pop()
            rest += [each for each in code.co_consts if isinstance(each, CodeType)]
            if code.co_flags & inspect.CO_OPTIMIZED:  # not a module's or a class's
                found |= {(name, line) for _, _, line in code.co_lines() if line}
    return found


@contextmanager
def watched(seen: Callable[[Line], None], files: Sequence[str] = FILES) -> Iterator[None]:
    """Tell `seen` each line of those files before it is executed."""
    names = {str(ROOT / f"{name}.py"): name for name in files}

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        name = names.get(frame.f_code.co_filename)
        if name and event in ("call", "line"):
            seen((name, frame.f_lineno))
        return trace if name else None

    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(None)


def start() -> None:
    """Django without a connection, and without words about the errors that are caused here on purpose."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "retainer_hub.settings")
    django.setup()
    settings.DEBUG = False
    logging.disable(logging.CRITICAL)


def forked(work: Callable[[], Any]) -> tuple[int, Any]:
    """Do it in a process of its own: (the signal that killed it or 0, what it returned). Its failure is ours."""
    reader, writer = FORK.Pipe(duplex=False)
    process, said = FORK.Process(target=lambda: writer.send(work())), None
    process.start()
    writer.close()
    with suppress(EOFError):
        said = reader.recv()
    process.join()
    if process.exitcode is None or process.exitcode > 0:
        raise RuntimeError("A process of the harness failed by itself.")
    return -process.exitcode, said


class Scratch:
    """Databases on the server of DATABASE_URL, or files; `close` takes them all away."""

    def __init__(self, folder: str = "") -> None:
        self.folder = Path(
            folder or tempfile.mkdtemp(prefix="rh-", dir=MEMORY if MEMORY.is_dir() else None)
        )
        self.is_file = connection.vendor == "sqlite"
        self.made: list[str] = []

    def name(self, short: str) -> str:
        return (
            str(self.folder / f"{short}.sqlite3") if self.is_file else f"{self.folder.name}-{short}"
        )

    def use(self, short: str) -> None:
        """From now on this process speaks to that one."""
        connection.close()
        connection.settings_dict["NAME"] = self.name(short)
        outside.stores = lambda: [self._marks(short)]

    def _marks(self, short: str) -> FileStore:
        """Each database is an installation of its own, with its own place outside it."""
        return FileStore(self.folder / f"{short}.marks")

    def make(self, short: str, source: str = "") -> None:
        """A copy of the database of that full name, or without one an empty one."""
        self.made.append(short)
        if self.is_file:
            shutil.copy(source or migrated(), self.name(short))
        else:
            self._server(
                f'CREATE DATABASE "{self.name(short)}"'
                + (f' TEMPLATE "{source}"' if source else "")
            )
        self.use(short)
        if not source:
            call_command("migrate", verbosity=0)
        self._settle_in(short)

    def _settle_in(self, short: str) -> None:
        """A copy of a database is told that it is the real one here."""
        from core.models import Standing

        if row := Standing.objects.first():
            self._marks(short).write(Mark(row.installation, row.value))

    def drop(self, short: str) -> None:
        connection.close()
        for kind in ("sqlite3*", "marks*", "mail"):
            for path in self.folder.glob(f"{short}.{kind}"):
                path.unlink()
        if not self.is_file:
            self._server(f'DROP DATABASE IF EXISTS "{self.name(short)}" WITH (FORCE)')

    def close(self) -> None:
        for short in self.made:
            self.drop(short)
        shutil.rmtree(self.folder)

    def _server(self, statement: str) -> None:
        with connection._nodb_cursor() as cursor:
            cursor.execute(statement)


class Range:
    """Where the shooting happens: the prepared database, and a bug of tests.faults.mutants if one is planted."""

    def __init__(self, gateway: str, empty: str = "", plant: str = "", folder: str = "") -> None:
        self.gateway, self.scratch, self.plant = gateway, Scratch(folder), plant
        self.worker.use(gateway)
        os.urandom = random.Random(0).randbytes  # every id is the same again in a replay
        self.scratch.make("template", empty)
        with nudge.muted():
            self.worker.prepare()
        connection.close()

    @property
    def worker(self) -> Any:
        """Imported once Django is set up."""
        from tests.faults import kill9_worker

        return kill9_worker

    def inside(self, database: str, work: Callable[[], Any], seed: int = 1) -> tuple[int, Any]:
        """Do it in a process that opens the database itself."""
        from tests.faults.mutants import planted

        def whole() -> Any:
            os.urandom = random.Random(seed).randbytes
            self.scratch.use(database)
            self.worker.deliver_to(self.scratch.folder / f"{database}.mail")
            with nudge.muted(), planted(self.plant) if self.plant else nullcontext():
                return work()

        return forked(whole)

    def control(self) -> tuple[Counter[Line], list[str]]:
        """How often a walk that nobody kills reaches each line, and what is wrong after it."""

        def count() -> Counter[Line]:
            seen: Counter[Line] = Counter()
            with watched(lambda line: seen.update([line])):
                self.worker.walk(self.worker.NOW)
            return seen

        self.scratch.make("control", self.scratch.name("template"))
        hits = self.inside("control", count)[1]
        return Counter(hits), self.recovered("control", self.worker.NOW)

    def recovered(self, database: str, now: Any, killed: int = 0) -> list[str]:
        """Go on until all is calm; what is wrong then."""
        judged: list[str] = self.inside(
            database, lambda: self.worker.judge(self.worker.recover(now), killed), 9
        )[1]
        return judged

    def fire(self, shots: Sequence[Shot]) -> tuple[Sequence[Shot], int, list[str]]:
        """Kill one walk after the other, each at its line; the shots, how many died, what is wrong after recovery."""
        name, now, killed = f"case{os.getpid()}", self.worker.NOW, 0
        self.scratch.make(name, self.scratch.name("template"))
        try:
            for n, shot in enumerate(shots, 1):
                killed += self.inside(name, partial(self._walk, shot, now), n)[0] == signal.SIGKILL
                now += self.worker.PASSING[1]
            wrong = self.recovered(name, now, killed)
        except RuntimeError as error:
            wrong = [str(error)]
        self.scratch.drop(name)
        return shots, killed, wrong

    def _walk(self, shot: Shot, now: Any) -> None:
        seen: Counter[Line] = Counter()

        def die(line: Line) -> None:
            seen[line] += 1
            if (*line, seen[line]) == shot:
                os.kill(os.getpid(), signal.SIGKILL)

        with nullcontext() if shot == NOBODY else watched(die, [shot[0]]):
            self.worker.walk(now)


def read(text: str) -> Shot:
    """billing/charging/collect.py:176:2, or billing/charging/collect.py:176 for the first time."""
    name, line, *nth = text.split(":")
    return Path(name).with_suffix("").as_posix(), int(line), int(nth[0]) if nth else 1


def cases(hits: Counter[Line], asked: argparse.Namespace) -> Iterator[list[Shot]]:
    """Each reached line, or a sample of them, at its first time; pairs at any lines and times."""
    dice, reached = random.Random(asked.seed), sorted(hits)
    some = dice.sample(reached, min(asked.sample, len(reached))) if asked.sample else reached
    for line in sorted(some):
        yield [(*line, 1)]
    for _ in range(asked.pairs):
        yield [(*line, dice.randint(1, hits[line])) for line in dice.choices(reached, k=2)]


def campaign(range_: Range, asked: argparse.Namespace) -> int:
    """Run them and print each row of the table when it is complete; how many broke the promise.

    A case in which nobody died where somebody should have is broken, too.
    """
    began = time.monotonic()
    hits, wrong = range_.control()
    if range_.gateway != GATEWAYS[0] and not asked.gateway:
        hits = Counter({line: times for line, times in hits.items() if line[0] in PROTOCOL})
    print(f"{range_.gateway:34}   lines reached   tried  killed  broken")
    table = {name: Counter[str]() for name in (*FILES, "pairs", "control")}
    for column, some in (("lines", lines()), ("reached", hits)):
        for name, _ in some:
            table[name][column] += 1
    table["control"].update(tried=1, broken=bool(wrong))
    print_row("control", table["control"])
    print("\n".join(wrong[:4]), end="", flush=True)
    current = ""
    with ProcessPoolExecutor(mp_context=FORK) as pool:
        for shots, killed, wrong in pool.map(range_.fire, cases(hits, asked)):
            row = "pairs" if len(shots) > 1 else shots[0][0]
            if row != current and current:
                print_row(current, table[current])
            current = row
            wrong += [] if killed else ["nobody died"]
            table[row].update(tried=1, killed=killed, broken=bool(wrong))
            if wrong:
                again = " ".join("--at {}.py:{}:{}".format(*shot) for shot in shots)
                again = f"--gateway {range_.gateway} {again}"
                print(f"{'; '.join(wrong[:4])}\n  again: bin/test kill9 {again}", flush=True)
    if current:
        print_row(current, table[current])
    whole = sum(table.values(), Counter[str]())
    print_row("all", whole)
    print(f"{range_.gateway}: {time.monotonic() - began:.0f} s", flush=True)
    return whole["broken"]


def print_row(name: str, row: Counter[str]) -> None:
    columns = (row[column] for column in ("lines", "reached", "tried", "killed", "broken"))
    print(f"{name:34}" + "".join(f"{number:8}" for number in columns), flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/test kill9", description=__doc__)
    parser.add_argument("--pairs", type=int, default=300, help="this many random pairs")
    parser.add_argument(
        "--sample", type=int, default=0, help="this many lines instead of all, chosen by --seed"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", help="its server is used; DATABASE_URL where it is not given")
    parser.add_argument(
        "--at",
        type=read,
        action="append",
        help="this line only: billing/charging/collect.py:176; twice for a pair",
    )
    parser.add_argument(
        "--empty", default="", help="a migrated database to copy instead of migrating a new one"
    )
    parser.add_argument(
        "--plant", default="", help="a bug of tests.faults.mutants, to see it caught"
    )
    parser.add_argument(
        "--folder", default="", help="its databases are here, or on a server are named after it"
    )
    parser.add_argument("--gateway", choices=GATEWAYS, help="one sandbox only; else one by one")
    asked = parser.parse_args()
    os.environ.update({"DATABASE_URL": asked.database} if asked.database else {})
    start()
    return max(shoot(name, asked) for name in ([asked.gateway] if asked.gateway else GATEWAYS))


def shoot(gateway: str, asked: argparse.Namespace) -> int:
    """What was asked for, at one gateway: 1 if something broke."""
    range_ = Range(gateway, asked.empty, asked.plant, asked.folder)
    try:
        if not asked.at:
            return bool(campaign(range_, asked))
        _, killed, wrong = range_.fire(asked.at)
        print("\n".join([f"{killed} killed, {len(wrong)} broken", *wrong]))
        return bool(wrong)
    finally:
        range_.scratch.close()


if __name__ == "__main__":
    sys.exit(main())

"""Kills workers with SIGKILL at random moments and lines of a job, then judges what is found.

Each case is a copy of a prepared database. Workers are started one after another, some of them two
at once, and killed after a random time or at a random line of the job's files; the last one is left
alone. A world is a module with NOW, PAPERS, STRAY (which leftovers are harmless), prepare(),
work(now) and judge(now).
"""

import argparse
import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.db import connection

from core import nudge
from tests.faults.kill9 import FORK, Scratch, forked, start

ROOT = Path(__file__).resolve().parents[2]
SHOTS = 4  # most workers that are killed in one case


class Range:
    """The place where workers are killed: its databases and folders."""

    def __init__(
        self, module: str, files: Iterable[str], seed: int, folder: str = "", empty: str = ""
    ) -> None:
        self.dice, self.scratch = random.Random(seed), Scratch(folder)
        self.scratch.make("template", empty)
        self.world: Any = import_module(module)
        self.files = frozenset(str((ROOT / name).resolve(strict=True)) for name in files)
        self.now = self.world.NOW + timedelta(hours=1)
        self._install("template")
        with nudge.muted():
            self.world.prepare()
        connection.close()
        self.lines, self.seconds = self._measure()

    def _install(self, name: str) -> None:
        settings.RH_VAR_DIR = self.scratch.folder / name
        settings.MEDIA_ROOT = self.scratch.folder / name / "media"

    def _open(self, name: str) -> None:
        """Prepare a case: a database, and an installation with rendered documents and no key."""
        self.scratch.make(name, self.scratch.name("template"))
        self._install(name)
        (self.scratch.folder / "template").mkdir(exist_ok=True)
        shutil.copytree(self.scratch.folder / "template", settings.RH_VAR_DIR)
        connection.close()

    def _close(self, name: str) -> None:
        self.scratch.drop(name)
        shutil.rmtree(self.scratch.folder / name)

    def _inside(self, name: str, work: Callable[[], Any]) -> Callable[[], Any]:
        def whole() -> Any:
            random.seed()
            self.scratch.use(name)
            with nudge.muted():
                return work()

        return whole

    def _measure(self) -> tuple[int, float]:
        """Return how many lines and seconds a worker needs when it is not killed."""
        self._open("count")
        found: tuple[int, float] = forked(self._inside("count", self._counted))[1]
        self._close("count")
        return found

    def _counted(self) -> tuple[int, float]:
        seen, began = Counter[str](), time.monotonic()
        sys.settrace(self._tracer(lambda: seen.update("x")))
        self.world.work(self.now)
        sys.settrace(None)
        return seen["x"], time.monotonic() - began

    def case(self, n: int) -> tuple[int, list[str], int]:
        """Kill, recover, judge: (how many died, what is wrong, how many harmless leftovers)."""
        name, now, killed = f"case{n}", self.now, 0
        self._open(name)
        for _ in range(self.dice.randint(1, SHOTS)):
            workers = self.dice.choice([1, 1, 2])
            died = self._shoot(
                [self._worker(name, now, alone=workers == 1) for _ in range(workers)]
            )
            killed, now = killed + died, now + timedelta(minutes=5)
            if died < workers:
                break  # a worker finished: nothing is left to interrupt
        forked(self._inside(name, lambda: self.world.work(now)))
        wrong, stray = forked(self._inside(name, lambda: self.world.judge(now)))[1]
        self._close(name)
        return killed, wrong, stray

    def _worker(self, name: str, now: datetime, *, alone: bool) -> Any:
        """Start a worker that kills itself at a random line, or is killed at a random time."""
        at_line = self.dice.randrange(self.lines) if alone and self.dice.random() < 0.6 else 0

        def die() -> None:
            nonlocal at_line
            at_line -= 1
            if at_line == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        def work() -> None:
            if at_line:
                sys.settrace(self._tracer(die))
            self.world.work(now)

        return FORK.Process(target=self._inside(name, work)), bool(at_line)

    def _shoot(self, workers: list[Any]) -> int:
        """Start the workers together; return how many died by SIGKILL.

        A worker that fails in another way is a failure of the harness.
        """
        for process, _ in workers:
            process.start()
        for process, shoots_itself in workers:
            if not shoots_itself:
                process.join(self.dice.uniform(0, self.seconds))
                process.kill()
        for process, _ in workers:
            process.join()
            if process.exitcode not in (0, -signal.SIGKILL):
                raise RuntimeError(f"A worker ended with {process.exitcode}.")
        return sum(process.exitcode == -signal.SIGKILL for process, _ in workers)

    def _tracer(self, seen: Callable[[], None]) -> Any:
        def trace(frame: FrameType, event: str, _: Any) -> Any:
            if frame.f_code.co_filename not in self.files:
                return None
            if event in ("call", "line"):
                seen()
            return trace

        return trace


def campaign(range_: Range, kills: int) -> bool:
    """Run cases until enough workers were killed; return whether any case failed."""
    cases = killed = broken = stray = 0
    began = time.monotonic()
    while killed < kills:
        died, wrong, left = range_.case(cases)
        cases, killed, stray, broken = cases + 1, killed + died, stray + left, broken + bool(wrong)
        if wrong:
            print(f"case {cases}: {'; '.join(wrong[:5])}", flush=True)
    papers = cases * range_.world.PAPERS
    print(
        f"{killed} kills in {cases} cases, {papers} papers: {broken} broken "
        f"({time.monotonic() - began:.0f} s)"
    )
    print(f"{stray} {range_.world.STRAY}")
    return bool(broken)


def command(name: str, says: str | None, module: str, files: Iterable[str]) -> int:
    """Run what `bin/test NAME` runs."""
    parser = argparse.ArgumentParser(prog=f"bin/test {name}", description=says)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument(
        "--empty", default="", help="a migrated database to copy instead of migrating a new one"
    )
    parser.add_argument(
        "--folder", default="", help="its databases are here, or on a server are named after it"
    )
    asked = parser.parse_args()
    print(f"seed {asked.seed}")
    start()
    range_ = Range(module, files, asked.seed, asked.folder, asked.empty)
    try:
        return campaign(range_, asked.kills)
    finally:
        range_.scratch.close()

"""bin/test sealing: real SIGKILL at random moments while what was signed is sealed; one sealed file each, told once.

Each case is a copy of a prepared database with papers that wait for their seal, in an installation that has no key
yet. Workers are started one after the other, some of them two at once, and killed after a random time or at a random
line of the files that seal; the last one is left alone. Then what is found is judged.
"""

import argparse
import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.db import connection

from core import doorbell
from tests.faults.kill9 import FORK, Scratch, forked, start

ROOT = Path(__file__).resolve().parents[2]
FILES = frozenset(
    str(ROOT / name)
    for name in (
        "agreements/seal.py", "agreements/signers.py", "core/documents/seal.py", "core/documents/store.py",
        "core/documents/certificate.py", "core/audit.py", "core/outbox.py",
    )
)  # fmt: skip
SHOTS = 4  # workers that are killed in one case, at most


class Range:
    """Where the shooting happens."""

    def __init__(self, seed: int, folder: str = "", empty: str = "") -> None:
        self.dice, self.scratch = random.Random(seed), Scratch(folder)
        self.scratch.make("template", empty)
        from tests.faults import sealing_world

        self.world = sealing_world
        self.now = sealing_world.NOW + timedelta(hours=1)
        self._install("template")
        with doorbell.muted():
            sealing_world.prepare()
        connection.close()
        self.lines, self.seconds = self._measure()

    def _install(self, name: str) -> None:
        settings.RH_VAR_DIR = self.scratch.folder / name
        settings.MEDIA_ROOT = self.scratch.folder / name / "media"

    def _open(self, name: str) -> None:
        """A case of its own: the database, and an installation with the papers that were read and no key."""
        self.scratch.make(name, self.scratch.name("template"))
        self._install(name)
        shutil.copytree(self.scratch.folder / "template", settings.RH_VAR_DIR)
        connection.close()

    def _close(self, name: str) -> None:
        self.scratch.drop(name)
        shutil.rmtree(self.scratch.folder / name)

    def _inside(self, name: str, work: Callable[[], Any]) -> Callable[[], Any]:
        def whole() -> Any:
            random.seed()
            self.scratch.use(name)
            with doorbell.muted():
                return work()

        return whole

    def _measure(self) -> tuple[int, float]:
        """How many lines and seconds a worker needs that nobody kills."""
        found = []
        for work in (self._counted, self._timed):
            self._open("count")
            found.append(forked(self._inside("count", work))[1])
            self._close("count")
        return found[0], found[1]

    def _counted(self) -> int:
        seen = Counter[str]()
        sys.settrace(_tracer(lambda: seen.update("x")))
        self.world.work(self.now)
        sys.settrace(None)
        return seen["x"]

    def _timed(self) -> float:
        began = time.monotonic()
        self.world.work(self.now)
        return time.monotonic() - began

    def case(self, n: int) -> tuple[int, list[str], int]:
        """Shoot, recover, judge: (how many died, what is wrong, how many files nobody knows of)."""
        name, now, killed = f"case{n}", self.now, 0
        self._open(name)
        for _ in range(self.dice.randint(1, SHOTS)):
            workers = self.dice.choice([1, 1, 2])
            died = self._shoot([self._worker(name, now, alone=workers == 1) for _ in range(workers)])
            killed, now = killed + died, now + timedelta(minutes=5)
            if died < workers:
                break  # one came to its end: nothing is left to be interrupted
        forked(self._inside(name, lambda: self.world.work(now)))
        wrong, stray = forked(self._inside(name, lambda: self.world.judge(now)))[1]
        self._close(name)
        return killed, wrong, stray

    def _worker(self, name: str, now: datetime, *, alone: bool) -> Any:
        """One that dies by itself at a random line, or waits to be shot from outside at a random time."""
        at_line = self.dice.randrange(self.lines) if alone and self.dice.random() < 0.6 else 0

        def die() -> None:
            nonlocal at_line
            at_line -= 1
            if at_line == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        def work() -> None:
            if at_line:
                sys.settrace(_tracer(die))
            self.world.work(now)

        return FORK.Process(target=self._inside(name, work)), bool(at_line)

    def _shoot(self, workers: list[Any]) -> int:
        """Start them together; how many died by SIGKILL. One that fails by itself is a failure of the harness."""
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


def _tracer(seen: Callable[[], None]) -> Any:
    def trace(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_filename not in FILES:
            return None
        if event in ("call", "line"):
            seen()
        return trace

    return trace


def campaign(range_: Range, kills: int) -> bool:
    """Cases until so many were killed; whether any broke the promise."""
    cases = killed = broken = stray = 0
    began = time.monotonic()
    while killed < kills:
        died, wrong, left = range_.case(cases)
        cases, killed, stray, broken = cases + 1, killed + died, stray + left, broken + bool(wrong)
        if wrong:
            print(f"case {cases}: {'; '.join(wrong[:5])}", flush=True)
    papers = cases * range_.world.PAPERS
    print(
        f"{killed} kills in {cases} cases, {papers} papers sealed: {broken} broken ({time.monotonic() - began:.0f} s)"
    )
    print(f"{stray} files of killed workers lie in the store without a row; nothing leads to them")
    return bool(broken)


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/test sealing", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--empty", default="", help="a migrated database to copy instead of migrating a new one")
    parser.add_argument("--folder", default="", help="its databases are here, or on a server are named after it")
    asked = parser.parse_args()
    print(f"seed {asked.seed}")
    start()
    range_ = Range(asked.seed, asked.folder, asked.empty)
    try:
        return campaign(range_, asked.kills)
    finally:
        range_.scratch.close()


if __name__ == "__main__":
    sys.exit(main())

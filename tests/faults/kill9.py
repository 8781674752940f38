"""bin/test kill9: real SIGKILL at every line that moves money, then at random pairs of lines; nothing lost or doubled.

Each case has a database of its own, copied from one prepared one. A forked process walks over the verbs
(kill9_worker.walk) and is killed at a line; a second one recovers and judges what it finds.
"""

import argparse
import json
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FILES = ("collect", "settle", "receive", "resolve", "webhook", "refund", "closing", "void")
FUNCTION = 0x1  # CO_OPTIMIZED: a function's own code, not a module's or a class's
Line = tuple[str, int]
Shot = tuple[str, int, int]  # file, line, at the how many-th time


def lines() -> list[Line]:
    """Every executable line inside a function of the files that move money."""
    found: set[Line] = set()
    for name in FILES:
        path = ROOT / "billing" / f"{name}.py"
        rest: list[Any] = [compile(path.read_text(), str(path), "exec")]
        while rest:
            code = rest.pop()
            rest += [each for each in code.co_consts if isinstance(each, CodeType)]
            if code.co_flags & FUNCTION:
                found |= {(name, line) for _, _, line in code.co_lines() if line}
    return sorted(found)


@contextmanager
def watched(seen: Callable[[Line], None], files: Sequence[str] = FILES) -> Iterator[None]:
    """Tell `seen` each line of those files before it is executed."""
    names = {str(ROOT / "billing" / f"{name}.py"): name for name in files}

    def local(frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            seen((names[frame.f_code.co_filename], frame.f_lineno))
        return local

    def called(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_filename not in names:
            return None
        seen((names[frame.f_code.co_filename], frame.f_lineno))
        return local

    sys.settrace(called)
    try:
        yield
    finally:
        sys.settrace(None)


# --- databases of our own -----------------------------------------------------------------------------------


class Scratch:
    """Databases beside the one of DATABASE_URL, or in a folder for SQLite; all are gone when it closes."""

    def __init__(self) -> None:
        from django.db import connection

        self.connection = connection
        self.folder = Path(tempfile.mkdtemp(prefix="rh-kill9."))
        self.is_file = connection.vendor == "sqlite"
        self.made: list[str] = []

    def name(self, short: str) -> str:
        return str(self.folder / f"{short}.sqlite3") if self.is_file else f"rh_{self.folder.name[9:].lower()}_{short}"

    def use(self, short: str) -> None:
        """From now on this process speaks to that one."""
        from django.db import connections

        connections.close_all()
        self.connection.settings_dict["NAME"] = self.name(short)

    def make(self, short: str, source: str = "") -> None:
        """A copy of the database of that full name, or an empty one that is migrated."""
        from django.core.management import call_command

        self.made.append(short)
        if self.is_file and source:
            shutil.copy(source, self.name(short))
        elif not self.is_file:
            self._server(f'CREATE DATABASE "{self.name(short)}"' + (f' TEMPLATE "{source}"' if source else ""))
        if not source:
            self.use(short)
            call_command("migrate", verbosity=0)
            self.connection.close()

    def drop(self, short: str) -> None:
        self.connection.close()
        if self.is_file:
            for path in self.folder.glob(f"{short}.sqlite3*"):
                path.unlink()
        else:
            self._server(f'DROP DATABASE IF EXISTS "{self.name(short)}" WITH (FORCE)')

    def close(self) -> None:
        for short in self.made:
            self.drop(short)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _server(self, statement: str) -> None:
        with self.connection._nodb_cursor() as cursor:
            cursor.execute(statement)


# --- processes ----------------------------------------------------------------------------------------------


def forked(work: Callable[[], Any]) -> tuple[int, Any]:
    """Run it in a process of its own: (the signal that killed it or 0, what it returned). Its failure is ours."""
    reader, writer = os.pipe()
    pid = os.fork()
    if not pid:
        status = 1
        try:
            os.close(reader)
            with os.fdopen(writer, "w") as pipe:
                json.dump(work(), pipe)
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        said = pipe.read()
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code > 0:
        raise RuntimeError("A process of the harness failed by itself.")
    return -code, json.loads(said) if said else None


class Range:
    """Where the shooting happens: the prepared database, and the bug that is planted, if one is."""

    def __init__(self, empty: str = "", plant: str = "") -> None:
        from core import doorbell
        from tests.faults import kill9_worker as worker
        from tests.faults.mutants import planted

        self.worker, self.scratch = worker, Scratch()
        self.planted = lambda: planted(plant) if plant else nullcontext()
        self.scratch.make("template", empty)
        self.scratch.use("template")
        with doorbell.muted():
            worker.prepare()
        self.scratch.connection.close()

    def inside(self, database: str, work: Callable[[], Any]) -> tuple[int, Any]:
        """Do it in a process that opens the database itself."""
        from core import doorbell

        def whole() -> Any:
            self.scratch.use(database)
            with doorbell.muted(), self.planted():
                done = work()
            self.scratch.connection.close()
            return done

        return forked(whole)

    def hits(self) -> Counter[Line]:
        """How often a walk that nobody kills reaches each line."""

        def count() -> list[Any]:
            seen: Counter[Line] = Counter()
            with watched(lambda line: seen.update([line])):
                self.worker.walk(self.worker.NOW)
            return list(seen.items())

        self.scratch.make("count", self.scratch.name("template"))
        found = Counter({(name, line): n for (name, line), n in self.inside("count", count)[1]})
        self.scratch.drop("count")
        return found

    def fire(self, shots: Sequence[Shot]) -> tuple[int, list[str]]:
        """Kill one walk after the other, each at its line; (how many died, the contradictions after recovery)."""
        name = f"case_{os.getpid()}_{time.monotonic_ns()}"
        self.scratch.make(name, self.scratch.name("template"))
        now, killed = self.worker.NOW, 0
        try:
            for shot in shots:
                killed += self.inside(name, lambda shot=shot, now=now: self._walk(shot, now))[0] == signal.SIGKILL
                now += self.worker.PASSING[1]
            return killed, self.inside(name, lambda: self.worker.judge(self.worker.recover(now)))[1]
        finally:
            self.scratch.drop(name)

    def _walk(self, shot: Shot, now: Any) -> None:
        target, left = shot[:2], [None] * shot[2]

        def die(line: Line) -> None:
            if line == target:
                left.pop()
                if not left:
                    os.kill(os.getpid(), signal.SIGKILL)

        with watched(die, [shot[0]]):
            self.worker.walk(now)


# --- the command --------------------------------------------------------------------------------------------


def written(shot: Shot) -> str:
    return f"--at {shot[0]}.py:{shot[1]}:{shot[2]}"


def read(text: str) -> Shot:
    """collect.py:176:1, or collect.py:176 for the first time."""
    name, line, *nth = text.split(":")
    return name.removesuffix(".py").rpartition("/")[2], int(line), int(nth[0]) if nth else 1


_range: Range


def one(shots: Sequence[Shot]) -> tuple[Sequence[Shot], int, list[str]]:
    try:
        return shots, *_range.fire(shots)
    except RuntimeError as error:
        return shots, 0, [str(error)]


def cases(hits: Counter[Line], pairs: int, sample: int, seed: int) -> Iterator[list[Shot]]:
    """Each reached line at its first time, or a sample of them, then pairs at random lines and times."""
    dice, reached = random.Random(seed), sorted(hits)
    chosen = sorted(dice.sample(reached, min(sample, len(reached)))) if sample else reached
    yield from ([(*line, 1)] for line in chosen)
    for _ in range(pairs):
        yield [(*line, dice.randint(1, hits[line])) for line in (dice.choice(reached), dice.choice(reached))]


def campaign(asked: argparse.Namespace, hits: Counter[Line]) -> int:
    """Run them all and print the table; how many broke a promise, or were not killed where they should have been."""
    began, done, dead, bad = time.monotonic(), Counter[str](), Counter[str](), Counter[str]()
    todo = [[]] + list(cases(hits, asked.pairs, asked.sample, asked.seed))
    with multiprocessing.get_context("fork").Pool(asked.jobs) as pool:
        for shots, killed, wrong in pool.imap_unordered(one, todo):
            row = shots[0][0] + ".py" if len(shots) == 1 else "pairs" if shots else "nobody killed"
            done[row] += 1
            dead[row] += killed == len(shots) if len(shots) != 2 else killed > 0
            if wrong or (len(shots) == 1 and not killed):
                bad[row] += 1
                again = " ".join(map(written, shots))
                print(f"{'; '.join(wrong[:4]) or 'nobody died'}\n  again: bin/test kill9 {again}", flush=True)
    print(f"{'':16}{'lines':>7}{'reached':>9}{'tried':>7}{'killed':>8}{'broken':>8}")
    every, met = Counter(name for name, _ in lines()), Counter(name for name, _ in hits)
    for row in [f"{name}.py" for name in FILES] + ["pairs", "nobody killed"]:
        name = row.removesuffix(".py")
        print(f"{row:16}{every[name] or '':>7}{met[name] or '':>9}{done[row]:>7}{dead[row]:>8}{bad[row]:>8}")
    seconds = time.monotonic() - began
    print(
        f"{'all':16}{every.total():>7}{met.total():>9}{done.total():>7}{dead.total():>8}{bad.total():>8}   {seconds:.0f} s"
    )
    return bad.total()


def main() -> int:
    global _range
    parser = argparse.ArgumentParser(prog="bin/test kill9", description=__doc__)
    parser.add_argument("--pairs", type=int, default=60, help="how many random pairs")
    parser.add_argument("--sample", type=int, default=0, help="this many lines only, chosen by --seed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", help="instead of DATABASE_URL: databases are made beside this one")
    parser.add_argument("--at", type=read, action="append", help="replay: collect.py:176, or collect.py:176:2")
    parser.add_argument("--empty", default="", help="a migrated, empty database to copy instead of migrating one")
    parser.add_argument("--plant", default="", help="a bug of tests.faults.mutants, to see it caught")
    parser.add_argument("--unreached", action="store_true", help="list the lines that no walk reaches")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    start(asked.database)
    _range = Range(asked.empty, asked.plant)
    try:
        if asked.at:
            killed, wrong = _range.fire(asked.at)
            print("\n".join(wrong) or f"{killed} killed, and all is well")
            return bool(wrong)
        hits = _range.hits()
        if asked.unreached:
            print("\n".join(f"billing/{name}.py:{line}" for name, line in lines() if (name, line) not in hits))
        return bool(campaign(asked, hits))
    finally:
        _range.scratch.close()


def start(database: str | None = None) -> None:
    """Django, with no connection opened, and no words about the errors that we cause."""
    if database:
        os.environ["DATABASE_URL"] = database
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "retainer_hub.settings")
    import logging

    import django

    django.setup()
    logging.disable(logging.CRITICAL)


if __name__ == "__main__":
    sys.exit(main())

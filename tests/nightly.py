"""bin/test nightly: every proof at its full size, one after another, with seeds never used before.

The order and all seeds follow from one number, which is printed first. A proof that fails stops no
other one. When all have run once, those that choose anew are run again with other seeds, until the
time is over. What each printed is kept in a folder, and the end says how to repeat what failed.
"""

import argparse
import os
import random
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
AGAIN = re.compile(r"again: (bin/test .*\S)")
GRACE = 60  # seconds to stop servers and to drop databases
Words = Callable[[int], Sequence[str]]  # what follows the proof's name, by a seed

#: Those that choose by a seed, as much of each as is repeated until the time is over.
SEEDED: Mapping[str, Words] = {
    "faults": lambda seed: ("--start", str(seed), "--seeds", "300"),
    "letters": lambda seed: ("--start", str(seed), "--seeds", "300"),
    "money": lambda seed: ("--lives", "20", "--seed", str(seed)),
    "sealing": lambda seed: ("--seed", str(seed)),
    "reports": lambda seed: ("--seed", str(seed)),
    "kill9": lambda seed: ("--seed", str(seed)),
    "soak": lambda seed: ("--minutes", "10", "--seed", str(seed)),
}
#: Those that have the same in every night, apart from what chance chooses inside their tests.
WHOLE = (
    "broker",
    "browser",
    "faults --mutants",
    "figures",
    "hours",
    "input",
    "lists",
    "mutants",
    "postgres",
    "upgrade",
    "year",
)


class Verdict(StrEnum):
    """What became of a proof. Only FAILED makes the night fail."""

    PASSED = "passed"
    FAILED = "FAILED"
    STOPPED = "stopped"  # the time was over, and nothing had failed by then
    NOT_RUN = "NOT RUN"  # the time was over


@dataclass(frozen=True)
class Step:
    """A proof and the command that runs it."""

    name: str
    command: Sequence[str]

    @property
    def words(self) -> str:
        return shlex.join(self.command)


@dataclass
class Night:
    """What is run until `end` (of time.monotonic), and what was found so far.

    Outputs are kept in `folder`.
    """

    folder: Path
    end: float
    found: list[tuple[Step, Verdict, float]] = field(default_factory=list)
    again: list[str] = field(default_factory=list)

    def run(self, step: Step) -> None:
        """Run a proof, however it ends, and note its verdict."""
        began, verdict = time.monotonic(), Verdict.NOT_RUN
        if began < self.end:
            log = self.folder / f"{len(self.found):02}-{step.name.replace(' ', '')}.log"
            print(f"{time.strftime('%H:%M')}  {step.words}", flush=True)
            verdict = self._verdict(step, log)
            repeats = AGAIN.findall(log.read_text(errors="replace"))
            if repeats and verdict == Verdict.STOPPED:
                verdict = Verdict.FAILED
            if verdict == Verdict.FAILED:
                self.again += dict.fromkeys(repeats or [step.words])
                print(f"       FAILED: {log}", flush=True)
        self.found.append((step, verdict, time.monotonic() - began))

    def _verdict(self, step: Step, log: Path) -> Verdict:
        with log.open("wb") as output:
            process = subprocess.Popen(
                step.command,
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # so that it can be stopped with all that it started
            )
            try:
                code = process.wait(self.end - time.monotonic())
            except subprocess.TimeoutExpired:
                return Verdict.STOPPED
            finally:
                _stop(process)
        return Verdict.FAILED if code else Verdict.PASSED

    def summary(self) -> str:
        lines = [
            f"{verdict:8} {seconds:6.0f} s   {step.words}" for step, verdict, seconds in self.found
        ]
        counts = [sum(each[1] == verdict for each in self.found) for verdict in Verdict]
        named = ", ".join(f"{n} {verdict}" for n, verdict in zip(counts, Verdict, strict=True) if n)
        again = ["To repeat what failed:", *(f"  {words}" for words in self.again)]
        return "\n".join([*lines, named, *(again if self.again else [])])

    @property
    def is_good(self) -> bool:
        """Whether something passed and nothing failed."""
        verdicts = {verdict for _step, verdict, _seconds in self.found}
        return Verdict.PASSED in verdicts and Verdict.FAILED not in verdicts


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a proof with everything that it started, if it has not ended."""
    if process.poll() is not None:
        return
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(GRACE)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def rounds(seed: int) -> Iterator[list[Step]]:
    """Each proof once in an order of chance; then again and again what chooses by a seed."""
    dice = random.Random(seed)
    names = [*SEEDED, *WHOLE]
    while True:
        dice.shuffle(names)
        yield [
            Step(name, ("bin/test", name, *SEEDED[name](dice.randrange(10**6, 10**9))))
            if name in SEEDED
            else Step(name, ("bin/test", *name.split()))
            for name in names
        ]
        names = [*SEEDED]


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/test nightly", description=__doc__)
    parser.add_argument("--minutes", type=float, default=480)
    parser.add_argument(
        "--seed", type=int, default=int.from_bytes(os.urandom(4)), help="of an earlier night"
    )
    parser.add_argument("--keep", type=Path, help="the folder of the outputs")
    asked = parser.parse_args()
    folder = asked.keep or ROOT / "var" / "nightly" / f"{time.strftime('%Y-%m-%d')}-{asked.seed}"
    folder.mkdir(parents=True, exist_ok=True)
    print(f"seed {asked.seed}, {asked.minutes:g} minutes, outputs in {folder}", flush=True)
    night = Night(folder, time.monotonic() + asked.minutes * 60)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        for number, steps in enumerate(rounds(asked.seed)):
            if number and time.monotonic() >= night.end:
                break
            for step in steps:
                night.run(step)
    finally:
        print(f"\n=== Summary ===\n{night.summary()}", flush=True)
    return not night.is_good


if __name__ == "__main__":
    sys.exit(main())

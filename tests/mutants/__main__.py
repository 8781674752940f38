"""bin/test mutants: plant each small bug in a copy of the project, and see a test fail for it."""

import argparse
import os
import random
import sys
import time
from collections import Counter

from tests.mutants import Mutant
from tests.mutants.planting import Verdict, copied
from tests.mutants.table import MUTANTS


def chosen(asked: argparse.Namespace) -> list[Mutant]:
    """All, those whose words contain what was asked for, or a sample by the seed."""
    some = [mutant for mutant in MUTANTS if asked.words.lower() in mutant.words.lower()]
    return random.Random(asked.seed).sample(some, min(asked.sample or len(some), len(some)))


def hunt(mutants: list[Mutant]) -> int:
    """Try them one by one and print each verdict; the number of those that were not caught.

    What failed with a bug is asked once more without it: only then did it see the bug.
    """
    verdicts, failed = Counter[Verdict](), []
    with copied() as copy:
        for mutant in mutants:
            result = copy.try_out(mutant)
            verdicts[result.verdict] += 1
            print(f"{result.verdict:8} {mutant.words}\n         {result.said}", flush=True)
            if result.verdict == Verdict.CAUGHT:
                failed.append(result.said)
            else:
                print(f'         again: bin/test mutants "{mutant.words}"', flush=True)
        without = copy.run(dict.fromkeys(failed)) if failed else None
    print(", ".join(f"{count} {verdict}" for verdict, count in verdicts.items()))
    if without and without.returncode:
        print(f"{without.stdout}{without.stderr}FAILED: a test fails without any bug, too.")
        return 1
    return verdicts.total() - verdicts[Verdict.CAUGHT]


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/test mutants", description=__doc__)
    parser.add_argument("words", nargs="?", default="", help="only the bugs whose words hold this")
    parser.add_argument("--sample", type=int, default=0, help="this many, chosen by --seed")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    asked = parser.parse_args()
    mutants = chosen(asked)
    if not mutants:
        parser.error("no bug has these words")
    began = time.monotonic()
    missed = hunt(mutants)
    used = os.times()
    seconds = used.children_user + used.children_system
    print(f"{time.monotonic() - began:.0f} s, {seconds:.0f} s of processor time")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())

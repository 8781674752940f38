"""bin/test letters: many lives of emails against a mail server that misbehaves, or the planted bugs."""

import argparse
import sys
from collections.abc import Callable
from typing import Any

from tests.faults.worker import prepare


def hunt(mutant: Callable[[], Any], seeds: range) -> str:
    """What gave a planted bug away, and the seed; "" if no seed did."""
    from tests.faults.letters_world import simulate

    with mutant():
        for seed in seeds:
            try:
                wrong = simulate(seed)[1]
            except Exception as error:  # noqa: BLE001 - a planted bug may also raise an error
                wrong = [f"{type(error).__name__}: {error}"]
            if wrong:
                return f"seed {seed}: {wrong[0]}"
    return ""


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/test letters", description=__doc__)
    parser.add_argument("--seeds", type=int, default=300)
    parser.add_argument("--start", type=int, default=0, help="the first seed")
    parser.add_argument("--seed", type=int, help="this one only")
    parser.add_argument("--mutants", action="store_true", help="plant each bug and see it caught")
    asked = parser.parse_args()
    prepare()
    from tests.faults.letters_world import MUTANTS, simulate

    first, last = (asked.seed, asked.seed + 1) if asked.seed is not None else (asked.start, 0)
    seeds = range(first, last or asked.start + asked.seeds)
    if asked.mutants:
        found = {mutant.__name__: hunt(mutant, seeds) for mutant in MUTANTS}
        for name, how in found.items():
            print(f"{name:44} {how or f'NOT CAUGHT in {len(seeds)} seeds'}")
        return not all(found.values())
    bad = kills = sent = again = 0
    for seed in seeds:
        life, wrong = simulate(seed)
        kills, sent = kills + life.kills, sent + len(life.accepted)
        again += sum(len(times) > 1 for times in life.accepted.values())
        if wrong:
            bad += 1
            print(f"seed {seed}: {'; '.join(wrong[:5])}\n  again: bin/test letters --seed {seed}")
    print(
        f"{len(seeds)} seeds, {kills} kills, {sent} emails, {again} of them sent again: {bad} broken"
    )
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())

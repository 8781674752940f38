"""bin/test faults: many seeds of the simulation, one seed again, or the planted bugs."""

import argparse
import multiprocessing
import os
import random
import sys
import time
from collections.abc import Iterable
from concurrent.futures import Executor, ProcessPoolExecutor
from itertools import product

from tests.faults.worker import one, prepare, start


def run(pool: Executor, seeds: Iterable[int]) -> int:
    """Every seed must hold; the number that did not."""
    bad = done = kills = 0
    began = time.monotonic()
    lives = pool.map(one, ((seed, "") for seed in seeds), chunksize=4)
    for seed, _, killed, wrong in lives:
        done, kills = done + 1, kills + killed
        if wrong:
            bad += 1
            print(f"seed {seed}: {'; '.join(wrong[:5])}\n  again: bin/test faults --seed {seed}")
        if done % 1000 == 0:
            print(
                f"{done} seeds, {kills} kills, {bad} broken, {time.monotonic() - began:.0f} s",
                flush=True,
            )
    print(f"{done} seeds, {kills} kills: {bad} broken ({time.monotonic() - began:.0f} s)")
    return bad


def hunt(pool: Executor, seeds: int, sample: int) -> int:
    """Each planted bug, or some of them, must be caught; the number that were not."""
    from tests.faults.mutants import CAUGHT_BY, DIRECT, GOING_BACK, MUTANTS, PREPARED
    from tests.faults.simulation import Life

    others = {"prepared": DIRECT, "direct": PREPARED}
    planted = [
        (mutant, first, kind)
        for mutant, (first, kind) in product(MUTANTS, enumerate(others))
        if mutant not in others[kind]
    ]
    if wrong := pool.submit(one, (0, "")).result()[
        3
    ]:  # a broken simulation would "catch" every bug
        print(f"seed 0 breaks without any bug: {wrong[0]}")
        return 1
    missed = 0
    for mutant, first, kind in random.sample(planted, min(sample or len(planted), len(planted))):
        known = CAUGHT_BY.get(mutant.__name__, {}).get(kind, first)
        lives: Iterable[int] = range(first, seeds, 2)
        if mutant in GOING_BACK:
            lives = (seed for seed in range(first, 6 * seeds, 2) if Life(seed).storage.goes_back)
        tried = dict.fromkeys((known, *lives))
        rows = (pool.submit(one, (seed, mutant.__name__)).result() for seed in tried)
        caught = next(((seed, wrong) for seed, _, _, wrong in rows if wrong), None)
        missed += caught is None
        words = (
            f"seed {caught[0]:>3}: {caught[1][0]}"
            if caught
            else f"NOT CAUGHT in {len(tried)} lives"
        )
        print(f"{mutant.__name__:44} {kind:8} {words}", flush=True)
    return missed


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/test faults", description=__doc__)
    parser.add_argument("--seeds", type=int, default=300)
    parser.add_argument("--start", type=int, default=0, help="the first seed")
    parser.add_argument("--seed", type=int, help="this one only")
    parser.add_argument("--mutants", action="store_true", help="plant each bug and see it caught")
    parser.add_argument("--sample", type=int, default=0, help="plant this many, others each time")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    if asked.seed is not None:
        prepare()
        found = one((asked.seed, ""))[3]
        print("\n".join(found) or f"seed {asked.seed} holds")
        return bool(found)
    context = multiprocessing.get_context("spawn")
    # Unlike a Pool, it ends if a worker cannot start.
    with ProcessPoolExecutor(asked.jobs, context, initializer=prepare) as pool:
        if asked.mutants:
            start()
            return bool(hunt(pool, asked.seeds, asked.sample))
        return bool(run(pool, range(asked.start, asked.start + asked.seeds)))


if __name__ == "__main__":
    sys.exit(main())

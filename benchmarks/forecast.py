"""bin/bench forecast: how often the 80 % band of a month holds, in worlds that it has not seen.

A world is two years of a business (tests/forecast_worlds.py). The forecast reads the first one and
never learns the chances behind it; each month of the second is compared with its band. The worlds
after 10,000 were not looked at while rule 63 was written.
"""

import argparse
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from time import perf_counter

from benchmarks.parts.figures import Figure, tell
from billing.rules import futures
from billing.rules.experience import Experience
from tests import forecast_worlds

HELD_OUT = 10_000  # the first seed
AGREEMENTS = 1_200


def calibration(worlds: int, first: int, jobs: int) -> Iterator[Figure]:
    """How many months of how many worlds lie within their bands."""
    parts = [range(first + n, first + worlds, jobs) for n in range(jobs)]
    with ProcessPoolExecutor(jobs) as pool:
        found = list(pool.map(forecast_worlds.coverage, parts))
    months = sum(count for _share, count in found)
    held = sum(share * count for share, count in found) / months
    detail = f"{held * months} of {months} months in {worlds} worlds"
    yield Figure(
        "", "months within their 80 % band", float(held), "of 1", "0.78–0.82", "0.80", detail
    )


def cost() -> Iterator[Figure]:
    """What 500 futures of many agreements cost, by what those of few do."""
    one = forecast_worlds.world(HELD_OUT)
    few = one.streams[:12]
    seconds = [_seconds(few * times, one) for times in (1, AGREEMENTS // 12)]
    yield Figure("", f"500 futures of {AGREEMENTS:,} agreements", seconds[1], "s", "", "")
    each = Fraction(len(few) * (AGREEMENTS // 12), len(few))
    growth = seconds[1] / seconds[0] / float(each)
    yield Figure("", "one of 1,200 agreements, by one of 12", growth, "times", "", "")


def _seconds(streams: list[futures.Stream], one: forecast_worlds.World) -> float:
    began = perf_counter()
    futures.futures(streams, Experience(), one.today, seed="cost")
    return perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench forecast", description=__doc__)
    parser.add_argument("--worlds", type=int, default=400)
    parser.add_argument("--seed", type=int, default=HELD_OUT, help="of the first world")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()

    def figures() -> Iterator[Figure]:
        yield from calibration(asked.worlds, asked.seed, asked.jobs)
        yield from cost()

    tell(figures(), as_json=asked.json)


if __name__ == "__main__":
    main()

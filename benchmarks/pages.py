"""bin/bench pages: pages of a business with 30, 200 and 1,200 running agreements.

Each page is divided by a bare page for a signed-in user, opened in turn with it in one process:
processor time of that process, the least of several rounds.
"""

import argparse
from collections.abc import Iterator

from benchmarks.parts.engines import Postgres, Sqlite, engines
from benchmarks.parts.figures import Figure, tell
from benchmarks.parts.process import ask

SIZES = (30, 200, 1_200)
#: The most that a page may cost, as a multiple of the bare page, whatever the size.
MOST = {"overview": "≤ 6"}
QUERIES = 20  # that a page may ask


def opening(engine: Sqlite | Postgres, asked: argparse.Namespace) -> Iterator[Figure]:
    """Every page at every size."""
    for size in asked.sizes:
        url = engine.create("busy")
        ask("busy_business", url, running=size)
        found = ask("opened", url, rounds=asked.runs, only=asked.page)
        for name, page in found.items():
            detail = (
                f"{page['queries']} queries{' (too many)' if page['queries'] > QUERIES else ''}, "
                f"{page['page'] * 1000:,.1f} ms, {page['size'] / 1000:,.0f} kB"
            )
            what = f"{name} at {size:,}, by the bare page"
            ratio = page["page"] / page["bare"]
            yield Figure(engine.name, what, ratio, "times", "", MOST.get(name, ""), detail)
        engine.drop("busy")


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench pages", description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--engine", choices=["sqlite", "postgresql"])
    parser.add_argument(
        "--page", action="append", default=[], help="only this one; can be given more than once"
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    asked = parser.parse_args()
    wanted = (engine for engine in engines() if asked.engine in (None, engine.name.lower()))
    tell((figure for engine in wanted for figure in opening(engine, asked)), as_json=asked.json)


if __name__ == "__main__":
    main()

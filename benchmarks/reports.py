"""bin/bench reports: drafting and freezing 1,000 and 4,000 reports, compared with bare inserts.

Every ratio is of two things measured in one run; medians are shown; every measurement is a process
of its own. Their papers are in `bin/bench pdf`.
"""

import argparse
from collections.abc import Iterator
from statistics import median
from typing import Any

from benchmarks.parts.engines import Postgres, Sqlite, engines
from benchmarks.parts.figures import Figure, spread, tell
from benchmarks.parts.process import ask

Engine = Sqlite | Postgres
SOME, MORE = 1_000, 4_000


def reporting(engine: Engine, runs: int) -> Iterator[Figure]:
    """Both steps, at 1,000 and at 4,000."""
    found = {count: _runs(engine, count, runs) for count in (SOME, MORE)}
    few = found[SOME]
    for step in ("draft", "freeze"):
        ratios = [run[step] / run[f"{step}_floor"] for run in few]
        yield Figure(
            engine.name,
            f"{step}: 1,000, by the floor",
            median(ratios),
            "times",
            "",
            "",
            spread(ratios),
        )
        rates = [SOME / run[step] for run in few]
        yield Figure(
            engine.name, f"{step}: reports a second", median(rates), "/s", "", "", spread(rates)
        )
        statements = [found[count][0][f"{step}_statements"] for count in (SOME, MORE)]
        detail = f"{statements[0]} for 1,000, {statements[1]} for 4,000"
        yield Figure(
            engine.name,
            f"{step}: SQL statements for a report",
            statements[1] / MORE,
            "",
            "",
            "",
            detail,
        )
        growth = [
            more[step] / MORE / (less[step] / SOME)
            for less, more in zip(few, found[MORE], strict=True)
        ]
        yield Figure(
            engine.name,
            f"{step}: one of 4,000, by one of 1,000",
            median(growth),
            "times",
            "",
            "",
            spread(growth),
        )
    memory = [more["memory"] / less["memory"] for less, more in zip(few, found[MORE], strict=True)]
    detail = (
        f"{found[MORE][0]['memory']} MB of {few[0]['memory']} MB; "
        f"{few[0]['memory_before']} MB before the first"
    )
    yield Figure(engine.name, "memory at 4,000, by 1,000", median(memory), "times", "", "", detail)


def _runs(engine: Engine, count: int, runs: int) -> list[dict[str, Any]]:
    engine.create("month")
    ask("fill", engine.url("month"), agreements=count, collect_by="transfer")
    ask("month", engine.url("month"), count=count)
    found = []
    for _ in range(runs):
        engine.copy("month", "once")
        found.append(ask("report", engine.url("once"), count=count))
        engine.drop("once")
    engine.drop("month")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench reports", description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--engine", choices=["sqlite", "postgresql"])
    asked = parser.parse_args()
    wanted = (engine for engine in engines() if asked.engine in (None, engine.name.lower()))
    tell(
        (figure for engine in wanted for figure in reporting(engine, asked.runs)),
        as_json=asked.json,
    )


if __name__ == "__main__":
    main()

"""bin/bench billing: issuing compared with bare inserts, and charging where a call takes 300 ms.

Every ratio is of two things measured in one run; medians are shown; every measurement is a process
of its own.
"""

import argparse
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

from benchmarks.parts.bank import LATENCY
from benchmarks.parts.engines import Postgres, Sqlite, engines
from benchmarks.parts.figures import Figure, spread, tell
from benchmarks.parts.process import ask

Engine = Sqlite | Postgres
DUE, MORE, MANY = 10_000, 40_000, 100_000
CHARGES, FEWER = 5_000, 2_000
IN_FLIGHT = 400  # open at once where the limit is lifted
LIMIT = 100  # calls a second, as card processors commonly allow in live mode


def issuing(engine: Engine, runs: int) -> Iterator[Figure]:
    """What we write beside the floor, at 10,000 due."""
    engine.create("floor")
    ask("fill", engine.url("floor"), agreements=DUE, collect_by="transfer")
    found = ask("against_the_floor", engine.url("floor"), count=DUE, runs=runs)["runs"]
    engine.drop("floor")
    ratios = [run["ours"] / run["floor"] for run in found]
    each = median(run["ours"] for run in found) / DUE * 1000
    detail = f"{spread(ratios)}; {each:.2f} ms an invoice of {found[0]['rows'] / DUE:.1f} rows"
    yield Figure(
        engine.name, "issuing 10,000, by the floor", median(ratios), "times", "≤ 2", "≤ 1.5", detail
    )
    cpu = [run["cpu"] / run["floor_cpu"] for run in found]
    yield Figure(
        engine.name, "the same in CPU of our process", median(cpu), "times", "", "", spread(cpu)
    )
    statements = found[0]["statements"] / DUE
    yield Figure(engine.name, "SQL statements for an invoice", statements, "", "≤ 0.1", "≤ 0.05")


def growing(engine: Engine, runs: int) -> Iterator[Figure]:
    """Time and memory for each invoice as more are due, and the cost of a run with nothing due."""
    engine.create("many")
    ask("fill", engine.url("many"), agreements=MANY, collect_by="transfer")
    pairs = [[_once(engine, count) for count in (DUE, MORE)] for _ in range(runs)]
    ratios = [more["seconds"] / MORE / (few["seconds"] / DUE) for few, more in pairs]
    yield Figure(
        engine.name,
        "an invoice of 40,000, by one of 10,000",
        median(ratios),
        "times",
        "≤ 1.1",
        "≤ 1.05",
        spread(ratios),
    )
    most = _once(engine, MANY, keep=True)
    least = median(few["memory"] for few, _ in pairs)
    detail = f"{most['memory']} MB of {least:.0f} MB; {most['memory_before']} MB before the first"
    ratio = most["memory"] / least
    yield Figure(
        engine.name, "memory at 100,000 due, by 10,000", ratio, "times", "≤ 1.1", "", detail
    )
    idle = ask("idle", engine.url("kept"))
    indexes = ", ".join(name for name, is_used in idle["uses"].items() if is_used)
    detail = f"{idle['statements']} statement; by index: {indexes}"
    yield Figure(
        engine.name,
        "database time of a second run, 100,000",
        idle["seconds"] * 1000,
        "ms",
        "≤ 50",
        "",
        detail,
    )
    engine.drop("kept")
    engine.drop("many")


def _once(engine: Engine, count: int, keep: bool = False) -> dict[str, Any]:
    name = "kept" if keep else "once"
    engine.copy("many", name)
    ask("fall_due", engine.url(name), count=count)
    found = ask("issue", engine.url(name), count=count)
    if not keep:
        engine.drop(name)
    return found


def charging(engine: Engine, runs: int) -> Iterator[Figure]:
    """Charges of three 300 ms calls each: without a rate limit, and with one account's limit."""
    _issued(engine, "cards", CHARGES)
    free = [_charged(engine, "cards", CHARGES, 0) for _ in range(runs)]
    engine.drop("cards")
    rates = [CHARGES / run["seconds"] for run in free]
    yield Figure(
        engine.name,
        "charges a second, limit lifted",
        median(rates),
        "/s",
        "≥ 250",
        "≥ 300",
        spread(rates),
    )
    memory, before = (median(run[key] for run in free) for key in ("memory", "memory_before"))
    detail = f"{before:.0f} MB before the first call"
    yield Figure(engine.name, "memory of it", memory, "MB", "≤ 150", "≤ 100", detail)
    cpu = [run["cpu"] / CHARGES * 1000 for run in free]
    yield Figure(
        engine.name,
        "CPU of a charge, our writes included",
        median(cpu),
        "ms",
        "≤ 2",
        "≤ 0.5",
        spread(cpu),
    )


def limited(engine: Engine, runs: int) -> Iterator[Figure]:
    """The same on one account, of which the gateway takes 100 calls a second."""
    _issued(engine, "alone", FEWER, alone=True)
    found = [_charged(engine, "alone", FEWER, LIMIT) for _ in range(runs)]
    engine.drop("alone")
    rates = [run["rate"] / LIMIT for run in found]
    yield Figure(
        engine.name,
        "calls a second on one account, by its limit",
        median(rates),
        "times",
        "≥ 0.95",
        "",
        spread(rates),
    )
    most = max(run["most_in_a_second"] for run in found) / LIMIT
    yield Figure(engine.name, "the most in any one second, by the limit", most, "times", "≤ 1", "")


def notices(engine: Engine, runs: int) -> Iterator[Figure]:
    """One notice about each charge of one account, with a call of 300 ms for each."""
    _issued(engine, "noticed", FEWER, alone=True)
    found = []
    for _ in range(runs):
        engine.copy("noticed", "read")
        found.append(ask("read_notices", engine.url("read"), count=FEWER, in_flight=LIMIT))
        engine.drop("read")
    engine.drop("noticed")
    floor = FEWER * LATENCY / LIMIT
    ratios = [run["seconds"] / floor for run in found]
    calls = median(run["calls"] for run in found) / FEWER
    yield Figure(
        engine.name,
        f"{FEWER:,} notices, by {LIMIT} calls of 300 ms at once",
        median(ratios),
        "times",
        "≤ 10",
        "≤ 5",
        f"{spread(ratios)}; {median(run['seconds'] for run in found):.1f} s",
    )
    yield Figure(engine.name, "calls a notice", calls, "", "≤ 1", "")


def _issued(engine: Engine, name: str, count: int, alone: bool = False) -> None:
    url = engine.create(name)
    ask("fill", url, agreements=count, collect_by="card", alone=alone)
    ask("fall_due", url, count=count)
    ask("issue", url, count=count)


def _charged(engine: Engine, source: str, count: int, per_second: int) -> dict[str, Any]:
    engine.copy(source, "charged")
    found = ask(
        "charge", engine.url("charged"), count=count, in_flight=IN_FLIGHT, per_second=per_second
    )
    engine.drop("charged")
    return found


PARTS: list[Callable[[Engine, int], Iterator[Figure]]] = [
    issuing,
    growing,
    charging,
    limited,
    notices,
]


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench billing", description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--engine", choices=["sqlite", "postgresql"])
    parser.add_argument("--part", choices=[part.__name__ for part in PARTS])
    asked = parser.parse_args()
    wanted = (engine for engine in engines() if asked.engine in (None, engine.name.lower()))
    parts = [part for part in PARTS if asked.part in (None, part.__name__)]
    tell(
        (figure for engine in wanted for part in parts for figure in part(engine, asked.runs)),
        as_json=asked.json,
    )


if __name__ == "__main__":
    main()

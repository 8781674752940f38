"""bin/bench search: what the database does for a search among 100,000 clients with invoices.

The statements of the page of what was found, repeated alone; of several rounds the least counts.
"""

import argparse
from collections.abc import Iterator

from benchmarks.parts.engines import Postgres, Sqlite, engines
from benchmarks.parts.figures import Figure, tell
from benchmarks.parts.process import ask

MOST = "≤ 50"  # milliseconds


def searching(engine: Sqlite | Postgres, asked: argparse.Namespace) -> Iterator[Figure]:
    """Each text, and the slowest of them."""
    url = engine.create("searched")
    made = ask("many_clients", url, count=asked.clients)
    found = ask("searched", url, rounds=asked.runs)
    for name, text in found.items():
        detail = f"{text['statements']} statements, {text['lines']} lines"
        yield Figure(engine.name, name, text["seconds"] * 1000, "ms", "", MOST, detail)
    slowest = max(found, key=lambda name: found[name]["seconds"])
    took, many = found[slowest]["seconds"] * 1000, f"{slowest}, of {made['clients']:,} clients"
    yield Figure(engine.name, "the slowest", took, "ms", "", MOST, many)
    engine.drop("searched")


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench search", description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--clients", type=int, default=100_000)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"])
    asked = parser.parse_args()
    wanted = (engine for engine in engines() if asked.engine in (None, engine.name.lower()))
    tell((figure for engine in wanted for figure in searching(engine, asked)), as_json=asked.json)


if __name__ == "__main__":
    main()

"""bin/bench pdf: new and cached documents, compared with the naive call of WeasyPrint.

Every ratio is of the same documents in one process, ours and the naive one in turn; medians of
several processes.
"""

import argparse
from collections.abc import Iterator
from statistics import median
from typing import Any

from benchmarks.parts.figures import Figure, spread, tell
from benchmarks.parts.process import ask

KINDS = ("agreement", "invoice", "report")
EACH, FEW, MANY = 20, 10, 300
NOWHERE = "sqlite:///:memory:"


def made(kind: str, runs: int) -> Iterator[Figure]:
    """One kind of paper."""
    found = [ask("papers", NOWHERE, kind=kind, count=EACH) for _ in range(runs)]
    ratios = [run["ours"] / run["naive"] for run in found]
    yield Figure(
        kind,
        "a new document, by the naive call",
        median(ratios),
        "times",
        "≤ 0.55",
        "",
        spread(ratios),
    )
    kept = [run["kept"] / run["naive"] for run in found]
    yield Figure(
        kind,
        "one made before, by the naive call",
        median(kept),
        "times",
        "≤ 0.01",
        "",
        spread(kept),
    )
    yield from _rates(kind, found)


def _rates(kind: str, found: list[dict[str, Any]]) -> Iterator[Figure]:
    documents = [run["count"] / run["ours"] for run in found]
    yield Figure(
        kind, "documents a second and core", median(documents), "/s", "", "", spread(documents)
    )
    pages = [run["pages"] / run["ours"] for run in found]
    yield Figure(kind, "pages a second and core", median(pages), "/s", "", "", spread(pages))


def memory() -> Iterator[Figure]:
    """What a process holds after many."""
    found = ask("many_papers", NOWHERE, few=FEW, many=MANY)
    few, many = found[str(FEW)], found[str(MANY)]
    detail = f"{many} MB of {few} MB"
    yield Figure(
        "agreement", f"memory after {MANY}, by {FEW}", many / few, "times", "≤ 1.2", "", detail
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench pdf", description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    parts = (*(made(kind, asked.runs) for kind in KINDS), memory())
    tell((figure for part in parts for figure in part), as_json=asked.json)


if __name__ == "__main__":
    main()

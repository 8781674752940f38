"""A line of a benchmark's table, and the table as it is told."""

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass
class Figure:
    """One line of the table; `must` and `aim` as the issue has them."""

    engine: str
    what: str
    value: float
    unit: str
    must: str
    aim: str
    detail: str = ""

    def __str__(self) -> str:
        value = f"{self.value:10.3f} {self.unit}"
        return f"{self.engine:11}{self.what:45}{value:17}{self.must:>8}{self.aim:>9}  {self.detail}"


def spread(values: list[float]) -> str:
    """The least and the most of several runs."""
    return f"{min(values):.2f}–{max(values):.2f} in {len(values)} runs"


def tell(figures: Iterable[Figure], *, as_json: bool) -> None:
    """Print each line once it is measured; with `as_json` to stderr, then a JSON list to stdout."""
    told = []
    for figure in figures:
        told.append(asdict(figure))
        print(figure, file=sys.stderr if as_json else sys.stdout, flush=True)
    if as_json:
        print(json.dumps(told, indent=1, ensure_ascii=False))

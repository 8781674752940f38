"""Charts as plain numbers for an SVG template: works in pages, email and PDF, in light and dark. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

STEPS = (1, 2, 5)
LETTER = 13  # the widest figure at the size a phone shows, in units of the drawing


@dataclass(frozen=True)
class Mark:
    """A label at a place of the drawing."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Chart:
    """What components/chart.html draws, and the figures in words for who cannot see it."""

    width: int
    height: int
    line: str
    area: str
    ticks: list[Mark]
    labels: list[Mark]
    last: Mark
    rows: list[tuple[str, str]]


@dataclass(frozen=True)
class Block:
    """One part of a column; `kind` names its look."""

    x: float
    y: float
    width: float
    height: float
    kind: str


@dataclass(frozen=True)
class Columns:
    """What components/columns.html draws; its figures stand in a table of the page."""

    width: int
    height: int
    blocks: list[Block]
    limit: float | None
    ticks: list[Mark]
    labels: list[Mark]


def ceiling(largest: int) -> int:
    """The smallest round number (1, 2 or 5 times a power of ten) whose four fifths hold `largest`."""
    power = 1
    while True:
        for step in STEPS:
            if step * power >= max(largest, 1):
                return step * power
        power *= 10


def area(
    points: Sequence[tuple[str, int]],
    *,
    show: Callable[[int], str],
    width: int = 640,
    height: int = 240,
    left: int = 56,
) -> Chart:
    """An area chart of (label, amount) points, oldest first; `show` writes an amount. Needs one point or more."""
    top, bottom, right = 12, 28, 12
    high = ceiling(max(amount for _label, amount in points))
    left = max(left, LETTER * max(len(show(high * part // 4)) for part in range(5)) + 10)
    inner_w, inner_h = width - left - right, height - top - bottom
    step = inner_w / max(1, len(points) - 1)

    def y(amount: int) -> float:
        return round(top + inner_h * (1 - amount / high), 1)

    places = [(round(left + step * i, 1), y(amount)) for i, (_label, amount) in enumerate(points)]
    line = "M" + " L".join(f"{px},{py}" for px, py in places)
    base = top + inner_h
    every = max(1, -(-len(points) // 6))
    labels = [
        Mark(px, height - 8.0, points[i][0])
        for i, (px, _py) in enumerate(places)
        if (len(points) - 1 - i) % every == 0
    ]
    ticks = [Mark(float(left), y(high * part // 4), show(high * part // 4)) for part in range(5)]
    return Chart(
        width, height, line, f"{line} L{places[-1][0]},{base} L{places[0][0]},{base} Z", ticks, labels,
        Mark(*places[-1], show(points[-1][1])), [(label, show(amount)) for label, amount in points],
    )  # fmt: skip


def stacked(
    columns: Sequence[tuple[str, Sequence[tuple[str, int]]]],
    *,
    limit: int | None,
    show: Callable[[int], str],
    unit: int = 1,
    width: int = 640,
    height: int = 260,
) -> Columns:
    """Columns of (label, [(kind, amount), …]) parts, lowest first, under a line at `limit`.

    The scale is round in `unit`s: 60 for minutes that are shown as hours. Needs one column or more.
    """
    left, top, base = 56, 12, height - 28
    tallest = max([limit or 0, *(sum(amount for _kind, amount in parts) for _label, parts in columns)])
    high = ceiling(-(-tallest // unit)) * unit
    step = (width - left - 12) / len(columns)

    def y(amount: int) -> float:
        return round(top + (base - top) * (1 - amount / high), 1)

    blocks, labels = [], []
    for place, (label, parts) in enumerate(columns):
        x, under = round(left + step * (place + 0.2), 1), 0
        labels.append(Mark(round(left + step * (place + 0.5), 1), height - 8.0, label))
        for kind, amount in parts:
            over = under + amount
            if amount:
                blocks.append(Block(x, y(over), round(step * 0.6, 1), round(y(under) - y(over), 1), kind))
            under = over
    ticks = [Mark(float(left), y(high * part // 4), show(high * part // 4)) for part in range(5)]
    return Columns(width, height, blocks, y(limit) if limit else None, ticks, labels)

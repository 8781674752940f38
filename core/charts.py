"""Charts as plain numbers for an SVG template: works in pages, email and PDF, in light and dark. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

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


@dataclass(frozen=True)
class Course:
    """What components/course.html draws: readings, the target as a level line, and the way there where there is one.

    `ideal` is (x1, y1, x2, y2). `rows` are the figures in words for who cannot see it.
    """

    width: int
    height: int
    left: float
    paths: list[str]
    dots: list[Mark]
    target: float | None
    ideal: tuple[float, float, float, float] | None
    ticks: list[Mark]
    labels: list[Mark]
    rows: list[tuple[str, str]]


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
        width,
        height,
        line,
        f"{line} L{places[-1][0]},{base} L{places[0][0]},{base} Z",
        ticks,
        labels,
        Mark(*places[-1], show(points[-1][1])),
        [(label, show(amount)) for label, amount in points],
    )


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
    tallest = max(
        [limit or 0, *(sum(amount for _kind, amount in parts) for _label, parts in columns)]
    )
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
                blocks.append(
                    Block(x, y(over), round(step * 0.6, 1), round(y(under) - y(over), 1), kind)
                )
            under = over
    ticks = [Mark(float(left), y(high * part // 4), show(high * part // 4)) for part in range(5)]
    return Columns(width, height, blocks, y(limit) if limit else None, ticks, labels)


def scale(low: Decimal, high: Decimal) -> tuple[Decimal, Decimal, Decimal]:
    """(lowest, highest, step) of an axis in round steps that holds both; from 0 where the figures are near it."""
    if low >= 0 and low * 2 <= high:
        low = Decimal(0)
    span = high - low or abs(high) or Decimal(1)
    power = Decimal(1).scaleb((span / 3).adjusted())
    step = next(size * power for size in (1, 2, 5, 10) if size * power * 3 >= span)
    first = (low / step).to_integral_value(ROUND_FLOOR) * step
    last = (high / step).to_integral_value(ROUND_CEILING) * step
    return first, max(last, first + step), step


def line(
    points: Sequence[tuple[str, Decimal | None]],
    *,
    target: Decimal | None,
    show: Callable[[Decimal], str],
    ideal: tuple[Decimal, Decimal] | None = None,
    joined: bool = False,
    width: int = 640,
    height: int = 220,
) -> Course:
    """A line through (label, value) points at even distances, oldest first; `show` writes a value.

    A None is no reading: a gap, or where `joined` (days between readings) a place that the line passes over. `ideal`
    is where the way to the target begins and ends. Needs one point or more.
    """
    known = [value for _label, value in points if value is not None]
    low, high, step = scale(
        *_ends([*known, *([target] if target is not None else []), *(ideal or ())])
    )
    marks = [low + step * n for n in range(int((high - low) / step) + 1)]
    left, top, right, base = (
        max(LETTER * max(len(show(each)) for each in marks) + 10, 44),
        20,
        10,
        height - 28,
    )

    def y(value: Decimal) -> float:
        return round(top + (base - top) * (1 - float((value - low) / (high - low))), 1)

    def x(place: int) -> float:
        return round(left + (width - left - right) * place / max(1, len(points) - 1), 1)

    places = [
        None if value is None else (x(n), y(value)) for n, (_label, value) in enumerate(points)
    ]
    every = 1 if len(points) <= 6 else -(-len(points) // 5)
    return Course(
        width=width,
        height=height,
        left=round(left, 1),
        paths=_paths([place for place in places if place] if joined else places),
        dots=[
            Mark(*place, show(value))
            for place, (_l, value) in zip(places, points, strict=True)
            if place and value is not None
        ],
        target=None if target is None else y(target),
        ideal=(x(0), y(ideal[0]), x(len(points) - 1), y(ideal[1])) if ideal else None,
        ticks=[Mark(round(left, 1), y(each), show(each)) for each in marks],
        labels=[
            Mark(x(n), height - 6.0, label)
            for n, (label, _v) in enumerate(points)
            if n % every == 0
        ],
        rows=[(label, show(value)) for label, value in points if value is not None],
    )


def _ends(values: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    return (min(values), max(values)) if values else (Decimal(0), Decimal(1))


def _paths(places: Sequence[tuple[float, float] | None]) -> list[str]:
    """One path for each run of readings without a gap."""
    runs: list[list[tuple[float, float]]] = [[]]
    for place in places:
        if place:
            runs[-1].append(place)
        elif runs[-1]:
            runs.append([])
    return ["M" + " L".join(f"{px},{py}" for px, py in run) for run in runs if len(run) > 1]

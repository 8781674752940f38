"""Computes charts as plain coordinates, which SVG templates draw on pages, in emails and in PDFs.

Pure. All coordinates are in units of the drawing, with the origin at the top left.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

ROUND_STEPS = (1, 2, 5)  # times a power of ten: the round numbers of an axis
MANY = 12  # columns from which on only every second one has its label
CHARACTER_WIDTH = 13  # of the widest digit, at the size that a phone shows


@dataclass(frozen=True)
class Label:
    """A text and where it stands in the drawing."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Chart:
    """An area chart, drawn by components/chart.html.

    `line` and `area` are SVG paths. `rows` holds the labels and figures as text, for readers who
    cannot see the chart.
    """

    width: int
    height: int
    line: str
    area: str
    ticks: list[Label]
    labels: list[Label]
    last: Label
    rows: list[tuple[str, str]]


@dataclass(frozen=True)
class Segment:
    """One part of a column. `kind` selects its colour."""

    x: float
    y: float
    width: float
    height: float
    kind: str


@dataclass(frozen=True)
class Columns:
    """A stacked column chart, drawn by components/columns.html.

    The page that shows it also has a table with its figures.
    """

    width: int
    height: int
    blocks: list[Segment]
    limit: float | None
    ticks: list[Label]
    labels: list[Label]
    left: float


@dataclass(frozen=True)
class Range:
    """One bar of a chart of ranges: from `y` down over `height`, with a line and a mark in it."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    mark: float


@dataclass(frozen=True)
class Ranges:
    """A chart of ranges, drawn by components/ranges.html; the page has a table with its figures."""

    width: int
    height: int
    bars: list[Range]
    ticks: list[Label]
    labels: list[Label]


@dataclass(frozen=True)
class Course:
    """A line chart of readings, drawn by components/course.html.

    `target` is the height of the horizontal target line. `ideal` is the straight line that readings
    should follow to the target, as (x1, y1, x2, y2). `rows` holds the labels and figures as text,
    for readers who cannot see the chart.
    """

    width: int
    height: int
    left: float
    paths: list[str]
    dots: list[Label]
    target: float | None
    ideal: tuple[float, float, float, float] | None
    ticks: list[Label]
    labels: list[Label]
    rows: list[tuple[str, str]]


def axis_maximum(largest: int) -> int:
    """The smallest round number (1, 2 or 5 times a power of ten) that is at least `largest`."""
    power = 1
    while True:
        for step in ROUND_STEPS:
            if step * power >= max(largest, 1):
                return step * power
        power *= 10


def axis_marks(high: int, unit: int = 1) -> list[int]:
    """The figures along an axis up to a round number of units: fifths of 5, quarters of 1 and 2.

    So none of them has to be rounded to be short.
    """
    parts = 5 if str(high // unit)[0] == "5" else 4
    return [high * part // parts for part in range(parts + 1)]


def area(
    points: Sequence[tuple[str, int]],
    *,
    show: Callable[[int], str],
    width: int = 640,
    height: int = 240,
    left: int = 56,
) -> Chart:
    """An area chart of (label, amount) points, oldest first. Needs at least one point.

    `show` formats an amount. `left` is the least width of the axis labels.
    """
    top, bottom, right = 12, 28, 12
    high = axis_maximum(max(amount for _label, amount in points))
    marks = axis_marks(high)
    left = max(left, CHARACTER_WIDTH * max(len(show(mark)) for mark in marks) + 10)
    inner_w, inner_h = width - left - right, height - top - bottom
    step = inner_w / max(1, len(points) - 1)

    def y(amount: int) -> float:
        return round(top + inner_h * (1 - amount / high), 1)

    places = [(round(left + step * i, 1), y(amount)) for i, (_label, amount) in enumerate(points)]
    line = "M" + " L".join(f"{px},{py}" for px, py in places)
    base = top + inner_h
    every = max(1, -(-len(points) // 6))  # six labels at most, counted back from the newest point
    labels = [
        Label(px, height - 8.0, points[i][0])
        for i, (px, _py) in enumerate(places)
        if (len(points) - 1 - i) % every == 0
    ]
    ticks = [Label(float(left), y(mark), show(mark)) for mark in marks]
    return Chart(
        width,
        height,
        line,
        f"{line} L{places[-1][0]},{base} L{places[0][0]},{base} Z",
        ticks,
        labels,
        Label(*places[-1], show(points[-1][1])),
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
    """A chart of stacked columns, with a horizontal line at `limit`. Needs at least one column.

    `columns` holds (label, parts), and parts are (kind, amount) pairs, lowest first. `show` formats
    an amount. The axis is round in multiples of `unit`: 60 for minutes that are shown as hours.
    """
    top, base = 12, height - 28
    tallest = max(
        [limit or 0, *(sum(amount for _kind, amount in parts) for _label, parts in columns)]
    )
    high = axis_maximum(-(-tallest // unit)) * unit
    marks = axis_marks(high, unit)
    left = _left(marks, show)
    every = 1 if len(columns) < MANY else 2
    step = (width - left - 12) / len(columns)

    def y(amount: int) -> float:
        return round(top + (base - top) * (1 - amount / high), 1)

    blocks, labels = [], []
    for place, (label, parts) in enumerate(columns):
        x, under = round(left + step * (place + 0.2), 1), 0
        if place % every == 0:
            labels.append(Label(round(left + step * (place + 0.5), 1), height - 8.0, label))
        for kind, amount in parts:
            over = under + amount
            if amount:
                blocks.append(
                    Segment(x, y(over), round(step * 0.6, 1), round(y(under) - y(over), 1), kind)
                )
            under = over
    ticks = [Label(left, y(mark), show(mark)) for mark in marks]
    return Columns(width, height, blocks, y(limit) if limit else None, ticks, labels, left)


def _left(marks: Sequence[int], show: Callable[[int], str]) -> float:
    """Where the columns begin, so that the labels of the axis have room also on a phone."""
    return float(max(56, CHARACTER_WIDTH * max(len(show(mark)) for mark in marks) + 10))


def ranges(
    columns: Sequence[tuple[str, int, int, int, int]],
    *,
    show: Callable[[int], str],
    width: int = 640,
    height: int = 260,
) -> Ranges:
    """A chart of (label, low, middle, high, mark) columns. Needs at least one.

    `show` formats an amount of the axis, which begins at 0.
    """
    top, base = 12, height - 28
    limit = axis_maximum(max(max(column[3], column[4]) for column in columns))
    marks = axis_marks(limit)
    left = _left(marks, show)
    every = 1 if len(columns) < MANY else 2
    step = (width - left - 12) / len(columns)

    def y(amount: int) -> float:
        return round(top + (base - top) * (1 - amount / limit), 1)

    bars = [
        Range(
            x=round(left + step * (place + 0.22), 1),
            y=y(high),
            width=round(step * 0.56, 1),
            height=max(2, round(y(low) - y(high), 1)),
            middle=y(middle),
            mark=y(mark),
        )
        for place, (_label, low, middle, high, mark) in enumerate(columns)
    ]
    labels = [
        Label(round(left + step * (place + 0.5), 1), height - 8.0, column[0])
        for place, column in enumerate(columns)
        if place % every == 0
    ]
    ticks = [Label(left, y(mark), show(mark)) for mark in marks]
    return Ranges(width, height, bars, ticks, labels)


def axis(low: Decimal, high: Decimal) -> tuple[Decimal, Decimal, Decimal]:
    """The (lowest, highest, step) of an axis with round steps that covers `low` and `high`.

    It begins at 0 if the figures are near 0, that is if `low` is at most half of `high`.
    """
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
    """A line chart of (label, value) points at equal distances, oldest first.

    It needs at least one point. `show` formats a value. A value of None means that there is no
    reading: the line has a gap there, or, with `joined`, runs straight to the next reading. `ideal`
    holds the first and the last value of the straight line to the target.
    """
    known = [value for _label, value in points if value is not None]
    low, high, step = axis(
        *_lowest_and_highest([*known, *([target] if target is not None else []), *(ideal or ())])
    )
    marks = [low + step * n for n in range(int((high - low) / step) + 1)]
    left = max(CHARACTER_WIDTH * max(len(show(mark)) for mark in marks) + 10, 44)
    top, right, base = 20, 10, height - 28

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
        dots=_dots(points, places, show),
        target=None if target is None else y(target),
        ideal=(x(0), y(ideal[0]), x(len(points) - 1), y(ideal[1])) if ideal else None,
        ticks=[Label(round(left, 1), y(mark), show(mark)) for mark in marks],
        labels=[
            Label(x(n), height - 6.0, label)
            for n, (label, _value) in enumerate(points)
            if n % every == 0
        ],
        rows=[(label, show(value)) for label, value in points if value is not None],
    )


def _dots(
    points: Sequence[tuple[str, Decimal | None]],
    places: Sequence[tuple[float, float] | None],
    show: Callable[[Decimal], str],
) -> list[Label]:
    return [
        Label(*place, show(value))
        for place, (_label, value) in zip(places, points, strict=True)
        if place and value is not None
    ]


def _lowest_and_highest(values: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    return (min(values), max(values)) if values else (Decimal(0), Decimal(1))


def _paths(places: Sequence[tuple[float, float] | None]) -> list[str]:
    """One SVG path for each sequence of at least two readings without a gap."""
    stretches: list[list[tuple[float, float]]] = [[]]
    for place in places:
        if place:
            stretches[-1].append(place)
        elif stretches[-1]:
            stretches.append([])
    return ["M" + " L".join(f"{px},{py}" for px, py in part) for part in stretches if len(part) > 1]

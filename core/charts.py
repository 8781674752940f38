"""Charts as plain numbers for an SVG template: works in pages, email and PDF, in light and dark. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

STEPS = (1, 2, 5)


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

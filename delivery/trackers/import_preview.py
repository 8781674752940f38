"""What would become of every line of an import, and why not: tried in memory, with a few queries for thousands."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.translation import gettext as _

from agreements.models import Agreement
from core.errors import RuleError
from delivery.hours.period_for_day import Placing, Work
from delivery.models import TimeEntry, TimeImport
from delivery.trackers import time_cells, time_csv
from delivery.trackers.time_csv import Fault, Line

LEFT_OUT = "-"  # instead of an agreement's id


@dataclass(frozen=True)
class Tried:
    """A line with the entry that it makes, or why it makes none."""

    line: Line
    entry: TimeEntry | None = None
    why: str = ""

    @property
    def minutes(self) -> int:
        """What it says."""
        return self.line.minutes


@dataclass
class Name:
    """A client's project in the tracker's words, and whose time that is."""

    key: str
    place: str
    lines: int = 0
    minutes: int = 0

    @property
    def client(self) -> str:
        """As it is called there."""
        return self.key.partition("\n")[0]

    @property
    def project(self) -> str:
        """As it is called there."""
        return self.key.partition("\n")[2]


@dataclass
class Trial:
    """`good` lines fit, `there` are written down already, `left_out` is not wanted, `bad` do not fit.

    `asks_order`: the file does not say whether the day or the month comes first; `doubtful` is one that could be two
    (as it is written, day first, month first). `overlaps` are (line, earlier line)
    `cut` lines whose note was shortened and `late` ones that go to the open period: they are taken over all the same.
    """

    names: list[Name]
    asks_order: bool
    doubtful: tuple[str, date, date] | None
    good: list[Tried] = field(default_factory=list)
    there: list[Tried] = field(default_factory=list)
    left_out: list[Tried] = field(default_factory=list)
    bad: list[Tried] = field(default_factory=list)
    overlaps: list[tuple[int, int]] = field(default_factory=list)
    cut: list[int] = field(default_factory=list)
    late: list[int] = field(default_factory=list)
    own: int = 0

    @property
    def minutes(self) -> int:
        """What would be taken over."""
        return sum(one.minutes for one in self.good)

    @property
    def open_names(self) -> int:
        """How many names nobody has placed yet."""
        return sum(not name.place for name in self.names)

    @property
    def span(self) -> tuple[date, date] | None:
        """The first and the last day of it."""
        days = [one.entry.on for one in self.good if one.entry]
        return (min(days), max(days)) if days else None


def try_out(row: TimeImport, agreements: Sequence[Agreement], *, now: datetime) -> Trial:
    """Every line, in the file's order: each one counts for the day of the next."""
    lines = [Line(**words) for words in row.rows]
    tried = Trial(
        _names(row, lines), row.day_first is None, time_cells.doubtful(line.on for line in lines)
    )
    days = [_day(line, row.day_first is not False) for line in lines]
    if tried.asks_order:
        return tried
    make = _maker(row, agreements, [day for day in days if day], now)
    keys = time_csv.keys(row.source, lines, days)
    there = _there(row, keys)
    for line, day, key in zip(lines, days, keys, strict=True):
        if row.places.get(line.name) == LEFT_OUT:
            tried.left_out.append(Tried(line))
        elif key in there:
            tried.there.append(Tried(line))
        else:
            one = _tried(line, day, key, make)
            (tried.bad if one.why else tried.good).append(one)
    kept = {one.line.line for one in tried.good}
    tried.overlaps = [pair for pair in time_csv.overlaps(lines, days) if kept.issuperset(pair)]
    tried.cut = [one.line.line for one in tried.good if one.line.is_cut]
    tried.late = [one.line.line for one in tried.good if one.entry and one.entry.is_late]
    tried.own = sum(not one.line.billable for one in tried.good)
    return tried


Make = Callable[[Line, date, str], TimeEntry]


def _maker(
    row: TimeImport, agreements: Sequence[Agreement], days: Sequence[date], now: datetime
) -> Make:
    """Makes the entry of a line. It raises RuleError where the line does not fit."""
    known = {str(agreement.pk): agreement for agreement in agreements}
    used = [known[place] for place in set(row.places.values()) if place in known]
    span = (min(days), max(days)) if days else (now.date(), now.date())
    placing = Placing(row.business, used, span, actor=row.actor, now=now)

    def make(line: Line, day: date, key: str) -> TimeEntry:
        agreement = known.get(row.places.get(line.name, ""))
        if agreement is None:
            raise RuleError(_("Nobody has said whose time this is."))
        is_theirs = line.billable or row.all_billable
        work = Work(agreement, day, line.minutes, line.note or _("Work"), is_theirs, is_theirs)
        return placing.entry(work, imported=row, import_key=key)

    return make


def _tried(line: Line, day: date | None, key: str, make: Make) -> Tried:
    if line.fault:
        return Tried(line, why=_fault(line.fault))
    if day is None:
        return Tried(line, why=_("“%(text)s” is not a day.") % {"text": line.on})
    try:
        return Tried(line, make(line, day, key))
    except RuleError as no:
        return Tried(line, why=str(no))


def _fault(fault: str) -> str:
    return {
        Fault.BROKEN: _("The quotation marks of this line do not match."),
        Fault.NO_DURATION: _("The line does not say how long it took."),
        Fault.NO_TIME: _("It took less than half a minute."),
    }[Fault(fault)]


def _day(line: Line, day_first: bool) -> date | None:
    try:
        return time_cells.read_day(line.on, day_first)
    except ValueError:
        return None


def _there(row: TimeImport, keys: Iterable[str]) -> set[str]:
    """The keys of what was taken over before."""
    known = TimeEntry.objects.filter(business=row.business_id).exclude(import_key="").order_by()
    return set(known.values_list("import_key", flat=True)) & set(keys)


def _names(row: TimeImport, lines: Iterable[Line]) -> list[Name]:
    """The names, by the time that they stand for."""
    found = {key: Name(key, place) for key, place in row.places.items()}
    counted: dict[str, list[int]] = defaultdict(list)
    for line in lines:
        counted[line.name].append(line.minutes)
    for key, name in found.items():
        name.lines, name.minutes = len(counted[key]), sum(counted[key])
    return sorted(found.values(), key=lambda name: (-name.minutes, name.key))

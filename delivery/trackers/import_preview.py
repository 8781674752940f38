"""Previews an import: what would become of each line, and why a line does not fit.

Everything is computed in memory, with a few queries for thousands of lines.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.translation import gettext as _

from agreements.models import Agreement
from core.errors import RuleError
from delivery.hours.period_for_day import EntryBuilder, Work
from delivery.models import TimeEntry, TimeImport
from delivery.trackers import time_cells, time_csv
from delivery.trackers.time_csv import Fault, Line

LEFT_OUT = "-"  # in place of an agreement's id: these lines are skipped


@dataclass(frozen=True)
class PreviewLine:
    """A line with the entry that it would make, or why it makes none."""

    line: Line
    entry: TimeEntry | None = None
    why: str = ""

    @property
    def minutes(self) -> int:
        """The minutes of the line."""
        return self.line.minutes


@dataclass
class TrackerName:
    """A client and project of the tracker.

    `place` is the id of the agreement that they stand for, LEFT_OUT, or empty while nobody has
    said.
    """

    key: str
    place: str
    lines: int = 0
    minutes: int = 0

    @property
    def client(self) -> str:
        """The client's name in the tracker."""
        return self.key.partition("\n")[0]

    @property
    def project(self) -> str:
        """The project's name in the tracker."""
        return self.key.partition("\n")[2]


@dataclass
class ImportPreview:
    """The preview of an import.

    `good` lines would be imported, `there` were imported before, `left_out` are skipped, and `bad`
    do not fit. `asks_order` says that the file does not show whether the day or the month comes
    first; `doubtful` is then an ambiguous day (as written, day first, month first). `overlaps` are
    pairs of line numbers, the line with the earlier start last. Lines in `cut` have a shortened
    note and lines in `late` go to the open period; both are imported. `own` counts the lines that
    the tracker marks as not billable.
    """

    names: list[TrackerName]
    asks_order: bool
    doubtful: tuple[str, date, date] | None
    good: list[PreviewLine] = field(default_factory=list)
    there: list[PreviewLine] = field(default_factory=list)
    left_out: list[PreviewLine] = field(default_factory=list)
    bad: list[PreviewLine] = field(default_factory=list)
    overlaps: list[tuple[int, int]] = field(default_factory=list)
    cut: list[int] = field(default_factory=list)
    late: list[int] = field(default_factory=list)
    own: int = 0

    @property
    def minutes(self) -> int:
        """The minutes that would be imported."""
        return sum(item.minutes for item in self.good)

    @property
    def open_names(self) -> int:
        """How many names have no agreement yet."""
        return sum(not name.place for name in self.names)

    @property
    def span(self) -> tuple[date, date] | None:
        """The first and the last day that would be imported, None where there is none."""
        days = [item.entry.on for item in self.good if item.entry]
        return (min(days), max(days)) if days else None


def preview_lines(
    row: TimeImport, agreements: Sequence[Agreement], *, now: datetime
) -> ImportPreview:
    """Return the preview of an import, in the order of the file.

    Each entry counts towards the hours of its day for the entries that follow.
    """
    lines = [Line(**fields) for fields in row.rows]
    preview = ImportPreview(
        _names(row, lines), row.day_first is None, time_cells.doubtful(line.on for line in lines)
    )
    days = [_day(line, row.day_first is not False) for line in lines]
    if preview.asks_order:
        return preview
    make_entry = _entry_maker(row, agreements, [day for day in days if day], now)
    keys = time_csv.line_keys(row.source, lines, days)
    imported_before = _imported_before(row, keys)
    for line, day, key in zip(lines, days, keys, strict=True):
        if row.places.get(line.name) == LEFT_OUT:
            preview.left_out.append(PreviewLine(line))
        elif key in imported_before:
            preview.there.append(PreviewLine(line))
        else:
            result = _result(line, day, key, make_entry)
            (preview.bad if result.why else preview.good).append(result)
    good_lines = {result.line.line for result in preview.good}
    preview.overlaps = [
        pair for pair in time_csv.overlapping_lines(lines, days) if good_lines.issuperset(pair)
    ]
    preview.cut = [result.line.line for result in preview.good if result.line.is_cut]
    preview.late = [
        result.line.line for result in preview.good if result.entry and result.entry.is_late
    ]
    preview.own = sum(not result.line.billable for result in preview.good)
    return preview


Make = Callable[[Line, date, str], TimeEntry]


def _entry_maker(
    row: TimeImport, agreements: Sequence[Agreement], days: Sequence[date], now: datetime
) -> Make:
    """Return a function that makes the entry of a line.

    The function raises RuleError where the line does not fit.
    """
    agreement_by_id = {str(agreement.pk): agreement for agreement in agreements}
    used_agreements = [
        agreement_by_id[agreement_id]
        for agreement_id in set(row.places.values())
        if agreement_id in agreement_by_id
    ]
    span = (min(days), max(days)) if days else (now.date(), now.date())
    placing = EntryBuilder(row.business, used_agreements, span, actor=row.actor, now=now)

    def make(line: Line, day: date, key: str) -> TimeEntry:
        agreement = agreement_by_id.get(row.places.get(line.name, ""))
        if agreement is None:
            raise RuleError(_("Nobody has said whose time this is."))
        is_billable = line.billable or row.all_billable
        work = Work(agreement, day, line.minutes, line.note or _("Work"), is_billable, is_billable)
        return placing.entry(work, imported=row, import_key=key)

    return make


def _result(line: Line, day: date | None, key: str, make_entry: Make) -> PreviewLine:
    """Return the result for a line."""
    if line.fault:
        return PreviewLine(line, why=_fault(line.fault))
    if day is None:
        return PreviewLine(line, why=_("“%(text)s” is not a day.") % {"text": line.on})
    try:
        return PreviewLine(line, make_entry(line, day, key))
    except RuleError as error:
        return PreviewLine(line, why=str(error))


def _fault(fault: str) -> str:
    """Return a fault in a sentence."""
    return {
        Fault.BROKEN: _("The quotation marks of this line do not match."),
        Fault.NO_DURATION: _("The line does not say how long it took."),
        Fault.NO_TIME: _("It took less than half a minute."),
    }[Fault(fault)]


def _day(line: Line, day_first: bool) -> date | None:
    """Return the day of a line, None where its cell holds none."""
    try:
        return time_cells.read_day(line.on, day_first)
    except ValueError:
        return None


def _imported_before(row: TimeImport, keys: Iterable[str]) -> set[str]:
    """Return those of the keys that were imported before."""
    imported = TimeEntry.objects.filter(business=row.business_id).exclude(import_key="").order_by()
    return set(imported.values_list("import_key", flat=True)) & set(keys)


def _names(row: TimeImport, lines: Iterable[Line]) -> list[TrackerName]:
    """Return the names in the file, those with the most time first."""
    names = {key: TrackerName(key, agreement_id) for key, agreement_id in row.places.items()}
    minutes_by_name: dict[str, list[int]] = defaultdict(list)
    for line in lines:
        minutes_by_name[line.name].append(line.minutes)
    for key, name in names.items():
        name.lines, name.minutes = len(minutes_by_name[key]), sum(minutes_by_name[key])
    return sorted(names.values(), key=lambda name: (-name.minutes, name.key))

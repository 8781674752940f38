"""Numbers of invoices, receipts and credit notes (rule 15).

Numbers have no gaps within a business, kind of document and year, apart from
those that were lost when the database went back (rule 46). A number is taken while its
series is locked, in the transaction that writes the document.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Max, Min, QuerySet
from django.utils.translation import gettext as _

from billing.models import CreditNote, Invoice, LostNumber, Numbering, Payment, Series
from billing.models.numbering import SeriesKind
from billing.rules.errors import BadPattern
from core.continuity import outside, standing
from core.continuity.outside import Number
from core.models import Business

#: The pattern of each kind of document, unless the business has chosen another.
DEFAULT_PATTERNS = {
    SeriesKind.INVOICE: "RH-{year}-{seq:04}",
    SeriesKind.RECEIPT: "RC-{year}-{seq:04}",
    SeriesKind.TAX_RECEIPT: "TX-{year}-{seq:04}",
    SeriesKind.CREDIT_NOTE: "CN-{year}-{seq:04}",
}
_FIELD = re.compile(r"\{(year|seq)(?::0([1-9]))?\}")
_PLAIN = re.compile(r"[A-Za-z0-9/._-]*")
_MAX = 40


@dataclass
class LockedSeries:
    """A locked series, and how its numbers are written.

    `on` is the date of the documents; it is never before the date of the series' last document.
    """

    series: Series
    pattern: str
    on: date
    lost: dict[UUID, LostNumber] = field(default_factory=dict)
    given: list[tuple[int, UUID]] = field(default_factory=list)
    used: list[int] = field(default_factory=list)

    def next(self, paper: UUID) -> tuple[int, str]:
        """Take the number for a document: (running number, text). `save_series` stores it.

        `paper` identifies the document by what it is for and its amount. It gets the next number,
        unless it had one that was lost.
        """
        if lost := self.lost.pop(paper, None):
            seq = lost.seq
            self.used.append(lost.pk)
        else:
            self.series.last += 1
            self.series.last_on = self.on
            seq = self.series.last
        self.given.append((seq, paper))
        return seq, format_number(self.pattern, self.on.year, seq)


@dataclass(frozen=True)
class Gap:
    """A series whose documents are not numbered from 1 to `last`; `documents` is their count.

    A number that was lost when the database went back counts as a document.
    """

    kind: str
    year: int
    last: int
    documents: int


def format_number(pattern: str, year: int, seq: int) -> str:
    """Format a number: ("RH-{year}-{seq:04}", 2026, 7) becomes RH-2026-0007."""
    values = {"year": year, "seq": seq}
    return _FIELD.sub(lambda m: f"{values[m[1]]:0{m[2] or 1}d}", pattern)


def lock_series(
    kinds: Mapping[UUID, SeriesKind], days: Mapping[UUID, date]
) -> dict[UUID, LockedSeries]:
    """Lock the series of one kind of document for each business, until the transaction ends.

    `kinds` and `days` are per business id. A series that does not exist yet is made. The order of
    the locks is fixed, so that two callers never wait for each other. Call it in a transaction.
    Raises StandsStill if the installation may not give numbers.
    """
    standing.require()
    numberings = {
        (row.business_id, row.kind): row for row in Numbering.objects.filter(business__in=kinds)
    }
    years = {}
    for pk, kind in kinds.items():
        numbering = numberings.get((pk, kind))
        # A series that goes on for ever has the year 0.
        years[pk] = days[pk].year if numbering is None or numbering.resets_yearly else 0
    locked = _locked(kinds, years)
    # Inserting locks as well, so the missing series are made in a fixed order, too.
    missing = sorted(pk for pk in kinds if pk not in locked)
    if missing:
        new_series = [Series(business_id=pk, kind=kinds[pk], year=years[pk]) for pk in missing]
        Series.objects.bulk_create(new_series, ignore_conflicts=True)
        locked = _locked(kinds, years)
    numbers = {}
    for pk, series in locked.items():
        numbering = numberings.get((pk, kinds[pk]))
        pattern = numbering.pattern if numbering else DEFAULT_PATTERNS[kinds[pk]]
        numbers[pk] = LockedSeries(series, pattern, max(days[pk], series.last_on or days[pk]))
    by_series = {taken.series.pk: taken for taken in numbers.values()}
    for lost in LostNumber.objects.filter(
        series__in=by_series, paper__isnull=False, used_at__isnull=True
    ):
        if lost.paper:
            by_series[lost.series_id].lost[lost.paper] = lost
    return numbers


def _locked(kinds: Mapping[UUID, SeriesKind], years: Mapping[UUID, int]) -> dict[UUID, Series]:
    rows = Series.objects.select_for_update().filter(
        business__in=list(kinds), kind__in=set(kinds.values()), year__in=set(years.values())
    )
    rows = rows.order_by("business_id", "kind", "year")
    return {
        row.business_id: row
        for row in rows
        if row.kind == kinds[row.business_id] and row.year == years[row.business_id]
    }


def save_series(numbers: Iterable[LockedSeries], *, now: datetime) -> None:
    """Store the numbers that were taken, in the transaction that writes the documents.

    They are written down outside the database, too, before the commit: so none goes out that is
    not known there. Raises OSError if that is not possible.
    """
    taken = [each for each in numbers if each.given]
    Series.objects.bulk_update([each.series for each in taken], ["last", "last_on"])
    if used := [pk for each in taken for pk in each.used]:
        LostNumber.objects.filter(pk__in=used).update(used_at=now)
    outside.note(
        Number(each.series.name, seq, str(paper)) for each in taken for seq, paper in each.given
    )


def take_number(
    business_id: UUID, kind: SeriesKind, day: date, paper: UUID, *, now: datetime
) -> tuple[Series, int, str, date]:
    """Take one number of one business: (series, running number, text, date of the document).

    `paper` identifies the document. Call it in the transaction that writes the document.
    """
    numbers = lock_series({business_id: kind}, {business_id: day})[business_id]
    seq, text = numbers.next(paper)
    save_series([numbers], now=now)
    return numbers.series, seq, text, numbers.on


def set_pattern(
    *, business: Business, kind: SeriesKind, pattern: str, resets_yearly: bool
) -> Numbering:
    """Use a pattern for the numbers given from now on; the running number goes on.

    Raises BadPattern if the pattern is malformed, or if two documents could get the same number.
    """
    _check(pattern, resets_yearly)
    with transaction.atomic():
        Business.objects.select_for_update().get(pk=business.pk)
        others: dict[str, str] = {
            str(other): DEFAULT_PATTERNS[other] for other in DEFAULT_PATTERNS if other != kind
        }
        others |= dict(
            Numbering.objects.filter(business=business)
            .exclude(kind=kind)
            .values_list("kind", "pattern")
        )
        if _shape(pattern) in map(_shape, others.values()):
            raise BadPattern(_("Another kind of document is numbered like this."), field="pattern")
        if _could_repeat(business, kind, pattern, resets_yearly):
            message = _(
                "An older document has a number that this pattern would give again. Please "
                "change its letters."
            )
            raise BadPattern(message, field="pattern")
        fields = {"pattern": pattern, "resets_yearly": resets_yearly}
        return Numbering.objects.update_or_create(business=business, kind=kind, defaults=fields)[0]


def number_from_name(*, business: Business, former: str = "") -> None:
    """Begin the numbers of invoices with the initials of the business, such as SM-2026-0001.

    Nothing changes once an invoice has been numbered, or the owner has chosen a pattern. A pattern
    that came from the name before, `former`, follows the new name.
    """
    own = Numbering.objects.filter(business=business, kind=SeriesKind.INVOICE).first()
    is_chosen = own is not None and own.pattern != _pattern_of(former)
    if is_chosen or Series.objects.filter(business=business, kind=SeriesKind.INVOICE).exists():
        return
    with suppress(BadPattern):  # another kind of document has these initials
        set_pattern(
            business=business,
            kind=SeriesKind.INVOICE,
            pattern=_pattern_of(business.name),
            resets_yearly=True,
        )


def _pattern_of(name: str) -> str:
    """The pattern of a business's invoices: its initials, or the start of a name of one word.

    It is INV for a name without Latin letters, and for initials that another kind of document has.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.findall(r"[A-Za-z]+", plain)
    letters = "".join(word[0] for word in words[:3]) if len(words) > 1 else "".join(words)[:3]
    pattern = f"{letters.upper()}-{{year}}-{{seq:04}}"
    is_taken = pattern in DEFAULT_PATTERNS.values()
    return "INV-{year}-{seq:04}" if is_taken or not letters else pattern


def patterns_in_use(business: Business) -> list[tuple[str, str, str]]:
    """Return (label of the kind, its pattern, its next number) for each kind of document."""
    numberings = {row.kind: row for row in Numbering.objects.filter(business=business)}
    rows = []
    for kind, default in DEFAULT_PATTERNS.items():
        pattern = numberings[kind].pattern if kind in numberings else default
        series = Series.objects.filter(business=business, kind=kind).order_by("-year").first()
        year = series.last_on.year if series and series.last_on else 2026
        rows.append(
            (
                str(kind.label),
                pattern,
                format_number(pattern, year, (series.last if series else 0) + 1),
            )
        )
    return rows


def _check(pattern: str, resets_yearly: bool) -> None:
    """Raise BadPattern if the pattern is malformed or ambiguous by itself."""
    fields = [match[1] for match in _FIELD.finditer(pattern)]
    if (
        fields.count("seq") != 1
        or fields.count("year") > 1
        or not _PLAIN.fullmatch(_FIELD.sub("", pattern))
    ):
        message = _(
            "Write {seq} once, {year} at most once, and else only letters, digits and / . _ -"
        )
        raise BadPattern(message, field="pattern")
    if resets_yearly and "year" not in fields:
        raise BadPattern(_("Numbers that start again every year need {year}."), field="pattern")
    # Digits next to each other could be read in two ways: year 2026 and 11, or 20261 and 1.
    if re.search(r"\}\{|\}\d|\d\{", pattern):
        raise BadPattern(
            _("Put a letter or a character such as - between the running number and other digits."),
            field="pattern",
        )
    if len(format_number(pattern, 9999, 10**9)) > _MAX:
        raise BadPattern(_("This is too long."), field="pattern")


def _shape(pattern: str) -> str:
    """Reduce a pattern to its text, with "0" for each run of digits.

    Two patterns with different shapes can never give the same number.
    """
    return re.sub(r"\d+", "0", _FIELD.sub("0", pattern))


def _could_repeat(business: Business, kind: SeriesKind, pattern: str, resets_yearly: bool) -> bool:
    """Whether the pattern would later give a number that a document has already."""
    fields = {"year": r"0*(?P<year>\d{4})", "seq": r"(?P<seq>\d+)"}
    parts = enumerate(_FIELD.split(pattern))
    written = re.compile(
        "".join(re.escape(part) if n % 3 == 0 else fields.get(part or "", "") for n, part in parts)
    )
    last = {row.year: row.last for row in Series.objects.filter(business=business, kind=kind)}
    for match in filter(None, map(written.fullmatch, _given(business, kind))):
        counter = int(match["year"]) if resets_yearly else 0
        if int(match["seq"]) > last.get(counter, 0):
            return True
    return False


def _given(business: Business, kind: SeriesKind) -> list[str]:
    """Return every number of that kind so far. Receipts and tax receipts are all payments."""
    if kind == SeriesKind.INVOICE:
        return list(Invoice.objects.filter(business=business).values_list("number", flat=True))
    if kind == SeriesKind.CREDIT_NOTE:
        return list(CreditNote.objects.filter(business=business).values_list("number", flat=True))
    return list(Payment.objects.filter(business=business).values_list("receipt_number", flat=True))


def find_gaps(business: Business | None = None) -> list[Gap]:
    """Return the series whose numbers are not exactly 1 to the last; there should be none.

    Without a business, every series of the installation is checked.
    """
    rows = Series.objects.all() if business is None else Series.objects.filter(business=business)
    return [gap for series in rows.iterator() if (gap := _gap(series))]


def _gap(series: Series) -> Gap | None:
    documents: QuerySet[Any] = Payment.objects.filter(series=series)
    if series.kind == SeriesKind.INVOICE:
        documents = Invoice.objects.filter(series=series)
    elif series.kind == SeriesKind.CREDIT_NOTE:
        documents = CreditNote.objects.filter(series=series)
    lost = LostNumber.objects.filter(series=series, used_at__isnull=True)
    ends = [
        rows.aggregate(low=Min("seq"), high=Max("seq"), count=Count("pk"))
        for rows in (documents, lost)
    ]
    count = sum(each["count"] for each in ends)
    actual = (
        min((each["low"] for each in ends if each["count"]), default=None),
        max((each["high"] for each in ends if each["count"]), default=None),
        count,
    )
    expected = (None, None, 0) if not series.last else (1, series.last, series.last)
    return None if actual == expected else Gap(series.kind, series.year, series.last, count)

"""Numbers for papers: gapless per business, kind and year, given under the lock of their series (rule 15)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Max, Min, QuerySet
from django.utils.translation import gettext as _

from billing.models import CreditNote, Invoice, Numbering, Payment, Series
from billing.models.invoice import SeriesKind
from billing.rules.errors import BadPattern
from core.models import Business

USUAL = {
    SeriesKind.INVOICE: "RH-{year}-{seq:04}",
    SeriesKind.RECEIPT: "RC-{year}-{seq:04}",
    SeriesKind.TAX_RECEIPT: "TX-{year}-{seq:04}",
    SeriesKind.CREDIT_NOTE: "CN-{year}-{seq:04}",
}
_FIELD = re.compile(r"\{(year|seq)(?::0([1-9]))?\}")
_PLAIN = re.compile(r"[A-Za-z0-9/._-]*")
_MAX = 40


@dataclass
class Numbers:
    """A locked series and how its numbers are written; `on` is the date they carry, never before the last one's."""

    series: Series
    pattern: str
    on: date

    def next(self) -> tuple[int, str]:
        """(running number, text). It counts once `keep` has written it."""
        self.series.last += 1
        self.series.last_on = self.on
        return self.series.last, write(self.pattern, self.on.year, self.series.last)


@dataclass(frozen=True)
class Gap:
    """A series whose papers do not fill 1 to `last`."""

    kind: str
    year: int
    last: int
    papers: int


def write(pattern: str, year: int, seq: int) -> str:
    """One number: ("RH-{year}-{seq:04}", 2026, 7) is RH-2026-0007."""
    values = {"year": year, "seq": seq}
    return _FIELD.sub(lambda m: f"{values[m[1]]:0{m[2] or 1}d}", pattern)


def lock(kinds: Mapping[UUID, SeriesKind], days: Mapping[UUID, date]) -> dict[UUID, Numbers]:
    """Each business's series of one paper, locked in a fixed order until the transaction ends; call it inside one."""
    patterns = {
        (row.business_id, row.kind): row for row in Numbering.objects.filter(business__in=kinds)
    }
    years = {}
    for pk, kind in kinds.items():
        own = patterns.get((pk, kind))
        years[pk] = days[pk].year if own is None or own.resets_yearly else 0
    found = _locked(kinds, years)
    missing = sorted(
        pk for pk in kinds if pk not in found
    )  # in a fixed order as well: inserting locks too
    if missing:
        fresh = [Series(business_id=pk, kind=kinds[pk], year=years[pk]) for pk in missing]
        Series.objects.bulk_create(fresh, ignore_conflicts=True)
        found = _locked(kinds, years)
    numbers = {}
    for pk, series in found.items():
        own = patterns.get((pk, kinds[pk]))
        pattern = own.pattern if own else USUAL[kinds[pk]]
        numbers[pk] = Numbers(series, pattern, max(days[pk], series.last_on or days[pk]))
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


def keep(numbers: Iterable[Numbers]) -> None:
    """Write how far each series has come; in the same transaction as the papers."""
    Series.objects.bulk_update([each.series for each in numbers], ["last", "last_on"])


def one(business_id: UUID, kind: SeriesKind, day: date) -> tuple[Series, int, str, date]:
    """One number of one business: (series, running number, text, date); call it inside a transaction."""
    numbers = lock({business_id: kind}, {business_id: day})[business_id]
    seq, text = numbers.next()
    keep([numbers])
    return numbers.series, seq, text, numbers.on


def set_pattern(
    *, business: Business, kind: SeriesKind, pattern: str, resets_yearly: bool
) -> Numbering:
    """Write numbers this way from now on; they go on counting. Raises BadPattern where two could come out alike."""
    _check(pattern, resets_yearly)
    with transaction.atomic():
        Business.objects.select_for_update().get(pk=business.pk)
        others: dict[str, str] = {str(each): USUAL[each] for each in USUAL if each != kind}
        others |= dict(
            Numbering.objects.filter(business=business)
            .exclude(kind=kind)
            .values_list("kind", "pattern")
        )
        if _shape(pattern) in map(_shape, others.values()):
            raise BadPattern(_("Another kind of paper is numbered like this."), field="pattern")
        if _could_repeat(business, kind, pattern, resets_yearly):
            words = _(
                "An older paper has a number that this pattern would give again. Change its letters."
            )
            raise BadPattern(words, field="pattern")
        fields = {"pattern": pattern, "resets_yearly": resets_yearly}
        return Numbering.objects.update_or_create(business=business, kind=kind, defaults=fields)[0]


def patterns(business: Business) -> list[tuple[str, str, str]]:
    """(kind, its pattern, the next number) for each kind of paper."""
    own = {row.kind: row for row in Numbering.objects.filter(business=business)}
    found = []
    for kind, usual in USUAL.items():
        pattern = own[kind].pattern if kind in own else usual
        last = Series.objects.filter(business=business, kind=kind).order_by("-year").first()
        year = last.last_on.year if last and last.last_on else 2026
        found.append(
            (str(kind.label), pattern, write(pattern, year, (last.last if last else 0) + 1))
        )
    return found


def _check(pattern: str, resets_yearly: bool) -> None:
    fields = [match[1] for match in _FIELD.finditer(pattern)]
    if (
        fields.count("seq") != 1
        or fields.count("year") > 1
        or not _PLAIN.fullmatch(_FIELD.sub("", pattern))
    ):
        words = _(
            "Write {seq} once, {year} at most once, and else only letters, digits and / . _ -"
        )
        raise BadPattern(words, field="pattern")
    if resets_yearly and "year" not in fields:
        raise BadPattern(_("Numbers that start again every year need {year}."), field="pattern")
    if re.search(r"\}\{|\}\d|\d\{", pattern):
        raise BadPattern(
            _("Put a letter or a sign between the running number and other digits."),
            field="pattern",
        )
    if len(write(pattern, 9999, 10**9)) > _MAX:
        raise BadPattern(_("This is too long."), field="pattern")


def _shape(pattern: str) -> str:
    """What the numbers of two patterns share if one could be alike: each run of digits is one, whichever they are."""
    return re.sub(r"\d+", "0", _FIELD.sub("0", pattern))


def _could_repeat(business: Business, kind: SeriesKind, pattern: str, resets_yearly: bool) -> bool:
    """Whether a number that was given is one that the pattern gives later, in the same year or another."""
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
    """Every number so far of that kind; receipts and tax receipts are one kind of row."""
    if kind == SeriesKind.INVOICE:
        return list(Invoice.objects.filter(business=business).values_list("number", flat=True))
    if kind == SeriesKind.CREDIT_NOTE:
        return list(CreditNote.objects.filter(business=business).values_list("number", flat=True))
    return list(Payment.objects.filter(business=business).values_list("receipt_number", flat=True))


def gaps(business: Business | None = None) -> list[Gap]:
    """Series whose papers are not exactly 1 to the last number: there should be none."""
    found = Series.objects.all() if business is None else Series.objects.filter(business=business)
    return [gap for series in found.iterator() if (gap := _gap(series))]


def _gap(series: Series) -> Gap | None:
    papers: QuerySet[Any] = Payment.objects.filter(series=series)
    if series.kind == SeriesKind.INVOICE:
        papers = Invoice.objects.filter(series=series)
    elif series.kind == SeriesKind.CREDIT_NOTE:
        papers = CreditNote.objects.filter(series=series)
    found = papers.aggregate(low=Min("seq"), high=Max("seq"), count=Count("pk"))
    whole = (None, None, 0) if not series.last else (1, series.last, series.last)
    is_whole = (found["low"], found["high"], found["count"]) == whole
    return None if is_whole else Gap(series.kind, series.year, series.last, found["count"])

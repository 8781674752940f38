"""Finds entries of the search's index, the best first, with a bounded number of statements."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL

from core.models import Business, SearchEntry
from core.money import exponent
from core.search import terms

CLIENT, PERSON, PAYMENT, TIME = "client", "contact", "payment", "time"
NAMES, NOTES = (CLIENT, PERSON), (TIME,)
#: Named one by one, because SQLite's index begins with the kind.
OTHERS = (
    *("agreement", "credit_note", "deliverable", "document", "invoice", PAYMENT),
    *("proposal", "request"),
)
LAST = (PAYMENT, *NOTES)  # a payment lies on the page of its invoice, which is named first
#: Names are looked for first and notes last, each on its own: a word in a thousand notes hides no
#: client. The letters are those of the index (core.database.searched_table).
GROUPS = {
    "n": Q(kind__in=NAMES),
    "o": Q(kind__in=OTHERS),
    "t": Q(kind__in=NOTES),
}
MOST = 60  # entries of each group that are read
SLIPS = 2  # words of a text that are tried as the one with a slip
MANY = 400  # names that are compared with one that was typed with a slip


@dataclass(frozen=True)
class Hit:
    """A row that was found: its kind and id, and whether it was typed with a slip."""

    kind: str
    row_id: UUID
    is_guess: bool = False


def find(business: Business, text: str, *, most: int = 24) -> list[Hit]:
    """Return at most so many rows of a business that fit a text, the best and newest first.

    Every word of the text must occur in the row. A sum finds what has this total, in whatever
    currency. If nothing fits, names that are spelt almost like it are returned as guesses.
    """
    wanted = terms.words(text)
    if not wanted:
        return []
    found = [*_with_sum(business, text), *_with_words(business, wanted, most)]
    best = dict.fromkeys(sorted(found, key=lambda row: _order(row, wanted)))
    if best:
        return [Hit(row.kind, row.pk) for row in best][:most]
    return [Hit(row.kind, row.pk, is_guess=True) for row in _almost(business, wanted)]


def _order(row: SearchEntry, wanted: Sequence[str]) -> tuple[int, int, int]:
    """The best fit, names before notes, and the newest first: ids are in order of making."""
    group = 0 if row.kind in NAMES else 2 if row.kind in LAST else 1
    fit = terms.fit(wanted, row.words)
    return (-fit if fit else -terms.BEGINS, group, -row.pk.int)


def _with_words(business: Business, wanted: Sequence[str], most: int) -> Iterator[SearchEntry]:
    found = 0
    for group in GROUPS:
        if found < most:
            rows = _entries(business, group)
            for word in wanted:
                rows = rows.filter(_has(word, business, group))
            entries = list(rows[:MOST])
            found += len(entries)
            yield from entries


def _entries(business: Business, group: str) -> QuerySet[SearchEntry]:
    return SearchEntry.objects.filter(GROUPS[group], business=business)


def _has(word: str, business: Business, group: str) -> Q:
    """Where a word occurs; one or two letters must begin a word."""
    found = Q()
    for spelling in terms.spellings(word):
        if len(spelling) >= terms.SHORTEST:
            here = Q(words__contains=spelling)
        else:
            here = Q(words__startswith=spelling) | Q(words__contains=f" {spelling}")
        found |= here & _indexed(spelling, business, group)
    return found


def _indexed(word: str, business: Business, group: str) -> Q:
    """The same condition as PostgreSQL's index can answer it."""
    if connection.vendor != "postgresql":
        return Q()
    grams = [f"{str(business.pk)[-6:]}{group}{gram}" for gram in terms.grams(word)]
    there = "rh_search_grams(business_id, kind, words) @> %s::text[]"
    return Q(RawSQL(there, [grams], output_field=BooleanField()))  # noqa: S611 - no input in it


def _with_sum(business: Business, text: str) -> list[SearchEntry]:
    """The newest with each sum, one by one: PostgreSQL sorts several by reading them all."""
    sums = terms.sums(text)
    rows = SearchEntry.objects.filter(business=business)
    found = [
        row
        for total in sorted(set().union(*sums.values()))
        for row in rows.filter(total=total).order_by("-id")[:MOST]
    ]
    return [row for row in found if row.total in sums.get(exponent(row.currency), ())]


def _almost(business: Business, wanted: Sequence[str]) -> list[SearchEntry]:
    """Return names that are spelt almost like what was typed, the most alike first.

    One word was typed with a slip and the others occur; or else only the longest word is compared.
    """
    longest = sorted(wanted, key=len, reverse=True)[:SLIPS]
    one_slip = {word: [other for other in wanted if other != word] for word in longest}
    found = _spelt_like(one_slip, business) if len(wanted) > 1 else []
    return found or _spelt_like({longest[0]: []}, business)


def _spelt_like(slips: Mapping[str, Sequence[str]], business: Business) -> list[SearchEntry]:
    """Return names with a word almost like one of these, and with all the others that it names.

    A slip is in one half of a word, so that the other half leads to it. One query.
    """
    names, near = next(iter(GROUPS)), Q()
    for word, others in slips.items():
        halves, fits = Q(), Q()
        for half in terms.halves(word):
            halves |= _has(half, business, names)
        for other in others:  # first, because it fits fewer: SQLite compares in this order
            fits &= _has(other, business, names)
        if halves:
            near |= fits & halves
    if not near:
        return []
    alike = [
        (min(terms.likeness(word, row.words) for word in slips), row)
        for row in _entries(business, names).filter(near)[:MANY]
    ]
    alike = [(likeness, row) for likeness, row in alike if likeness >= terms.ALIKE]
    alike.sort(key=lambda each: (-each[0], each[1].words))
    return [row for _likeness, row in alike[:8]]

"""Finds entries of the search's index, the best first, with a bounded number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL

from core.models import Business, SearchEntry
from core.money import exponent
from core.search import terms

#: The kinds that a name leads to, and the one that has most rows: each is looked for on its own, so
#: that a word in a thousand notes hides no client.
CLIENT, PERSON, PAYMENT, TIME = "client", "contact", "payment", "time"
NAMES = (CLIENT, PERSON)
NOTES = (TIME,)
LAST = (PAYMENT, *NOTES)  # a payment lies on the page of its invoice, which is named first
MOST = 60  # entries of each group that are read
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
    rows = SearchEntry.objects.filter(business=business)
    found = [
        *_with_sum(rows, text),
        *_with_words(rows, [_has(word, business) for word in wanted]),
    ]
    best = dict.fromkeys(sorted(found, key=lambda row: _order(row, wanted)))
    hits = [Hit(row.kind, row.pk) for row in best]
    return hits[:most] or [
        Hit(row.kind, row.pk, is_guess=True) for row in _almost(rows, wanted, business)
    ]


def _order(row: SearchEntry, wanted: Sequence[str]) -> tuple[int, int, int]:
    """The best fit, names before notes, and the newest first: ids are in order of making."""
    group = 0 if row.kind in NAMES else 2 if row.kind in LAST else 1
    fit = terms.fit(wanted, row.words)
    return (-fit if fit else -3, group, -row.pk.int)


def _with_words(rows: QuerySet[SearchEntry], wanted: Sequence[Q]) -> list[SearchEntry]:
    for has_word in wanted:
        rows = rows.filter(has_word)
    others = rows.exclude(kind__in=(*NAMES, *NOTES))
    groups = (rows.filter(kind__in=NAMES), others, rows.filter(kind__in=NOTES))
    return [row for group in groups for row in group[:MOST]]


def _has(word: str, business: Business) -> Q:
    """Where a word occurs; one or two letters must begin a word."""
    found = Q()
    for spelling in terms.spellings(word):
        if len(spelling) >= terms.SHORTEST:
            here = Q(words__contains=spelling)
        else:
            here = Q(words__startswith=spelling) | Q(words__contains=f" {spelling}")
        found |= here & _indexed(spelling, business)
    return found


def _indexed(word: str, business: Business) -> Q:
    """The same condition as PostgreSQL's index can answer it (core.database.searched_table)."""
    if connection.vendor != "postgresql":
        return Q()
    grams = [f"{str(business.pk)[-6:]}{gram}" for gram in terms.grams(word)]
    condition = "rh_search_grams(business_id, words) @> %s::text[]"
    return Q(RawSQL(condition, [grams], output_field=BooleanField()))  # noqa: S611 - no user input in it


def _with_sum(rows: QuerySet[SearchEntry], text: str) -> list[SearchEntry]:
    sums = terms.sums(text)
    totals = set().union(*sums.values())
    found = rows.filter(total__in=totals).order_by("-id")[:MOST] if totals else []
    return [row for row in found if row.total in sums.get(exponent(row.currency), ())]


def _almost(
    rows: QuerySet[SearchEntry], wanted: Sequence[str], business: Business
) -> list[SearchEntry]:
    """Return names that are spelt almost like the longest word, the most alike first.

    A slip is in one half of a word, so that the other half leads to it.
    """
    word = max(wanted, key=len)
    near = Q()
    for half in terms.halves(word):
        near |= _has(half, business)
    if not near:
        return []
    alike = [
        (terms.likeness(word, row.words), row) for row in rows.filter(near, kind__in=NAMES)[:MANY]
    ]
    alike = [(likeness, row) for likeness, row in alike if likeness >= terms.ALIKE]
    alike.sort(key=lambda each: (-each[0], each[1].words))
    return [row for _likeness, row in alike[:8]]

"""The terms in force on a day: the agreement's own, or those of its latest amendment by then.

Terms are returned as the Agreement or the Amendment whose `tier`, `amount` and `minutes` apply.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from agreements.models import Agreement, Amendment
from agreements.models.amendment import AmendmentQuerySet


def load_amendments(agreements: Iterable[Agreement]) -> list[Agreement]:
    """Load the signed amendments of these agreements with one query, and return the agreements.

    Afterwards the functions of this module need no query for them.
    """
    rows = list(agreements)
    own = Amendment.objects.filter(agreement__in=[row.pk for row in rows])
    return with_amendments(rows, own) if rows else rows


def with_amendments(rows: list[Agreement], own: AmendmentQuerySet) -> list[Agreement]:
    """The same for agreements whose amendments are all among the rows of a query."""
    amendments = own.signed()
    for row in rows:
        row.signed_amendments = amendments.get(row.pk, [])
    return rows


def terms_on(agreement: Agreement, day: date) -> Agreement | Amendment:
    """The terms in force on a day, past or future."""
    return latest(agreement, _signed_amendments(agreement), day)


def latest(
    agreement: Agreement, amendments: Sequence[Amendment], day: date
) -> Agreement | Amendment:
    """The last of these amendments that applies on a day, or the agreement itself.

    `amendments` are in the order in which they apply.
    """
    if not amendments:
        return agreement
    begun = [amendment for amendment in amendments if amendment.effective_on <= day]
    return begun[-1] if begun else agreement


def billed_terms_on(agreement: Agreement, day: date) -> Agreement | Amendment:
    """The terms by which a period that starts on `day` is billed.

    An upgrade that applies in the middle of a period counts from the next period on.
    """
    if not (amendments := _signed_amendments(agreement)):
        return agreement
    billed = [amendment for amendment in amendments if amendment.bills_from <= day]
    return billed[-1] if billed else agreement


def signed_changes(agreement: Agreement) -> Sequence[Amendment]:
    """The signed amendments of an agreement, in the order in which they apply."""
    return _signed_amendments(agreement)


def _signed_amendments(agreement: Agreement) -> Sequence[Amendment]:
    """The signed amendments, loaded by `load` or queried now.

    A query is not cached on the agreement, because an amendment may be signed after it.
    """
    if agreement.signed_amendments is not None:
        return agreement.signed_amendments
    return Amendment.objects.signed_of([agreement.pk]).get(agreement.pk, [])

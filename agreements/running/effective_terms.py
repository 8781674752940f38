"""Which terms apply on a day: those that were signed first, or those of the latest amendment by then."""

from collections.abc import Iterable, Sequence
from datetime import date

from agreements.models import Agreement, Amendment


def load(agreements: Iterable[Agreement]) -> list[Agreement]:
    """The same agreements, each knowing its signed amendments, with one question for all of them."""
    rows = list(agreements)
    found = Amendment.objects.signed_of(row.pk for row in rows) if rows else {}
    for row in rows:
        row.signed_amendments = found.get(row.pk, [])
    return rows


def on(agreement: Agreement, day: date) -> Agreement | Amendment:
    """The paper whose tier, fee and minutes apply on that day, today's and any past one's alike."""
    return latest(agreement, _known(agreement), day)


def latest(
    agreement: Agreement, amendments: Sequence[Amendment], day: date
) -> Agreement | Amendment:
    """Of amendments in the order they apply, the last that has begun."""
    begun = [each for each in amendments if each.effective_on <= day]
    return begun[-1] if begun else agreement


def billed_on(agreement: Agreement, day: date) -> Agreement | Amendment:
    """The paper by whose fee a period that begins on that day is billed: an upgrade counts from the next one."""
    billing = [each for each in _known(agreement) if each.bills_from <= day]
    return billing[-1] if billing else agreement


def _known(agreement: Agreement) -> Sequence[Amendment]:
    """What was loaded with others, or what is signed now: never remembered from an earlier question."""
    if agreement.signed_amendments is not None:
        return agreement.signed_amendments
    return Amendment.objects.signed_of([agreement.pk]).get(agreement.pk, [])

"""Lets an installation act again after its database went back, on a person's word (rule 46)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from billing.charging.reconcile import reconcile
from billing.models import LostNumber, Series
from billing.recovery import compare
from core import nudge
from core.continuity import outside, standing
from core.continuity.outside import Number
from core.errors import RuleError
from core.models import Business

MOST = 100_000  # numbers of one series that can be lost at once


class NotCompared(RuleError):
    """Nobody has compared these books with the gateways during this doubt."""


def go_on(*, actor: str, now: datetime) -> None:
    """Resume: numbers that went out stay lost, and what was found is taken over.

    Charging is switched off for the businesses whose gateway could not be compared, until their
    owner switches it on. Raises NotCompared.
    """
    row = standing.in_doubt()
    if row is None:
        return
    if row.compared_at is None:
        raise NotCompared(_("Compare with the payment gateways first."))
    lose_numbers(outside.all_numbers(), now=now)
    Business.objects.filter(pk__in=row.unread).update(charging_on=False)
    compare.take_over(now=now)
    standing.resume(actor=actor, now=now)
    # What these books did not know yet about objects that they know is stored in the usual way.
    began = row.marked_at or now - compare.LONGEST
    differences = reconcile(now=now, window=now - began + compare.LONGEST)
    standing.keep_comparison([*row.differences, *differences], now=now)
    for task in ("billing.tasks.resolve", "billing.tasks.bill", "core.tasks.send_mail"):
        nudge.ring(task)


def lose_numbers(known: Sequence[Number], *, now: datetime) -> int:
    """Give up every number that went out and is in none of these books; return how many.

    A document that is made again for the same thing and the same amount gets its number back.
    """
    by_series: dict[str, dict[int, str]] = defaultdict(dict)
    for number in known:
        by_series[number.series][number.seq] = number.paper
    return sum(_lose(name, papers, now) for name, papers in sorted(by_series.items()))


def _lose(name: str, papers: dict[int, str], now: datetime) -> int:
    business, kind, year = name.split("/")
    if not Business.objects.filter(pk=business).exists():
        return 0
    with transaction.atomic():
        series, _made = Series.objects.get_or_create(
            business_id=business, kind=kind, year=int(year)
        )
        series = Series.objects.select_for_update().get(pk=series.pk)
        last = max(papers)
        gone = range(series.last + 1, min(last, series.last + MOST) + 1)
        LostNumber.objects.bulk_create(
            LostNumber(
                series=series,
                seq=seq,
                paper=UUID(paper) if (paper := papers.get(seq)) else None,
                lost_at=now,
            )
            for seq in gone
        )
        Series.objects.filter(pk=series.pk, last__lt=last).update(last=last)
    return len(gone)

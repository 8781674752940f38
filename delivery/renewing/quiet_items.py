"""Which findings about running periods are no news to their owner (rule 39).

A finding is about an item: a KPI, a deliverable, or the hours of an agreement. It is no news when
the owner muted the item; dismissed it twice in a row, and it is not clearly worse now; was told of
it in this period, and it is improving; or when this is the usual pace of a deliverable that was
complete in the end each time.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from agreements.models import Period
from delivery.models import Deliverable, EarlyWarning, Handover, MutedItem
from delivery.renewing.warning_texts import Finding
from delivery.rules.pace_rules import Off, PeriodProgress

DISMISSED_OFTEN = 2  # times in a row after which an item is no news
CLEARLY_WORSE = 25  # percent more than when it was dismissed
REMEMBERED = timedelta(days=400)
USUAL_OF = 3  # earlier periods in which a deliverable's pace is looked up
LEAST_USUAL = 2  # of them that make a pace the usual one

#: What a finding is about: its kind and the name of the KPI or deliverable.
Item = tuple[str, str]


def item_of(finding: Finding) -> Item:
    """Return what a finding is about."""
    kind = str(finding["kind"])
    return kind, str(finding.get("name") or finding.get("title") or "")


@dataclass(frozen=True)
class Told:
    """A finding that the owner was told of, and what became of its warning."""

    period: UUID
    weight: int
    was_dismissed: bool
    was_acted_on: bool


class QuietItems:
    """What is no news in the periods that are looked at; takes five queries however many."""

    def __init__(self, due: Mapping[Period, PeriodProgress], now: datetime) -> None:
        agreements = {period.agreement_id for period in due}
        self._muted = {
            (agreement, kind, name)
            for agreement, kind, name in MutedItem.objects.filter(
                agreement__in=agreements
            ).values_list("agreement", "kind", "name")
        }
        self._told = _told(agreements, now)
        self._usual = _usual(due)

    def is_quiet(self, period: Period, finding: Finding) -> bool:
        """Whether the owner need not be told of this finding."""
        item, weight = item_of(finding), int(finding["weight"])
        if (period.agreement_id, *item) in self._muted:
            return True
        told = self._told[period.agreement_id, item]
        if told and told[-1].period == period.pk and weight < told[-1].weight:
            return True
        streak = _dismissed_last(told)
        if len(streak) >= DISMISSED_OFTEN and weight < max(streak) + CLEARLY_WORSE:
            return True
        usual = self._usual.get((period.pk, item[1])) if item[0] == Off.WORK else None
        return usual is not None and finding["done"] >= usual * finding["promised"] / 100


def _dismissed_last(told: list[Told]) -> list[int]:
    """Return the weights of the findings dismissed since the owner acted on one, oldest first."""
    streak: list[int] = []
    for one in told:
        if one.was_acted_on:
            streak = []
        elif one.was_dismissed:
            streak.append(one.weight)
    return streak


def _told(agreements: Iterable[UUID], now: datetime) -> dict[tuple[UUID, Item], list[Told]]:
    """Return what the owners were told of lately, by agreement and item, oldest first."""
    told: dict[tuple[UUID, Item], list[Told]] = defaultdict(list)
    warnings = EarlyWarning.objects.filter(
        period__agreement__in=list(agreements), created_at__gt=now - REMEMBERED
    ).order_by("created_at", "id")
    for agreement, period, findings, sent_at, dismissed_at in warnings.values_list(
        "period__agreement", "period", "findings", "sent_at", "dismissed_at"
    ):
        for finding in findings:
            told[agreement, item_of(finding)].append(
                Told(period, int(finding["weight"]), bool(dismissed_at), bool(sent_at))
            )
    return told


def _usual(due: Mapping[Period, PeriodProgress]) -> dict[tuple[UUID, str], int]:
    """Return how many percent of a deliverable were usually done by this day of the period.

    By period and title; only where it was complete in the end of every earlier period that counts.
    """
    agreements = {period.agreement_id for period in due}
    begins = min((period.starts_on for period in due), default=date.max)
    longest = max(((period.ends_on - period.starts_on).days for period in due), default=0)
    rows = Deliverable.objects.filter(
        period__agreement__in=agreements,
        period__starts_on__gte=begins - timedelta(days=longest * (USUAL_OF + 1))
        if due
        else date.max,
        promised__gt=0,
    ).select_related("period")
    earlier: dict[tuple[UUID, str], list[Deliverable]] = defaultdict(list)
    for row in rows.order_by("-period__starts_on"):
        earlier[row.period.agreement_id, row.title].append(row)
    given: dict[UUID, list[tuple[date, int]]] = defaultdict(list)
    # A newer version of what was delivered already adds nothing.
    handed_over = Handover.objects.filter(deliverable__in=rows, request__change=None)
    for pk, on, count in handed_over.values_list("deliverable", "on", "count"):
        given[pk].append((on, count))
    usual: dict[tuple[UUID, str], int] = {}
    for period, stretch in due.items():
        for (agreement, title), found in earlier.items():
            past = [row for row in found if row.period.ends_on <= period.starts_on][:USUAL_OF]
            if agreement == period.agreement_id and len(past) >= LEAST_USUAL:
                shares = [_share_by(row, given[row.pk], stretch) for row in past]
                if all(row.done >= row.promised for row in past):
                    usual[period.pk, title] = min(shares)
    return usual


def _share_by(row: Deliverable, given: list[tuple[date, int]], stretch: PeriodProgress) -> int:
    """Return how many percent of a deliverable were done by the same day of its own period."""
    same_day = row.period.starts_on + (stretch.today - stretch.begins)
    return sum(count for on, count in given if on < same_day) * 100 // row.promised

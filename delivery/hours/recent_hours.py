"""The hours of the newest periods of a business's running agreements, for pages with all of them.

They are those of `hours_left`, without reading the earlier periods where nothing rolls over.
"""

from collections import defaultdict
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet

from agreements.models import Agreement, Period, Upgrade
from agreements.rules.states import AgreementState
from agreements.rules.terms import Rollover
from core.models import Business
from delivery.hours import hours_left
from delivery.hours.hours_left import sum_of
from delivery.models import Adjustment, TimeEntry

NEWEST = 3  # periods of each agreement: two that are over, and the one that runs


class RecentPeriod(NamedTuple):
    """A period with its used and its available minutes."""

    agreement_id: UUID
    pk: UUID
    starts_on: date
    ends_on: date
    used: int
    available: int

    @property
    def remaining(self) -> int:
        """The minutes that are left; negative when the allowance is exceeded."""
        return self.available - self.used


def recent_periods(business: Business) -> dict[UUID, list[RecentPeriod]]:
    """Return the last periods of each active agreement by its id, the newest first."""
    found: dict[UUID, list[RecentPeriod]] = defaultdict(list)
    rolls_over = False
    for *row, rollover in _newest(business):
        found[row[0]].append(RecentPeriod(*row))
        rolls_over |= rollover != Rollover.NONE
    return _with_rollover(business, found) if rolls_over else found


def _newest(business: Business) -> QuerySet[Period, tuple[Any, ...]]:
    """The rows of the periods, with what their minutes are where nothing rolls over."""
    later = Period.objects.filter(agreement=OuterRef("agreement"), index=OuterRef("index") + NEWEST)
    periods = Period.objects.filter(
        ~Exists(later),
        business=business,
        agreement__state=AgreementState.ACTIVE,
        agreement__signed_at__isnull=False,
    )
    entries = TimeEntry.history.filter(consumes=True, voided_at=None)
    granted = F("minutes") + sum_of(Upgrade.objects.all()) + sum_of(Adjustment.objects.all())
    return periods.order_by("agreement", "-index").values_list(
        "agreement_id",
        "pk",
        "starts_on",
        "ends_on",
        sum_of(entries),
        granted,
        "agreement__rollover",
    )


def _with_rollover(
    business: Business, found: dict[UUID, list[RecentPeriod]]
) -> dict[UUID, list[RecentPeriod]]:
    """The same with what earlier periods leave to later ones, where that was agreed."""
    rolling = Agreement.objects.filter(business=business, pk__in=list(found))
    stated = hours_left.statements_of(rolling.exclude(rollover=Rollover.NONE))
    for rows in found.values():
        rows[:] = [
            row._replace(available=stated[row.pk].available) if row.pk in stated else row
            for row in rows
        ]
    return found

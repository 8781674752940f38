"""What is added to agreements for a time: by the signed terms, and later by a notice (rule 34)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from agreements.models import Agreement, GivenValueAdd


@dataclass(frozen=True)
class Added:
    """One thing that is added from `starts_on` to `ends_on`, both inclusive.

    `row` is the notice by which it was given later; None where the signed terms give it.
    """

    title: str
    starts_on: date
    ends_on: date
    row: GivenValueAdd | None = None

    def applies_within(self, first: date, last: date) -> bool:
        """Whether it applies on a day from `first` to `last`."""
        return self.starts_on <= last and self.ends_on >= first


def by_agreement(agreements: Iterable[Agreement]) -> dict[UUID, list[Added]]:
    """Everything that is or was added to each agreement, first what was signed. One query."""
    rows = list(agreements)
    given = given_by_agreement(row.pk for row in rows)
    return {
        row.pk: [
            *(
                Added(one["title"], row.starts_on, _day(one.get("ends_on")))
                for one in row.terms.get("value_adds") or []
            ),
            *(Added(one.title, one.starts_on, one.ends_on, one) for one in given.get(row.pk, [])),
        ]
        for row in rows
    }


def _day(text: str | None) -> date:
    """The last day of what was signed; without one it never ends."""
    return date.fromisoformat(text) if text else date.max


def given_by_agreement(agreements: Iterable[UUID]) -> dict[UUID, list[GivenValueAdd]]:
    """What was given by notice and not taken back, by agreement id."""
    found: dict[UUID, list[GivenValueAdd]] = defaultdict(list)
    rows = GivenValueAdd.objects.filter(agreement__in=list(agreements), taken_back_at=None)
    for row in rows:
        found[row.agreement_id].append(row)
    return found


def on(agreement: Agreement, day: date) -> list[Added]:
    """What is added to an agreement on a day."""
    return within(agreement, day, day)


def within(agreement: Agreement, first: date, last: date) -> list[Added]:
    """What is added to an agreement on any day from `first` to `last`."""
    return [
        one for one in by_agreement([agreement])[agreement.pk] if one.applies_within(first, last)
    ]


def as_facts(added: Iterable[Added]) -> list[dict[str, Any]]:
    """The same as reports and reviews keep it: {"title", "ends_on"}."""
    return [{"title": one.title, "ends_on": one.ends_on.isoformat()} for one in added]

"""Storage that goes back in the simulation: snapshots, the return to one of them, and what a person then does.

The bank's ledger and what is kept outside the database stay. In some lives what is outside is lost as well, as when a
backup is restored on another machine.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from django.db import connection

from billing.models import CreditNote, Invoice, Payment
from billing.recovery import compare, go_on
from core.continuity import standing
from core.continuity.outside import Mark, Number

MOST = 3  # snapshots that are kept


@dataclass
class Outside:
    """A place outside the database, in memory."""

    mark: Mark | None = None
    given: dict[tuple[str, int], str] = field(default_factory=dict)

    def copied(self) -> "Outside":
        return Outside(self.mark, dict(self.given))

    def read(self) -> Mark | None:
        return self.mark

    def write(self, mark: Mark) -> None:
        if not (
            self.mark
            and self.mark.installation == mark.installation
            and self.mark.value > mark.value
        ):
            self.mark = mark

    def note(self, numbers: Sequence[Number]) -> None:
        self.given |= {(each.series, each.seq): each.paper for each in numbers}

    def numbers(self) -> Iterator[Number]:
        yield from [Number(series, seq, paper) for (series, seq), paper in self.given.items()]


@dataclass
class Storage:
    """The database of a life: it may go back to a snapshot between two events."""

    dice: Random
    goes_back: bool
    outside: Outside = field(default_factory=Outside)
    snapshots: list[str] = field(default_factory=list)
    outside_then: dict[str, Outside] = field(default_factory=dict)  # what was outside at each
    made: int = 0
    went_back: int = 0
    is_moved: bool = False  # what is outside was lost once, and with it which numbers were given
    seen: dict[str, str] = field(
        default_factory=dict
    )  # each number that was seen, and its document
    doubled: list[str] = field(default_factory=list)
    looked_at: int = -1  # how many rows the connection had written at the last look

    def perhaps(self) -> bool:
        """Now and then take a snapshot, or go back to one, which is returned. No transaction of the project is open."""
        assert not connection.savepoint_ids
        if not self.goes_back:
            return False
        self.look_at_numbers()
        chance = self.dice.random()
        if chance < 0.25:
            self._keep()
        elif chance < 0.32 and self.snapshots:
            self._return()
            return True
        return False

    def _keep(self) -> None:
        if len(self.snapshots) == MOST:
            return
        self.made += 1
        self.snapshots.append(f"snapshot_{self.made}")
        self.outside_then[self.snapshots[-1]] = self.outside.copied()
        self._sql(f"SAVEPOINT {self.snapshots[-1]}")

    def _return(self) -> None:
        place = self.dice.randrange(len(self.snapshots))
        self.snapshots = self.snapshots[: place + 1]
        self._sql(f"ROLLBACK TO {self.snapshots[-1]}")
        self.went_back += 1
        chance = self.dice.random()
        if chance < 0.25:
            self.outside.mark, self.is_moved = None, True
        elif chance < 0.5:  # the whole machine goes back, and only the bank knows
            self.outside, self.is_moved = self.outside_then[self.snapshots[-1]].copied(), True

    def look_at_numbers(self) -> None:
        """Somebody reads every document that there is now, if anything was written since the last time."""
        written = connection.connection.total_changes
        if written == self.looked_at:
            return
        self.looked_at = written
        papers: list[tuple[Any, int, object]] = [
            (row.series, row.seq, (row.reference, row.total))
            for row in Invoice.objects.select_related("series")
        ]
        papers += [
            (row.series, row.seq, (row.gateway, row.reference, row.amount))
            for row in Payment.objects.select_related("series")
        ]
        papers += [
            (row.series, row.seq, (row.invoice.reference, row.total))
            for row in CreditNote.objects.select_related("series", "invoice")
        ]
        for series, seq, paper in papers:
            number = f"{series.name} {seq}"
            if self.seen.setdefault(number, str(paper)) != str(paper):
                self.doubled.append(f"{number} was given to two documents")

    def _sql(self, statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    def look_after(self, now: datetime) -> bool:
        """What a person does when the installation stands still: compare, and go on once all accounts answered."""
        if not standing.in_doubt() or compare.compare(now=now).unread:
            return False
        go_on.go_on(actor="Nan", now=now)
        return True


def judge(
    storage: Storage, taken: Sequence[tuple[str, str, int, Any]], returned: Sequence[str]
) -> list[str]:
    """What is wrong after the storage went back, by the bank's own ledger; what it returned may be charged again."""
    storage.look_at_numbers()
    wrong = [] if storage.is_moved else list(dict.fromkeys(storage.doubled))
    for reference, times in Counter(reference for _, reference, _, _ in taken).items():
        if times - returned.count(reference) > 1:
            wrong.append(f"{reference} was charged {times} times")
    return wrong

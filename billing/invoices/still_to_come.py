"""Adds up in the database what open invoices still bring, as `billing.rules.asking` says.

An invoice asks what its allocations leave, less the tax that its client may still withhold. Of an
invoice that is credited and may be withheld from, the latter is a rounded part of its total: the
few of those are asked one by one (`billing.books.asking`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, Least

from agreements.rules.terms import CollectBy
from billing.books import asking
from billing.models import Allocation, CreditNote, Invoice
from billing.models.payment import SettledBy
from billing.rules.aging import Age, age_of, days_late
from billing.rules.states import CollectionState, InvoiceState
from core.dates import local_day


@dataclass(frozen=True)
class ToCome:
    """Money to come of invoices that have the same `key` and are equally late, in minor units."""

    key: tuple[Any, ...]
    late: int
    amount: int
    invoices: int


def of_invoices(invoices: QuerySet[Invoice], now: datetime, *names: str) -> Iterator[ToCome]:
    """What is to come of the open ones among these invoices, grouped by the fields `names`."""
    plain, single = _divided(invoices)
    groups = plain.values_list(*names, "its_zone", "due_on").annotate(Sum("to_pay"), Count("pk"))
    for *key, zone, due_on, amount, count in groups:
        late = max(0, (local_day(now, zone) - due_on).days)
        yield ToCome(tuple(key), late, amount, count)
    for row, asked in _one_by_one(single, now):
        key = [getattr(row, name) for name in names]
        yield ToCome(tuple(key), asked.late, asked.to_pay, 1)


def with_lateness(
    invoices: QuerySet[Invoice], now: datetime, *, is_late: bool, age: Age | None
) -> Q:
    """The condition for those with money to come, overdue or of an age."""
    plain, single = _divided(invoices)
    wanted = Q(pk__in=[])
    for zone in plain.values_list("its_zone", flat=True).distinct():
        today = local_day(now, zone)
        due = Q(due_on__lt=today) if is_late else Q()
        if age:
            first, last = days_late(age)
            due &= _due(today, first, last)
        wanted |= Q(its_zone=zone) & due
    more = [
        row.pk
        for row, asked in _one_by_one(single, now)
        if (asked.late or not is_late) and (age is None or age_of(asked.late) == age)
    ]
    return Q(pk__in=plain.filter(wanted).values("pk")) | Q(pk__in=more)


def _due(today: date, first: int, last: int | None) -> Q:
    """The due days of what is `first` to `last` days late; 0 is not late."""
    due = Q(due_on__gte=today - timedelta(days=last)) if last else Q()
    if first:
        return due & Q(due_on__lte=today - timedelta(days=first))
    return Q(due_on__gte=today)


def _divided(invoices: QuerySet[Invoice]) -> tuple[QuerySet[Any], QuerySet[Invoice]]:
    """The open invoices with money `to_pay` and `its_zone`, and those to ask one by one."""
    credited = Exists(CreditNote.objects.filter(invoice=OuterRef("pk")))
    rows = invoices.filter(state=InvoiceState.OPEN).order_by()
    plain = rows.filter(Q(withholding=0) | ~credited).annotate(
        its_zone=Coalesce("agreement__time_zone", "time_zone"),
        left=F("total") - _settled(),
        to_pay=F("left") - _withheld(),
    )
    return plain.exclude(to_pay=0), rows.filter(credited, withholding__gt=0)


def _withheld() -> Case:
    """The tax for which a certificate may still come: of nothing that a card is to pay."""
    still = Greatest(F("withholding") - _settled(by=SettledBy.CERTIFICATE), Value(0))
    by_card = Q(collect_by=CollectBy.CARD) & ~Q(collection__state=CollectionState.SENT)
    return Case(
        When(Q(withholding=0) | by_card, then=Value(0)),
        default=Least(F("left"), still),
        output_field=IntegerField(),
    )


def _settled(**kind: Any) -> Coalesce:
    """The sum of an invoice's allocations, of this kind or of all."""
    rows = Allocation.objects.filter(invoice=OuterRef("pk"), **kind).order_by()
    sums = rows.values("invoice").annotate(sum=Sum("amount")).values("sum")
    return Coalesce(Subquery(sums), Value(0), output_field=IntegerField())


def _one_by_one(invoices: QuerySet[Invoice], now: datetime) -> Iterator[tuple[Invoice, Any]]:
    """The invoices with what each asks, if that is money."""
    rows = list(invoices.select_related("collection", "agreement"))
    asked = asking.asked_of_all(rows, now=now)
    return ((row, asked[row.pk]) for row in rows if asked[row.pk].to_pay)

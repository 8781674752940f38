"""Finds what the gateways know and these books do not, after the database went back (rule 46).

It writes down what it finds and settles nothing: no number is given while the installation stands
still. `go_on` then lets the books take it over.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from billing.charging.elsewhere import found_objects
from billing.charging.reconcile import payment_accounts
from billing.gateways import accounts, registry, unknown_payments
from billing.gateways.base import GatewayObject, GatewayUnknown, Outcome
from billing.models import Charge, Collection, FoundObject
from billing.rules.errors import NotConnected
from billing.rules.states import LIVE, CollectionState
from core import formats
from core.continuity import standing
from core.models import Business, Standing

#: How far back the lists are read if nothing says when the database was last right.
LONGEST = timedelta(days=40)
#: An object is made some time before it is charged: a client saves a card, a charge is retried.
EARLIER = timedelta(days=15)


@dataclass
class Comparison:
    """What a comparison found: how many payment objects these books do not know, and what to read.

    `unread` are the businesses whose account could not be asked.
    """

    found: int = 0
    sentences: list[str] = field(default_factory=list)
    unread: list[UUID] = field(default_factory=list)


def compare(*, now: datetime) -> Comparison:
    """Read the list of every gateway account, and keep each object that no collection has."""
    since = _since(now)
    result = Comparison()
    for name, business, is_shared in _accounts():
        try:
            gateway = accounts.gateway(name, business)
            for theirs in gateway.created_since(since):
                if not found_objects.counts(gateway, theirs):
                    continue
                _keep(name, None if is_shared else business, theirs, now, result)
        except (GatewayUnknown, NotConnected) as error:
            result.unread.append(business)
            result.sentences.append(
                _("%(gateway)s could not be asked: %(error)s") % {"gateway": name, "error": error}
            )
    standing.keep_comparison(result.sentences, unread=result.unread, now=now)
    return result


def _accounts() -> Iterator[tuple[str, UUID, bool]]:
    """Yield the accounts that these books know, and the one that is used if nothing is said."""
    named = set[str]()
    for account in payment_accounts():
        named.add(account[0])
        yield account
    own, anyone = registry.kinds().get(settings.GATEWAY), Business.objects.first()
    if own and own.is_shared and anyone and own.name not in named:
        yield own.name, anyone.pk, True


def _since(now: datetime) -> datetime:
    row = Standing.objects.filter(pk=Standing.ONLY).first()
    return min(now - EARLIER, row.marked_at - EARLIER) if row and row.marked_at else now - LONGEST


def _keep(
    name: str, business: UUID | None, theirs: GatewayObject, now: datetime, result: Comparison
) -> None:
    is_new = found_objects.keep(name, business, theirs, now=now)
    if is_new and theirs.outcome == Outcome.SUCCEEDED:
        result.found += 1
        money = formats.money(theirs.amount, theirs.currency)
        result.sentences.append(
            _("%(gateway)s has taken %(amount)s (%(handle)s), which is not in these books.")
            % {"gateway": name, "amount": money, "handle": theirs.handle}
        )


def take_over(*, now: datetime) -> int:
    """Let the collections of invoices that are known take over what was found for them.

    Returns how many did. What belongs to an invoice that is lost is taken over when that is issued
    again (billing.charging.issue). Their outcomes are then looked up in the usual way.
    """
    open_rows = FoundObject.objects.filter(taken_at__isnull=True, closed_at__isnull=True)
    waiting = found_objects.heaviest(open_rows.exclude(reference="").order_by("pk"))
    return sum(_take(row, waiting, now) for row in _collections(waiting))


def _collections(waiting: dict[str, FoundObject]) -> Iterator[Collection]:
    if not waiting:
        return
    oldest = min(row.found_at for row in waiting.values()) - LONGEST * 3
    rows = Collection.objects.select_related("invoice").filter(invoice__created_at__gte=oldest)
    for row in rows.exclude(state=CollectionState.DONE).iterator(500):
        if {str(row.invoice.reference), str(row.invoice_id)} & waiting.keys():
            yield row


def _take(row: Collection, waiting: dict[str, FoundObject], now: datetime) -> int:
    found = waiting.get(str(row.invoice.reference)) or waiting[str(row.invoice_id)]
    if Charge.objects.filter(collection=row, state__in=LIVE).exists():
        return 0  # its present object is asked first; a person sees the other one
    if row.handle and found.outcome not in found_objects.TAKES_MONEY:
        return 0
    mine = Collection.objects.filter(pk=row.pk, state=row.state, handle=row.handle)
    mine.update(handle=found.handle, amount=found.amount, lease_until=None)
    FoundObject.objects.filter(pk=found.pk).update(taken_at=now)
    return 1


def open_objects(business: Business | None = None) -> QuerySet[FoundObject]:
    """Return what a gateway took and no invoice here is for, until a person dealt with it."""
    not_taken = FoundObject.objects.filter(taken_at__isnull=True).select_related("business")
    rows = unknown_payments.nobodys(not_taken)
    return rows.filter(business=business) if business else rows


def close(row: FoundObject, *, actor: str, now: datetime) -> None:
    """Note that a person dealt with what was found, for example by paying it back."""
    FoundObject.objects.filter(pk=row.pk, closed_at__isnull=True).update(
        closed_at=now, closed_by=actor[:200]
    )

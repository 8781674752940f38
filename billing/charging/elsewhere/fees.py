"""Reads what gateways took for payments, refunds and disputes, and books it (rule 69).

It is a step of its own, after everything that moves money: charging never waits for it, and nothing
in charging reads what it writes. A gateway that says nothing yet is asked again later; nothing is
computed in its place. The same movement is booked once, however often it is read.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial, reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.books import fees_taken
from billing.charging import parallel_calls
from billing.charging.parallel_calls import Batch, Call, Steps
from billing.gateways import accounts, exchange
from billing.gateways.base import GatewayUnknown, ReportedFee
from billing.models import Dispute, FeeLookup, GatewayFee, Payment, Refund
from billing.rules.errors import NotConnected
from billing.rules.states import FeeOf, RefundState
from core.errors import RuleError
from core.jobs.set_aside import Step, without_waiting

READ = Step(
    "read_fees",
    "billing.tasks.read_fees",
    gettext_lazy("Read the gateway's fee of a payment"),
    Payment,
    title="client__name",
    page=("invoice", "invoice_id"),
    patience=3,  # a fee that is known a day later changes nothing
)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: How long after each look-up in which the gateway said nothing it is asked again; then never.
AGAIN_AFTER = (HOUR, 6 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 30 * DAY)
#: How far in this list the waits go for one that gives no answer, which is never given up.
SILENT = 4
#: After a refund or a dispute it is asked at once, and once more when its fee has been taken.
ONCE_MORE_AFTER = DAY
#: A refund or a dispute can be booked with an earlier time while the gateway is asked about fees.
AT_ONCE = timedelta(minutes=15)
MOST = 1000  # payments of a run, so that a first run asks about the past bit by bit
BATCH = 25


def read_fees(*, now: datetime) -> int:
    """Ask the gateways what they took for the payments of which that is not known yet.

    Return how many payments were asked about, at most MOST, the newest first.
    """
    of_account: dict[tuple[str, UUID], list[UUID]] = defaultdict(list)
    for pk, name, business in _newest(now):
        of_account[name, business].append(pk)
    by_account: dict[Hashable, list[Batch[int]]] = defaultdict(list)
    for (name, business), ids in of_account.items():
        begin = partial(_ask, name=name, business=business, now=now)
        batches = [Batch(READ, part, begin) for part in parallel_calls.parts(ids, BATCH)]
        by_account[accounts.account_of(name, business)] += batches
    return sum(parallel_calls.run_batches(by_account, now=now))


def _newest(now: datetime) -> list[tuple[UUID, str, UUID]]:
    """Return id, gateway and business of the payments that are due: each reason is one look-up."""
    found: dict[UUID, tuple[Any, ...]] = {}
    charged = without_waiting(Payment.objects.filter(charge__isnull=False), READ, now)
    for why in _reasons(now):
        rows = charged.filter(why).order_by("-created_at", "-pk")
        for row in rows.values_list("created_at", "pk", "gateway", "business")[:MOST]:
            found[row[1]] = row
    newest = sorted(found.values(), reverse=True)[:MOST]
    return [(pk, name, business) for _made, pk, name, business in newest]


def _reasons(now: datetime) -> tuple[Q, ...]:
    """Why a payment is due: it was never asked about, is due again, or money moved since."""
    asked_at = F("payment__fee_lookup__asked_at") - AT_ONCE
    refunds = Refund.objects.filter(state=RefundState.SUCCEEDED, finished_at__gt=asked_at)
    disputes = Dispute.objects.filter(Q(created_at__gt=asked_at) | Q(closed_at__gt=asked_at))
    return (
        Q(fee_lookup__isnull=True),
        Q(fee_lookup__next_at__lte=now),
        Q(pk__in=refunds.values("payment")),
        Q(pk__in=disputes.values("payment")),
    )


def _ask(ids: Sequence[UUID], name: str, business: UUID, now: datetime) -> Steps[int]:
    due = reduce(or_, _reasons(now))  # another worker may have asked meanwhile
    rows = list(Payment.objects.filter(due, pk__in=ids).select_related("business").order_by("pk"))
    exchanged_at = exchange.exchanged_at(name, business)
    here = [row for row in rows if exchanged_at is None or row.created_at > exchanged_at]
    answers: dict[UUID, Any] = dict.fromkeys((row.pk for row in rows if row not in here), None)
    try:
        gateway = accounts.gateway(name, business)
    except NotConnected as error:  # whose account it is hears of it from the steps that charge
        answers |= {row.pk: GatewayUnknown(str(error)) for row in here}
    else:
        said = yield [Call(gateway, partial(gateway.fees, row.reference)) for row in here]
        answers |= {row.pk: answer for row, answer in zip(here, said, strict=True)}
    _store(rows, answers, now)
    return len(rows)


@transaction.atomic
def _store(rows: Sequence[Payment], answers: dict[UUID, Any], now: datetime) -> None:
    """Book what is new in the answers, and note when to ask again. Raises RuleError.

    The payments are locked, so that of two workers the second one finds what the first has booked.
    An answer is a list of fees, a GatewayUnknown, or None where nobody can be asked any more.
    """
    ids = [row.pk for row in rows]
    locked = Payment.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    list(locked.values_list("pk"))
    known = {(fee.gateway, fee.handle): fee for fee in GatewayFee.objects.filter(payment__in=ids)}
    lookups = {row.payment_id: row for row in FeeLookup.objects.filter(payment__in=ids)}
    fees, fresh = list[GatewayFee](), list[FeeLookup]()
    for row in rows:
        answer = answers[row.pk]
        reported = answer if isinstance(answer, list) else []
        fees += _new(row, reported, known, now)
        lookup = lookups.get(row.pk) or FeeLookup(
            business_id=row.business_id, payment=row, asked_at=now, created_at=now
        )
        lookup.next_at, lookup.lookups = _next(lookup, row.pk in lookups, answer, now)
        lookup.asked_at = now
        fresh.append(lookup)
    zones = {row.pk: row.business.time_zone for row in rows}
    fees_taken.book(fees, [zones[fee.payment_id] for fee in fees], now)
    FeeLookup.objects.bulk_create(
        fresh,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["asked_at", "next_at", "lookups"],
    )


def _new(
    row: Payment,
    reported: Iterable[ReportedFee],
    known: dict[tuple[str, str], GatewayFee],
    now: datetime,
) -> list[GatewayFee]:
    """Build the fees that are not booked yet. Raises RuleError if one differs from what is."""
    fees = []
    for each in reported:
        before = known.get((row.gateway, each.handle))
        if before and (before.amount, before.currency) != (each.amount, each.currency):
            raise RuleError(
                _("The gateway now reports a different fee for %(handle)s.")
                % {"handle": each.handle}
            )
        if before is None:
            fees.append(_fee(row, each, now))
    return fees


def _fee(row: Payment, each: ReportedFee, now: datetime) -> GatewayFee:
    return GatewayFee(
        business_id=row.business_id,
        client_id=row.client_id,
        payment=row,
        gateway=row.gateway,
        handle=each.handle,
        of=each.of,
        currency=each.currency,
        amount=each.amount,
        moved=each.moved,
        settled=each.settled,
        parts=[{"text": text[:120], "amount": amount} for text, amount in each.parts],
        taken_at=each.taken_at,
        created_at=now,
    )


def _next(
    lookup: FeeLookup, is_again: bool, answer: Any, now: datetime
) -> tuple[datetime | None, int]:
    """Return when to ask again, and how many look-ups have brought nothing."""
    if answer is None:
        return None, lookup.lookups
    if isinstance(answer, GatewayUnknown):
        silent = min(lookup.lookups, SILENT)
        return now + AGAIN_AFTER[silent], max(lookup.lookups, silent + 1)
    if any(each.of == FeeOf.PAYMENT for each in answer):
        is_changed = is_again and lookup.next_at is None
        return (now + ONCE_MORE_AFTER if is_changed else None), 0
    if lookup.lookups >= len(AGAIN_AFTER):
        return None, lookup.lookups
    return now + AGAIN_AFTER[lookup.lookups], lookup.lookups + 1

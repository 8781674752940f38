"""Income by how certain it is: received, owed by contract, recurring, renewing, offered (rule 61).

All amounts are minor units before tax. Currencies are never added (rule 13).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Q, Sum

from agreements.changing.end import can_end, earliest_end
from agreements.models import Agreement, Period, Proposal
from agreements.rules.intervals import Interval
from agreements.rules.schedule import WHOLE
from agreements.rules.states import PeriodState, ProposalState
from agreements.running import effective_terms, expected_fees
from agreements.running.periods import coming_spans
from billing.books import queries
from billing.models import Invoice, PaidPart, PaymentMethod, Refund
from billing.models.payment import SettledBy
from billing.rules.asking import Asked
from billing.rules.certainty import (
    BY_CONTRACT,
    HORIZON,
    Certainty,
    certainty_of,
    closing_rate,
    covered_until,
)
from billing.rules.states import RefundState
from clients.models import Client
from core.dates import add_months, local_day, local_instant, month_of
from core.models import Business
from core.money import prorate

#: What is money. Client credit is not: it was money when it was paid, or never.
RECEIVED = (SettledBy.PAYMENT, SettledBy.CERTIFICATE, SettledBy.REVERSAL)
ANSWERED = (ProposalState.ACCEPTED, ProposalState.DECLINED, ProposalState.EXPIRED)


class Expected(NamedTuple):
    """A fee that is expected: of an invoice, or of a period that begins on `on`.

    `source` is its agreement, or a one-off invoice that belongs to none.
    """

    source: Agreement | Invoice
    certainty: Certainty
    on: date
    amount: int


@dataclass
class Income:
    """What one currency brings in the twelve months from a day on."""

    currency: str
    today: date
    received: int = 0
    received_by_day: dict[date, int] = field(default_factory=dict)
    expected: list[Expected] = field(default_factory=list)
    offered: list[tuple[Proposal, int]] = field(default_factory=list)

    def received_since(self, day: date) -> int:
        """What was received from a day of this year on."""
        return sum(amount for on, amount in self.received_by_day.items() if on >= day)

    @cached_property
    def sums(self) -> dict[Certainty, int]:
        """The sum of each certainty, the most certain first."""
        sums = dict.fromkeys(Certainty, 0)
        for one in self.expected:
            sums[one.certainty] += one.amount
        return sums

    @cached_property
    def by_contract(self) -> int:
        """What comes even if everybody gives notice today."""
        return sum(self.sums[one] for one in BY_CONTRACT)

    def by_contract_in(self, month: date) -> int:
        """What of it is due in the month that begins on a day."""
        return sum(
            one.amount
            for one in self.expected
            if one.certainty in BY_CONTRACT and month_of(one.on) == month
        )

    @cached_property
    def total(self) -> int:
        """Everything that is expected, without what is only offered."""
        return sum(self.sums.values())

    @cached_property
    def largest(self) -> tuple[Client, int] | None:
        """The client who brings most of it, and how much; None where nothing is expected."""
        by_source: dict[UUID, int] = defaultdict(int)
        sources = {}
        for one in self.expected:
            sources[one.source.pk] = one.source
            by_source[one.source.pk] += one.amount
        by_client: dict[UUID, int] = defaultdict(int)
        for pk, amount in by_source.items():
            by_client[sources[pk].client_id] += amount
        if not by_client:
            return None
        most = max(by_client, key=lambda pk: (by_client[pk], str(pk)))
        client = next(row.client for row in sources.values() if row.client_id == most)
        return client, by_client[most]

    @property
    def without_largest(self) -> int:
        """What comes if the largest client gives notice today and everybody else stays."""
        if self.largest is None:
            return self.by_contract
        most = self.largest[0].pk
        return self.by_contract + sum(
            one.amount
            for one in self.expected
            if one.certainty not in BY_CONTRACT and one.source.client_id != most
        )

    def safe_until(self, monthly_costs: int) -> tuple[date | None, date | None]:
        """Until when the costs are covered: by what is owed, and without the largest client."""
        first = covered_until(self.by_contract, monthly_costs, self.today)
        return first, covered_until(self.without_largest, monthly_costs, self.today)


def expected_income(
    business: Business,
    agreements: Sequence[Agreement],
    today: date,
    *,
    opened: Iterable[tuple[Invoice, Asked]] | None = None,
    late: Collection[UUID] | None = None,
    with_offers: bool = True,
) -> list[Income]:
    """The income of each currency, the business's own first, then the largest.

    `agreements` are those of `guaranteed.signed_agreements`. `opened` are the invoices of
    `queries.open_invoices` and `late` the agreements of `queries.late_agreements`, if the caller
    has them already. The number of queries does not depend on their number.
    """
    if late is None:
        late = queries.late_agreements(business)
    found: dict[str, Income] = {}

    def of(currency: str) -> Income:
        return found.setdefault(currency, Income(currency, today))

    rows = {row.pk: row for row in agreements}
    for one in [
        *_invoiced(rows, queries.open_invoices(business) if opened is None else opened),
        *_unbilled(business, rows),
        *_coming(business, agreements, today, late),
    ]:
        if one.amount:
            of(one.source.currency).expected.append(one)
    for currency, days in received_by_day(business, date(today.year, 1, 1), today).items():
        of(currency).received_by_day = days
        of(currency).received = sum(days.values())
    for proposal, fee in _offered(business) if with_offers else ():
        of(proposal.currency).offered.append((proposal, fee))
    return sorted(
        found.values(),
        key=lambda row: (row.currency != business.currency, -row.total, row.currency),
    )


def _invoiced(
    agreements: dict[UUID, Agreement], opened: Iterable[tuple[Invoice, Asked]]
) -> list[Expected]:
    """What is still to come of each open invoice, before tax."""
    return [
        Expected(
            agreements[row.agreement_id] if row.agreement_id else row,
            Certainty.INVOICED,
            row.due_on,
            prorate(row.subtotal, asked.left, row.total),
        )
        for row, asked in opened
        if row.total and (row.agreement_id is None or row.agreement_id in agreements)
    ]


def _unbilled(business: Business, agreements: dict[UUID, Agreement]) -> list[Expected]:
    """Periods that have begun and are not billed yet."""
    waiting = (PeriodState.DUE, PeriodState.CARRIED)
    rows = Period.objects.filter(business=business, state__in=waiting)
    return [
        Expected(agreements[pk], Certainty.OWED, starts_on, amount)
        for pk, starts_on, amount in rows.values_list("agreement_id", "starts_on", "amount")
        if pk in agreements
    ]


def _coming(
    business: Business, agreements: Iterable[Agreement], today: date, late: Collection[UUID]
) -> list[Expected]:
    """The fees of the periods that begin within the horizon."""
    until = add_months(today, HORIZON)
    saved = PaymentMethod.objects.filter(business=business, removed_at__isnull=True)
    with_method = set(saved.values_list("client", flat=True))
    ends: dict[UUID, date] = {}
    can_pay: dict[UUID, bool] = {}
    found = []
    for agreement, span in coming_spans(agreements, today, until):
        if agreement.pk not in ends:
            ends[agreement.pk] = _owed_until(agreement, today)
            pays = agreement.is_by_transfer or agreement.client_id in with_method
            can_pay[agreement.pk] = pays and agreement.pk not in late
        certainty = certainty_of(
            span.start,
            owed_until=ends[agreement.pk],
            renews_on=agreement.ends_on,
            can_pay=can_pay[agreement.pk],
        )
        fee = effective_terms.billed_terms_on(agreement, span.start).amount
        if span.fraction != WHOLE:
            fee = prorate(fee, span.fraction.numerator, span.fraction.denominator)
        found.append(Expected(agreement, certainty, span.start, fee))
    return found


def _owed_until(agreement: Agreement, today: date) -> date:
    """The earliest end (exclusive) if notice is given today; a work for one fee has none before."""
    if agreement.interval == Interval.ONCE or not can_end(agreement):
        return agreement.ends_on or date.max
    return earliest_end(agreement, today)


def received(business: Business, first: date, last: date) -> dict[str, int]:
    """What was received from `first` to `last`, before tax and less refunds, by currency."""
    by_day = received_by_day(business, first, last)
    return {currency: sum(days.values()) for currency, days in by_day.items()}


def received_by_day(business: Business, first: date, last: date) -> dict[str, dict[date, int]]:
    """The same by currency and day, as each day has its exchange rate."""
    sums: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    parts = PaidPart.objects.filter(
        business=business, by__in=RECEIVED, on__gte=first, on__lte=last
    ).order_by()
    of_days = parts.values_list("invoice__currency", "on").annotate(Sum("subtotal"))
    for currency, on, amount in of_days:
        sums[currency][on] += amount
    refunds = Refund.objects.filter(
        business=business,
        state=RefundState.SUCCEEDED,
        finished_at__gte=local_instant(first, 0, business.time_zone),
        finished_at__lt=local_instant(last + timedelta(days=1), 0, business.time_zone),
    ).select_related("credit_note")
    for refund in refunds:
        if (note := refund.credit_note) and refund.finished_at:
            on = local_day(refund.finished_at, business.time_zone)
            sums[refund.currency][on] -= prorate(refund.amount, note.subtotal, note.total)
    return sums


def _offered(business: Business) -> list[tuple[Proposal, int]]:
    """The open proposals, each with its fee a month, the largest first."""
    rows = Proposal.objects.filter(business=business, state=ProposalState.SENT)
    found = [
        (row, expected_fees.monthly_fee(row))
        for row in rows.select_related("client").prefetch_related("tiers", "agreements")
    ]
    return sorted((pair for pair in found if pair[1]), key=lambda pair: -pair[1])


def own_closing_rate(business: Business) -> Fraction | None:
    """The share of answered proposals that were won; None while fewer than ten were answered."""
    asked = Proposal.objects.filter(business=business, state__in=ANSWERED).aggregate(
        won=Count("pk", filter=Q(state=ProposalState.ACCEPTED)), answered=Count("pk")
    )
    return closing_rate(asked["won"], asked["answered"])

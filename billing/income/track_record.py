"""What a business has seen of its clients so far: notices, renewals and payments (rule 63)."""

from collections import defaultdict
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Max

from agreements.models import Agreement
from agreements.rules.intervals import Interval
from agreements.rules.states import AgreementState
from agreements.rules.terms import CollectBy
from billing.income.guaranteed import RUNNING
from billing.models import Invoice, PaidPart
from billing.rules.experience import Experience
from billing.rules.states import InvoiceState
from core import audit
from core.dates import add_months
from core.models import Business

KNOWN = 45  # days after an invoice was issued from which on it counts as paid or lost
YEARS = 3  # what lies further back says little about today


def experience(business: Business, today: date) -> Experience:
    """Return what the business has seen in the last three years.

    The number of queries does not depend on the number of agreements.
    """
    seen = Experience()
    since = add_months(today, -12 * YEARS)
    _notices_and_renewals(seen, business, since, today)
    _payments(seen, business, since, today)
    return seen


def _notices_and_renewals(seen: Experience, business: Business, since: date, today: date) -> None:
    rows = Agreement.objects.filter(
        business=business, state__in=RUNNING, signed_at__isnull=False, starts_on__lte=today
    ).exclude(interval=Interval.ONCE)
    noticed = audit.days_of(business, "notice")
    renewed = audit.days_of(business, "renewed")
    for row in rows.only("state", "starts_on", "ends_on", "term_months", "renews"):
        if row.term_months:
            seen.renewed += sum(since <= day <= today for day in renewed[row.pk])
            over = row.ends_on and since <= row.ends_on <= today
            seen.lapsed += bool(over and _was_left(row, noticed))
        else:
            given = next(iter(noticed[row.pk]), None)
            until = min(given or row.ends_on or today, today)
            seen.days += max(0, (until - max(row.starts_on, since)).days)
            seen.notices += bool(given and since <= given)


def _was_left(agreement: Agreement, noticed: dict[UUID, list[date]]) -> bool:
    """Whether its end was a client's choice: notice was given, or an offer was not signed."""
    return bool(noticed[agreement.pk]) or (
        agreement.is_renewed and agreement.state == AgreementState.ENDED
    )


def _payments(seen: Experience, business: Business, since: date, today: date) -> None:
    rows = (
        Invoice.objects.filter(
            business=business, issued_on__gte=since, issued_on__lte=today - timedelta(days=KNOWN)
        )
        .exclude(state=InvoiceState.VOID)
        .order_by("agreement", "issued_on", "pk")
    )
    parts = PaidPart.objects.filter(business=business, on__gte=since).order_by()
    paid = dict(parts.values_list("invoice").annotate(Max("on")))
    was_lost: dict[UUID, bool] = defaultdict(bool)
    for pk, agreement, issued_on, state, collect_by in rows.values_list(
        "pk", "agreement", "issued_on", "state", "collect_by"
    ):
        delay = (paid[pk] - issued_on).days if state == InvoiceState.PAID and pk in paid else None
        if delay is not None and delay > KNOWN:
            delay = None
        way = seen.transfer if collect_by == CollectBy.TRANSFER else seen.card
        way.add(delay, was_lost=was_lost[agreement])
        was_lost[agreement] = delay is None

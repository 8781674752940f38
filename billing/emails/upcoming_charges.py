"""What is charged next, and the letter that says so five days before (rule 23)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from agreements.models import Agreement, Pause
from agreements.models.proposal import CollectBy
from agreements.rules.states import RUNS
from agreements.running import effective_terms
from agreements.running.periods import next_spans
from billing.models import NextLine
from billing.rules import taxes
from billing.rules.dunning import NOTICE_DAYS
from core.dates import local_day
from core.models import Business, OutboxEmail
from core.money import prorate
from core.outbox import emails

KIND = "charge_ahead"


@dataclass(frozen=True)
class Next:
    """An agreement's next invoice as it stands today: `amount` in minor units with tax, waiting lines included."""

    agreement: Agreement
    on: date
    amount: int
    by_card: bool


def next_charges(agreements: Iterable[Agreement], today: date) -> list[Next]:
    """Soonest first; those that are not charged again are left out. Three questions, whatever their number."""
    rows = effective_terms.load(agreements)
    spans = next_spans(rows, today) if rows else {}
    waits: dict[UUID, list[int]] = defaultdict(list)
    for line in NextLine.objects.filter(agreement__in=list(spans), invoice__isnull=True):
        waits[line.agreement_id].append(line.amount)
    found = []
    for row in rows:
        if span := spans.get(row.pk):
            fee = prorate(
                effective_terms.billed_on(row, span.start).amount,
                span.fraction.numerator,
                span.fraction.denominator,
            )
            total = taxes.figures([fee, *waits[row.pk]], row.taxes, row.tax_mode).total
            found.append(Next(row, span.start, total, row.collect_by == CollectBy.CARD))
    return sorted(found, key=lambda each: (each.on, str(each.agreement.pk)))


def announce(*, now: datetime) -> int:
    """Announce the letters for charges of the coming days, each once; how many are new."""
    soon = Agreement.objects.filter(
        state__in=RUNS,
        collect_by=CollectBy.CARD,
        opens_at__gt=now,
        opens_at__lte=now + timedelta(days=NOTICE_DAYS),
        signed_at__lt=now - timedelta(days=NOTICE_DAYS),
        parked_because="",
    )
    found = list(soon.values_list("pk", "opens_at", "time_zone", "business"))
    if not found:
        return 0
    businesses = Business.objects.in_bulk({business for *_, business in found})
    pauses = Pause.objects.by_agreement(pk for pk, *_ in found)
    days = [(pk, local_day(at, zone), business) for pk, at, zone, business in found if at]
    refs = {
        f"{pk}:{day}": businesses[business]
        for pk, day, business in days
        if not any(pause.covers(day) for pause in pauses.get(pk, []))
    }
    there = set(
        OutboxEmail.objects.filter(kind=KIND, ref__in=list(refs)).values_list("ref", flat=True)
    )
    fresh = [(ref, business) for ref, business in refs.items() if ref not in there]
    emails.post(KIND, fresh, now=now)
    return len(fresh)

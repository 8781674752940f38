"""The next charge of each agreement, and the email that announces it five days before (rule 23)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext_lazy

from agreements.models import Agreement, Pause
from agreements.rules.states import RUNNING_STATES
from agreements.rules.terms import CollectBy
from agreements.running import effective_terms
from agreements.running.periods import next_spans
from billing.models import NextLine
from billing.rules import taxes
from billing.rules.dunning import NOTICE_DAYS
from core.dates import local_day
from core.jobs import batches
from core.jobs.set_aside import Step, without_waiting
from core.models import Business, OutboxEmail
from core.money import prorate
from core.outbox import emails

ANNOUNCE = Step(
    "announce_charges",
    "billing.tasks.bill",
    gettext_lazy("Announce the next charge"),
    Agreement,
    title="client__name",
    page=("agreement", "pk"),
)
EMAIL_KIND = "charge_ahead"


@dataclass(frozen=True)
class NextCharge:
    """An agreement's next invoice, as known today, with the lines that wait for it.

    `amount` is in minor units with tax; `on` is a day in the agreement's time zone.
    """

    agreement: Agreement
    on: date
    amount: int
    by_card: bool


def next_charges(agreements: Iterable[Agreement], today: date) -> list[NextCharge]:
    """Return the next charge of each agreement, soonest first, without those that have none.

    The number of queries does not depend on the number of agreements.
    """
    loaded = effective_terms.load_amendments(agreements)
    spans = next_spans(loaded, today) if loaded else {}
    waiting: dict[UUID, list[int]] = defaultdict(list)
    for line in NextLine.objects.filter(agreement__in=list(spans), invoice__isnull=True):
        waiting[line.agreement_id].append(line.amount)
    charges = []
    for agreement in loaded:
        if span := spans.get(agreement.pk):
            fee = prorate(
                effective_terms.billed_terms_on(agreement, span.start).amount,
                span.fraction.numerator,
                span.fraction.denominator,
            )
            total = taxes.compute_totals(
                [fee, *waiting[agreement.pk]], agreement.taxes, agreement.tax_mode
            ).total
            charges.append(
                NextCharge(agreement, span.start, total, agreement.collect_by == CollectBy.CARD)
            )
    return sorted(charges, key=lambda charge: (charge.on, str(charge.agreement.pk)))


def queue_notices(*, now: datetime) -> int:
    """Queue one email for each charge of the coming days; return the number of new emails."""
    due_soon = Agreement.objects.filter(
        state__in=RUNNING_STATES,
        collect_by=CollectBy.CARD,
        opens_at__gt=now,
        opens_at__lte=now + timedelta(days=NOTICE_DAYS),
        signed_at__lt=now - timedelta(days=NOTICE_DAYS),
        parked_because="",
    )
    waiting = without_waiting(due_soon, ANNOUNCE, now).order_by("pk")
    ids = list(waiting.values_list("pk", flat=True))
    return batches.run(ANNOUNCE, ids, lambda batch: _queue(batch, now), now=now)


def _queue(ids: Sequence[UUID], now: datetime) -> int:
    """Queue the emails of these agreements; return the number of new ones."""
    rows = Agreement.objects.filter(pk__in=ids)
    agreements = list(rows.values_list("pk", "opens_at", "time_zone", "business"))
    businesses = Business.objects.in_bulk({business for *_, business in agreements})
    pauses = Pause.objects.by_agreement(pk for pk, *_ in agreements)
    days = [(pk, local_day(at, zone), business) for pk, at, zone, business in agreements if at]
    refs = {
        f"{pk}:{day}": businesses[business]
        for pk, day, business in days
        if not any(pause.covers(day) for pause in pauses.get(pk, []))
    }
    existing = set(
        OutboxEmail.objects.filter(kind=EMAIL_KIND, ref__in=list(refs)).values_list(
            "ref", flat=True
        )
    )
    new_emails = [(ref, business) for ref, business in refs.items() if ref not in existing]
    emails.post(EMAIL_KIND, new_emails, now=now)
    return len(new_emails)

"""The next charge of each agreement, and the email that announces it five days before (rule 23)."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy

from agreements.models import Agreement, Pause, Proposal, Tier
from agreements.models.proposal import TRANSFER_DAYS
from agreements.rules.extras import Extra, in_every_fee, paid_once
from agreements.rules.intervals import Interval, boundary
from agreements.rules.states import RUNNING_STATES
from agreements.rules.terms import CollectBy
from agreements.running import effective_terms
from agreements.running.periods import next_spans, period_spans, scope_filter
from billing.books import ledger
from billing.charging import saved_cards
from billing.charging.notices import card_notices
from billing.gateways import accounts, registry
from billing.invoices import agreed_extras
from billing.models import NextLine, PaymentMethod
from billing.rules import taxes
from billing.rules.asking import credit_spent
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
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class NextCharge:
    """An agreement's next invoice, as known today, with the lines that wait for it.

    Amounts are minor units: `net` is before tax, `amount` with tax, `withheld` what the client
    keeps for the tax office (a card is charged the whole amount), and `credit` the part of the
    client's credit that pays it. `on` is the day of the invoice in the agreement's time zone.
    """

    agreement: Agreement
    on: date
    net: int
    tax: int
    withheld: int
    credit: int = 0

    @property
    def amount(self) -> int:
        """The total of the invoice, with tax."""
        return self.net + self.tax

    @property
    def by_card(self) -> bool:
        """Whether the saved card is charged."""
        return self.agreement.collect_by == CollectBy.CARD

    @property
    def to_pay(self) -> int:
        """The money that is charged or to be transferred."""
        withheld = 0 if self.by_card else self.withheld
        return max(0, self.amount - withheld - self.credit)

    @property
    def due_on(self) -> date:
        """The day by which it is paid."""
        return self.on + timedelta(days=0 if self.by_card else TRANSFER_DAYS)


def next_charges(agreements: Iterable[Agreement], today: date) -> list[NextCharge]:
    """Return the next charge of each agreement, soonest first, without those that have none.

    An agreement whose taxes cannot be read is left out: billing holds it and tells its owner.

    The number of queries does not depend on the number of agreements.
    """
    loaded = effective_terms.load_amendments(agreements)
    spans = next_spans(loaded, today) if loaded else {}
    waiting: dict[UUID, list[int]] = defaultdict(list)
    for line in NextLine.objects.filter(
        agreement__in=list(spans), invoice__isnull=True, removed_at__isnull=True
    ):
        waiting[line.agreement_id].append(line.amount)
    for pk, rows in agreed_extras.unbilled(loaded).items():
        waiting[pk] += [row["amount"] for row in rows]
    charges = []
    for agreement in loaded:
        if span := spans.get(agreement.pk):
            terms = effective_terms.billed_terms_on(agreement, span.start)
            fee = prorate(terms.amount, span.fraction.numerator, span.fraction.denominator)
            try:
                charges.append(_charge(agreement, span.start, [fee, *waiting[agreement.pk]]))
            except (LookupError, TypeError, ValueError, ArithmeticError):
                log.exception("The next charge of agreement %s cannot be computed.", agreement.pk)
    return _less_credit(sorted(charges, key=lambda charge: (charge.on, str(charge.agreement.pk))))


def _less_credit(charges: Sequence[NextCharge]) -> list[NextCharge]:
    """Let each client's credit pay its charges, as it will when they are issued."""
    left = ledger.client_credits({charge.agreement.client_id for charge in charges})
    if not any(left.values()):
        return list(charges)
    gateways = accounts.names({charge.agreement.business_id for charge in charges})
    paid = []
    for charge in charges:
        owner = charge.agreement.client_id, charge.agreement.currency
        gateway = gateways[charge.agreement.business_id]
        smallest = registry.smallest(gateway, charge.agreement.currency) if charge.by_card else 1
        spent = credit_spent(left.get(owner, 0), charge.amount, smallest)
        left[owner] = left.get(owner, 0) - spent
        paid.append(replace(charge, credit=spent))
    return paid


def charge_on(agreement: Agreement, day: date) -> NextCharge | None:
    """Return the charge of `day`, or None if the agreement is not billed on that day."""
    found = next_charges([agreement], day - timedelta(days=1))
    return found[0] if found and found[0].on == day else None


def first_charge(agreement: Agreement) -> NextCharge:
    """Return the first invoice of an agreement, as it is offered or was signed."""
    spans = period_spans(agreement, until=agreement.starts_on)
    part = next((span.fraction for span in spans), Fraction(1))
    fee = prorate(agreement.amount, part.numerator, part.denominator)
    return _charge(agreement, agreement.starts_on, [fee, *_once(agreement)])


def _once(agreement: Agreement) -> list[int]:
    """Return what the client added and pays with the first invoice."""
    return [row["amount"] for row in paid_once(agreement.tier.get("extras", []))]


@dataclass(frozen=True)
class Offered:
    """What a tier of a proposal costs, before anything is picked. Amounts are minor units.

    `net` is before tax and `withheld` what the client keeps for the tax office. `to_pay` is the
    first payment, due on `due_on`, and `today` what is charged as soon as the card is saved. Each
    payment after that is `later`, the second one due on `next_on`, None where there is none.
    """

    net: int
    tax: int
    withheld: int
    to_pay: int
    today: int
    due_on: date
    later: int
    next_on: date | None = None

    @property
    def gross(self) -> int:
        """The price with tax."""
        return self.net + self.tax


def offer_of(
    amount: int,
    tax: Mapping[str, Any],
    *,
    starts_on: date,
    today: date,
    by_transfer: bool,
    once: Sequence[int] = (),
) -> Offered:
    """Return what a fee of `amount` costs with `tax` as it was frozen with the proposal.

    `once` is paid with the first invoice.
    """
    starts = max(starts_on, today)
    totals, first = (
        taxes.compute_totals(
            amounts, tax["rates"], tax["mode"], Decimal(tax["withholding_percent"])
        )
        for amounts in ([amount], [amount, *once])
    )
    to_pay = first.total - (first.withholding if by_transfer else 0)
    return Offered(
        net=totals.subtotal,
        tax=totals.tax,
        withheld=totals.withholding if by_transfer else 0,
        to_pay=to_pay,
        today=to_pay if starts == today and not by_transfer else 0,
        due_on=starts + timedelta(days=TRANSFER_DAYS if by_transfer else 0),
        later=totals.total - (totals.withholding if by_transfer else 0),
    )


def offers_of(
    proposal: Proposal,
    tiers: Iterable[Tier],
    tax: Mapping[str, Any],
    today: date,
    extras: Sequence[Extra] = (),
) -> dict[UUID, Offered]:
    """Return what each tier of a proposal costs with these extras, by its id."""
    next_on = _second_payment(proposal, max(proposal.starts_on, today))
    offers = {
        tier.pk: offer_of(
            tier.amount + in_every_fee(extras),
            tax,
            starts_on=proposal.starts_on,
            today=today,
            by_transfer=proposal.is_by_transfer,
            once=[row["amount"] for row in paid_once(extras)],
        )
        for tier in tiers
    }
    return {pk: replace(offer, next_on=next_on) for pk, offer in offers.items()}


def _second_payment(proposal: Proposal | Agreement, starts_on: date) -> date | None:
    """Return the day of the second payment of a retainer that begins on `starts_on`, if any."""
    if proposal.interval == Interval.ONCE:
        return None
    begins = boundary(starts_on, starts_on.day, Interval(proposal.interval), 1)
    if proposal.ends_on and begins >= proposal.ends_on:
        return None
    return begins + timedelta(days=TRANSFER_DAYS if proposal.is_by_transfer else 0)


def offer_to_sign(agreement: Agreement, today: date) -> Offered:
    """Return what an agreement costs that waits for its signature."""
    tax = {
        "rates": agreement.taxes,
        "mode": agreement.tax_mode,
        "withholding_percent": agreement.withholding_percent,
    }
    offer = offer_of(
        agreement.amount,
        tax,
        starts_on=agreement.starts_on,
        today=today,
        by_transfer=agreement.is_by_transfer,
        once=_once(agreement),
    )
    return replace(offer, next_on=_second_payment(agreement, max(agreement.starts_on, today)))


def _charge(agreement: Agreement, on: date, amounts: Sequence[int]) -> NextCharge:
    totals = taxes.compute_totals(
        amounts, agreement.taxes, agreement.tax_mode, agreement.withholding_percent
    )
    return NextCharge(agreement, on, totals.subtotal, totals.tax, totals.withholding)


def queue_notices(*, now: datetime, only: Agreement | Business | None = None) -> int:
    """Queue one email for each charge of the coming days; return the number of new emails."""
    due_soon = Agreement.objects.filter(
        state__in=RUNNING_STATES,
        collect_by=CollectBy.CARD,
        opens_at__gt=now,
        opens_at__lte=now + timedelta(days=NOTICE_DAYS),
        signed_at__lt=now - timedelta(days=NOTICE_DAYS),
        parked_because="",
    ).filter(scope_filter(only, "pk"))
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
    _warn_of_cards_that_run_out([ref for ref, _business in new_emails], now)
    return len(new_emails)


def _warn_of_cards_that_run_out(refs: Sequence[str], now: datetime) -> None:
    """Tell the owners of the cards that run out before the charge; `refs` are "agreement:day"."""
    days = {UUID(pk): date.fromisoformat(day) for pk, day in (ref.split(":") for ref in refs)}
    agreements = Agreement.objects.select_related("client", "business__owner").in_bulk(days)
    cards = {
        card.client_id: card
        for card in PaymentMethod.objects.filter(
            client__agreements__in=agreements, removed_at__isnull=True
        )
    }
    for pk, agreement in agreements.items():
        card = cards.get(agreement.client_id)
        if card and saved_cards.runs_out(card, days[pk]):
            card_notices.card_expires(card, agreement, days[pk], now=now)

"""The people of a life of the simulation: two businesses, their clients, agreements in several currencies, and cards."""

import uuid
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from django.db import transaction

from agreements.models import Agreement, Period, Proposal
from billing.models import PaymentMethod
from billing.rules.method_kinds import MethodKind
from clients.models import Client, Contact
from core.models import Business
from tests.factories import BusinessFactory
from tests.faults.bank import CARDS, DEBITS
from tests.faults.money.own_calendar import back, first_moment, starts

if TYPE_CHECKING:
    from tests.faults.simulation import Life

#: What a life goes through some days after it begins, and where: month ends, the leap day, the new year, and clocks
#: that are set forward and back, by half an hour on Lord Howe and at midnight in Havana.
TURNS = (
    (date(2027, 1, 31), "UTC"),
    (date(2027, 2, 28), "Asia/Bangkok"),
    (date(2028, 2, 29), "Asia/Kolkata"),
    (date(2026, 12, 31), "Pacific/Auckland"),
    (date(2028, 1, 1), "America/New_York"),
    (date(2027, 3, 14), "America/New_York"),
    (date(2027, 3, 14), "America/Havana"),
    (date(2027, 3, 28), "Europe/Berlin"),
    (date(2027, 4, 4), "Australia/Lord_Howe"),
    (date(2027, 9, 26), "Pacific/Auckland"),
    (date(2027, 10, 3), "Australia/Lord_Howe"),
    (date(2027, 10, 31), "Europe/Berlin"),
    (date(2027, 11, 7), "America/New_York"),
    (date(2027, 11, 7), "America/Havana"),
)
ZONES = (
    "UTC",
    "Asia/Bangkok",
    "America/New_York",
    "Pacific/Auckland",
    "Asia/Kolkata",
    "Europe/Berlin",
)
#: Fees in minor units, which are hundredths, thousandths, or the unit itself.
FEES = {
    "USD": (300_000, 500_000, 123_457),
    "EUR": (300_000, 99_999),
    "JPY": (300_000, 100_001),
    "KWD": (100_000, 1_234_567),
    "THB": (3_000_000, 2_999_999),
}
CURRENCIES = ("USD", "USD", "USD", "EUR", "JPY", "KWD", "THB")


def people(life: "Life") -> None:
    """Two businesses, a few running agreements, a card for most of them.

    A walk of the jobs costs as much for one agreement as for several, and each of them is a chance.
    """
    for n in range(2):
        business = BusinessFactory(name=f"Studio {n}", time_zone=_zone(life))
        for m in range(life.dice.randint(2, 4)):
            _agreement(life, business, f"{n}{m}")


def _zone(life: "Life") -> str:
    return life.zone if life.dice.random() < 0.6 else life.dice.choice(ZONES)


def _agreement(life: "Life", business: Business, name: str) -> Agreement:
    dice = life.dice
    client = Client.objects.create(business=business, name=f"Client {name}", time_zone=_zone(life))
    contact = Contact.objects.create(
        business=business,
        client=client,
        name="Ploy",
        email=f"p{name}@x.example",
        is_decision_maker=True,
    )
    due_on, anchor = _due(life)
    # It is the first month of service, or has run for some already; a first one may be short.
    months = dice.choice([0, 0, 1, 2, 3])
    if not months and dice.random() < 0.3:
        anchor = dice.choice([1, 15, 30, 31])
    starts_on = back(due_on, anchor, months)
    currency = dice.choice(CURRENCIES)
    proposal = Proposal.objects.create(
        business=business,
        client=client,
        contact=contact,
        title="Retainer",
        currency=currency,
        starts_on=starts_on,
    )
    if dice.random() < 0.9:
        card(life, client)
    row = Agreement.objects.create(
        business=business,
        client=client,
        contact=contact,
        proposal=proposal,
        state="active",
        title="Retainer",
        tier={"name": "Growth", "deliverables": []},
        terms={},
        terms_hash="x",
        currency=currency,
        amount=dice.choice(FEES[currency]),
        minutes=60,
        starts_on=starts_on,
        anchor_day=anchor,
        time_zone=client.time_zone,
        signed_at=life.now,
        taxes=dice.choice([[], [{"name": "VAT", "percent": "7"}]]),
        opens_at=first_moment(due_on, 0, client.time_zone),
    )
    _earlier(life, row, due_on)
    life.moments += [first_moment(due_on, hour, client.time_zone) for hour in (0, 9)]
    return row


def _due(life: "Life") -> tuple[date, int]:
    """The day that a life sees a month of service begin, and its anchor day: often that of the turn."""
    day = life.now.date() + timedelta(days=life.dice.randint(1, 11))
    if life.dice.random() < 0.5:
        day = life.turn + timedelta(days=life.dice.choice([-1, 0, 0, 1]))
    is_last = (day + timedelta(days=1)).day == 1
    return day, life.dice.randint(day.day, 31) if is_last else day.day


def _earlier(life: "Life", agreement: Agreement, due_on: date) -> None:
    """The months of service before this life, which nobody bills any more."""
    first, anchor = agreement.starts_on, agreement.anchor_day
    on = starts(first, anchor, due_on)
    for index, (begin, end) in enumerate(pairwise(on)):
        Period.objects.create(
            business=agreement.business,
            agreement=agreement,
            index=index,
            starts_on=begin,
            ends_on=end,
            due_at=first_moment(begin, 9, agreement.time_zone),
            currency=agreement.currency,
            amount=agreement.amount,
            minutes=60,
            state="skipped",
            skipped_because="before this life",
            created_at=life.now,
        )


def card(life: "Life", client: Client, kind: str = "") -> None:
    """As `saved_cards.finish_setup` keeps one: in the place of the one in use, and what waited for one is due."""
    from billing.charging.saved_cards import _take_up

    kind = kind or life.dice.choice((*CARDS, *DEBITS))
    with transaction.atomic():
        PaymentMethod.objects.filter(client=client, removed_at__isnull=True).update(
            removed_at=life.now
        )
        PaymentMethod.objects.create(
            business_id=client.business_id,
            client=client,
            gateway=life.bank.name,
            token=f"{kind}:{uuid.uuid4().hex}",
            kind=MethodKind.ACH if kind in DEBITS else MethodKind.CARD,
            brand="Visa",
            last4="4242",
            created_at=life.now,
        )
        _take_up(client, life.now)


def start_of(turn: date, days_before: int) -> datetime:
    """When a life begins that goes through `turn`."""
    return first_moment(turn - timedelta(days=days_before), 0, "UTC") + timedelta(minutes=30)

"""A one-off invoice: what it bills, for whom and how, before it is issued (rule 62).

It is of a client, and may belong to one of its agreements; it then follows that agreement's way of
paying, taxes and people, and otherwise the client's and the business's present ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from agreements.contract import frozen_terms
from agreements.models import Agreement
from agreements.models.proposal import TRANSFER_DAYS
from agreements.rules.terms import CollectBy
from billing.models import Invoice, NextLine
from billing.rules import derived_ids
from billing.rules.dunning import NOTICE_DAYS
from clients import client_records
from clients.models import Client, Contact
from core.dates import local_day
from core.models import Business

OF_AGREEMENT = (
    *("tax_mode", "taxes", "tax_note", "withholding_percent", "language", "time_zone"),
    "charge_hour",
)
HOUR = 9  # at which a client without an agreement is charged, on their clock


@dataclass(frozen=True)
class Order:
    """What the owner typed: for whom, what, and how much in minor units before tax.

    `due_on` is the day by which it is transferred, or on which the card is charged. `form` is the
    id of the form, so that a form that is sent twice issues one invoice.
    """

    client: Client
    description: str
    amount: int
    currency: str
    collect_by: CollectBy
    form: UUID
    agreement: Agreement | None = None
    due_on: date | None = None
    with_tax: bool = True


@dataclass
class OneOff:
    """What a one-off invoice bills; to be composed and issued like a period of an agreement.

    Where `amount` is 0, it bills lines that waited, and nothing of its own. `key` is what the
    gateway knows it by (billing.models.Invoice.reference).
    """

    business: Business
    client: Client
    contact: Contact
    agreement: Agreement | None
    title: str
    amount: int
    currency: str
    collect_by: str
    tax_mode: str
    taxes: list[dict[str, str]]
    tax_note: str
    withholding_percent: Decimal
    language: str
    time_zone: str
    charge_hour: int
    starts_on: date
    due_on: date
    form: UUID
    terms_hash: str = ""  # no signature covers it
    key: UUID = field(default_factory=lambda: derived_ids.ROOT)

    @property
    def business_id(self) -> UUID:
        """The id of the business."""
        return self.business.pk

    @property
    def client_id(self) -> UUID:
        """The id of the client."""
        return self.client.pk

    @property
    def agreement_id(self) -> UUID | None:
        """The id of the agreement that it belongs to, if it does."""
        return self.agreement.pk if self.agreement else None

    @property
    def ends_on(self) -> date:
        """The day after its only day."""
        return self.starts_on + timedelta(days=1)


def compose(business: Business, order: Order, *, now: datetime) -> OneOff | None:
    """Return what would be billed today; None if the client has nobody to write to."""
    agreement, client = order.agreement, order.client
    contact = agreement.contact if agreement else client_records.decision_maker(client)
    if contact is None:
        return None
    today = local_day(now, business.time_zone)
    terms = _terms(business, client, agreement)
    if not order.with_tax:
        terms |= {"taxes": []}
    return OneOff(
        business=business,
        client=client,
        contact=contact,
        agreement=agreement,
        title=order.description,
        amount=order.amount,
        currency=order.currency,
        collect_by=order.collect_by,
        starts_on=today,
        due_on=max(order.due_on or default_due_on(order.collect_by, today), today),
        form=order.form,
        **terms,
    )


def of_waiting_lines(
    agreement: Agreement, lines: Sequence[NextLine], collect_by: CollectBy, *, now: datetime
) -> OneOff | None:
    """Return the invoice of lines that no periodic invoice of an agreement will take.

    None if the client has nobody to write to. The gateway knows it by the lines (rule 46).
    """
    with translation.override(agreement.language):
        title = _("%(title)s: remaining items") % {"title": agreement.title}
    key = derived_ids.waiting_lines_of(agreement.pk, [f"{row.kind} {row.ref}" for row in lines])
    text = lines[0].description if len(lines) == 1 else title
    order = Order(
        client=agreement.client,
        description=text[:300],
        amount=0,
        currency=agreement.currency,
        collect_by=collect_by,
        form=key,
        agreement=agreement,
    )
    row = compose(agreement.business, order, now=now)
    return replace(row, key=key) if row else None


def _terms(business: Business, client: Client, agreement: Agreement | None) -> dict[str, Any]:
    if agreement:
        return {name: getattr(agreement, name) for name in OF_AGREEMENT}
    tax = frozen_terms.freeze_tax(business, client)
    return {
        "tax_mode": tax["mode"],
        "taxes": tax["rates"],
        "tax_note": tax["note"],
        "withholding_percent": Decimal(tax["withholding_percent"]),
        "language": client.language,
        "time_zone": client.time_zone,
        "charge_hour": HOUR,
    }


def default_due_on(collect_by: str, today: date) -> date:
    """Return when it is due unless the owner says otherwise.

    A card is charged after as many days as the client is told of a charge before it (rule 23).
    """
    days = NOTICE_DAYS if collect_by == CollectBy.CARD else TRANSFER_DAYS
    return today + timedelta(days=days)


def alike(row: OneOff) -> int:
    """Return how many invoices of the same client bill the same text and amount already.

    A gateway knows a one-off invoice by these and by that number, so that it knows it again where
    the database went back and the owner types it once more (rule 46).
    """
    same = Invoice.objects.filter(
        client=row.client, title=row.title, currency=row.currency, one_off__isnull=False
    )
    return same.filter(lines__amount=row.amount, lines__position=1).count()

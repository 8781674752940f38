"""What both simulated card processors share: tables, test cards, and most calls."""

import hashlib
import hmac
import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar, TypeVar

from django.conf import settings
from django.core import signing
from django.db import models, transaction
from django.db.models import QuerySet, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.gateways.base import (
    Card,
    DisputeOutcome,
    GatewayDispute,
    GatewayObject,
    GatewayRefund,
    Notice,
    Outcome,
    RefundOutcome,
    ReportedFee,
    SavedCard,
    Turns,
)
from billing.gateways.sandbox.cards import (
    OFFERED,
    RETURNS_AFTER,
    SETTLES_AFTER,
    Behaviour,
    by_behaviour,
    by_brand,
)
from billing.rules.errors import BadSession
from billing.rules.method_kinds import MethodKind
from billing.rules.states import FeeOf
from core import links, money

F = TypeVar("F")
SESSION_AGE = 3600  # seconds
DAY = timedelta(hours=24)
FEE = Decimal("2.9")  # percent of a payment
DISPUTE_FEE = 15  # units of the payment's currency
WITHDRAWN = (DisputeOutcome.OPEN, DisputeOutcome.WON, DisputeOutcome.LOST)


class PretendedCard(models.Model):
    """A card saved at a simulated processor. `behaviour` names the test card."""

    token = models.CharField(max_length=80, primary_key=True)
    customer = models.CharField(max_length=80, db_index=True)
    behaviour = models.CharField(max_length=30)
    brand = models.CharField(max_length=20)
    last4 = models.CharField(max_length=4)
    expires_on = models.DateField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.token


class PretendedRefund(models.Model):
    """A refund by a simulated processor, once per key. `intent` is the payment's handle."""

    handle = models.CharField(max_length=80, primary_key=True)
    key = models.CharField(max_length=80, unique=True)
    intent = models.CharField(max_length=80, db_index=True)
    amount = models.BigIntegerField()
    status = models.CharField(max_length=30, default="succeeded")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.handle


class PretendedDispute(models.Model):
    """A payment disputed at a simulated processor. `intent` is the payment's handle."""

    handle = models.CharField(max_length=80, primary_key=True)
    intent = models.CharField(max_length=80, db_index=True)
    amount = models.BigIntegerField()
    reason = models.CharField(max_length=60)
    status = models.CharField(max_length=30, default="open")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.handle


class PretendedPayment(models.Model):
    """The fields of a simulated processor's payment, in minor units; subclasses add `handle`."""

    invoice_ref = models.CharField(max_length=80)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    status = models.CharField(max_length=30, default="new")
    card = models.CharField(max_length=80, blank=True)
    code = models.CharField(max_length=60, blank=True)
    executions = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True


class PretendedProcessor:
    """Raises RuntimeError where charging is real. Its calls use our own database, one at a time."""

    name: str
    cards: ClassVar[type[models.Model]]
    payments: ClassVar[type[models.Model]]
    refund_rows: ClassVar[type[models.Model]]
    dispute_rows: ClassVar[type[models.Model]]
    in_flight = 1
    per_second = 0
    keys_last = DAY

    def __init__(self) -> None:
        if settings.CHARGING == "real":
            raise RuntimeError("A sandbox does not run while charging is real.")

    def keep_to(self, turns: Turns) -> None:
        """Do nothing: there are no requests."""

    @classmethod
    def payment(cls, handle: str) -> QuerySet[Any]:
        """Return the payment of that handle as a queryset, empty if there is none."""
        return cls._rows(cls.payments).filter(handle=handle)

    @staticmethod
    def _rows(model: type[models.Model]) -> QuerySet[Any]:
        return model._default_manager.all()

    def _answer(self, card: Any) -> tuple[Outcome, str]:
        """Return how the bank of a test card responds, and the decline code."""
        if card.behaviour in (Behaviour.SOFT, Behaviour.HARD):
            return Outcome.DECLINED, card.behaviour
        if card.behaviour == Behaviour.ACTION:
            return Outcome.REQUIRES_ACTION, ""
        if by_brand(card.brand) != MethodKind.CARD:
            return Outcome.PROCESSING, ""
        paid = self._rows(self.payments).filter(card=card.token, status=Outcome.SUCCEEDED)
        if card.behaviour == Behaviour.LATER and paid.exists():
            return Outcome.DECLINED, "insufficient_funds"
        return Outcome.SUCCEEDED, ""

    def _settle_debits(self, handle: str = "") -> None:
        """Let the banks pay, refuse and return direct debits, each after its days of the clock."""
        now = self.clock()
        rows = self._rows(self.payments).filter(**({"handle": handle} if handle else {}))
        sent = rows.filter(status=Outcome.PROCESSING, updated_at__lte=now - SETTLES_AFTER)
        fails = sent.filter(card__in=self._accounts(Behaviour.DEBIT_FAILS))
        fails.update(status=Outcome.DECLINED, code="insufficient_funds")
        sent.update(status=Outcome.SUCCEEDED)
        returned = rows.filter(
            status=Outcome.SUCCEEDED,
            updated_at__lte=now - RETURNS_AFTER,
            card__in=self._accounts(Behaviour.DEBIT_RETURNS),
        )
        known = self._rows(self.dispute_rows).values("intent")
        for payment in returned.exclude(handle__in=known):
            self.contest(payment.handle, reason="debit_not_authorized", status="lost")

    def _accounts(self, behaviour: Behaviour) -> QuerySet[Any]:
        return self._rows(self.cards).filter(behaviour=behaviour).values("token")

    def refund(self, *, handle: str, key: str, amount: int) -> None:
        with transaction.atomic():
            payment = self.payment(handle).select_for_update().get()
            rows = self._rows(self.refund_rows)
            refunded = rows.filter(intent=handle).aggregate(sum=Sum("amount"))["sum"] or 0
            if rows.filter(key=key).exists():
                return
            if payment.status == Outcome.SUCCEEDED and refunded + amount <= payment.amount:
                rows.create(handle=f"re_{uuid.uuid4().hex}", key=key, intent=handle, amount=amount)

    def refunds(self, handle: str) -> list[GatewayRefund]:
        currency = self.payment(handle).get().currency
        rows = self._rows(self.refund_rows).filter(intent=handle)
        return [_refund(row, currency) for row in rows]

    def disputes(self, handle: str) -> list[GatewayDispute]:
        self._settle_debits(handle)
        currency = self.payment(handle).get().currency
        rows = self._rows(self.dispute_rows).filter(intent=handle)
        return [_dispute(row, currency) for row in rows]

    def fees(self, handle: str) -> list[ReportedFee]:
        """Take a percentage of a payment, and a fixed fee for a dispute; refunds give none back."""
        self._settle_debits(handle)
        paid = self.payment(handle).filter(status=Outcome.SUCCEEDED).first()
        if paid is None:
            return []
        dispute_fee = DISPUTE_FEE * 10 ** money.exponent(paid.currency)
        disputes = self._rows(self.dispute_rows).filter(intent=handle, status__in=WITHDRAWN)
        return [
            self._fee(paid, FeeOf.PAYMENT, money.tax(paid.amount, FEE), paid),
            *(self._fee(row, FeeOf.DISPUTE, dispute_fee, paid) for row in disputes),
        ]

    @staticmethod
    def _fee(row: Any, of: FeeOf, amount: int, paid: Any) -> ReportedFee:
        at = row.updated_at if row is paid else row.created_at
        return ReportedFee(
            f"txn_{row.pk}", of, amount, paid.currency, at, moved=row.amount, settled=row.amount
        )

    def refunds_since(self, since: datetime) -> Iterator[GatewayRefund]:
        return self._made_since(since, self.refund_rows, _refund)

    def disputes_since(self, since: datetime) -> Iterator[GatewayDispute]:
        self._settle_debits()
        return self._made_since(since, self.dispute_rows, _dispute)

    def _made_since(
        self, since: datetime, model: type[models.Model], read: Callable[[Any, str], F]
    ) -> Iterator[F]:
        for row in self._rows(model).filter(created_at__gte=since).order_by("created_at", "pk"):
            if payment := self.payment(row.intent).first():
                yield read(row, payment.currency)

    def created_since(self, since: datetime) -> Iterator[GatewayObject]:
        self._settle_debits()
        rows = self._rows(self.payments).filter(created_at__gte=since).order_by("created_at", "pk")
        return (self._object(row) for row in rows.iterator(500))

    def _object(self, row: Any) -> GatewayObject:
        raise NotImplementedError

    def _action_url(self, row: Any) -> str:
        """Return the page on which the cardholder confirms the payment; "" if it needs none."""
        if row.status != Outcome.REQUIRES_ACTION:
            return ""
        return links.absolute_url(f"{self.name}:confirm", row.handle)

    # --- cards ------------------------------------------------------------------------------------

    @classmethod
    def salt(cls) -> str:
        """Return the salt that sessions of the card page are signed with."""
        return f"rh.{cls.name}"

    def debits(self) -> list[MethodKind]:
        return list(OFFERED)

    def setup_url(
        self, *, customer: str, return_url: str, debits: Sequence[MethodKind] = ()
    ) -> str:
        started = {"customer": customer, "return_url": return_url, "debits": list(debits)}
        return reverse(f"{self.name}:setup", args=[signing.dumps(started, salt=self.salt())])

    def setup_result(self, session: str) -> Card:
        try:
            token = signing.loads(session, salt=f"{self.salt()}.done", max_age=SESSION_AGE)
        except signing.BadSignature:
            raise BadSession(_("The card was not saved. Please try again.")) from None
        card = self._rows(self.cards).get(pk=token)
        kind = by_brand(card.brand)
        expires_on = card.expires_on if kind == MethodKind.CARD else None
        return Card(card.customer, card.token, card.brand, card.last4, expires_on, kind)

    @classmethod
    def save_card(
        cls, *, customer: str, behaviour: str, brand: str, last4: str, expires_on: date
    ) -> str:
        """Store a test card at the processor; return the session."""
        card = cls._rows(cls.cards).create(
            token=f"pm_{uuid.uuid4().hex}",
            customer=customer,
            behaviour=behaviour,
            brand=brand,
            last4=last4,
            expires_on=expires_on,
        )
        return signing.dumps(card.token, salt=f"{cls.salt()}.done")

    @classmethod
    def save_test_card(cls, *, customer: str, behaviour: str, expires_on: date) -> str:
        """Store the test card with that behaviour, as its page does; return the session."""
        card = by_behaviour(behaviour)
        if card is None:
            raise ValueError(f"There is no test card {behaviour!r}.")
        return cls.save_card(
            customer=customer,
            behaviour=card.behaviour,
            brand=card.brand,
            last4=card.last4,
            expires_on=expires_on,
        )

    def saved_card(self, token: str) -> SavedCard | None:
        row = self._rows(self.cards).filter(pk=token).first()
        if row is None:
            return None
        is_card = by_brand(row.brand) == MethodKind.CARD
        return SavedCard(row.brand, row.last4, row.expires_on if is_card else None)

    def detach(self, token: str) -> None:
        """Do nothing: a charge under way may still use the card."""

    # --- webhooks and time ------------------------------------------------------------------------

    def verify_webhook(self, *, body: bytes, signature: str, now: datetime) -> Notice:
        if not hmac.compare_digest(self.sign(body), signature):
            raise ValueError("The signature is wrong.")
        event = json.loads(body)
        return Notice(str(event["id"]), str(event["handle"]))

    @classmethod
    def sign(cls, body: bytes) -> str:
        """Return the signature of a webhook's body."""
        key, text = settings.SECRET_KEY.encode(), f"{cls.salt()}.hook".encode() + body
        return hmac.new(key, text, hashlib.sha256).hexdigest()

    def clock(self) -> datetime:
        return timezone.now()

    # --- what a cardholder does -------------------------------------------------------------------

    @classmethod
    def confirm(cls, handle: str) -> bool:
        """Confirm a payment as its cardholder; return False if it does not wait for that."""
        waiting = cls.payment(handle).filter(status=Outcome.REQUIRES_ACTION)
        return bool(waiting.update(status=Outcome.SUCCEEDED))

    @classmethod
    def refund_there(cls, handle: str, amount: int, status: str = "succeeded") -> Any:
        """Refund a part of a payment as its owner does in a processor's own dashboard."""
        made = f"re_{uuid.uuid4().hex}"
        return cls._rows(cls.refund_rows).create(
            handle=made, key=made, intent=handle, amount=amount, status=status
        )

    @classmethod
    def contest(cls, handle: str, reason: str = "fraudulent", status: str = "open") -> Any:
        """Dispute a payment as its cardholder; set the row's status to won or lost to decide it.

        With the status `inquiry` the bank only asks; set it to open, or to closed.
        """
        payment = cls.payment(handle).get(status=Outcome.SUCCEEDED)
        return cls._rows(cls.dispute_rows).create(
            handle=f"dp_{uuid.uuid4().hex}",
            intent=handle,
            amount=payment.amount,
            reason=reason,
            status=status,
        )


def _refund(row: Any, currency: str) -> GatewayRefund:
    """Read a refund. One that was made at the processor has its own handle as key, and no other."""
    key = "" if row.key == row.handle else row.key
    return GatewayRefund(
        row.handle, RefundOutcome(row.status), row.amount, currency, key, payment=row.intent
    )


def _dispute(row: Any, currency: str) -> GatewayDispute:
    outcome = DisputeOutcome(row.status)
    return GatewayDispute(row.handle, outcome, row.amount, currency, row.reason, payment=row.intent)

"""The sandbox behind the Gateway interface: behaves like a card processor and keeps its own ledger."""

import hashlib
import hmac
import json
import uuid
from collections.abc import Iterator
from datetime import date, datetime

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import F, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.gateways.base import (
    Card,
    DisputeOutcome,
    GatewayDispute,
    GatewayObject,
    GatewayRefund,
    GatewayUnknown,
    Notice,
    Outcome,
    RefundOutcome,
)
from billing.gateways.sandbox.cards import Behaviour
from billing.gateways.sandbox.models import (
    SandboxCard,
    SandboxDispute,
    SandboxIntent,
    SandboxRefund,
)
from billing.rules.errors import BadSession

SESSION_AGE = 3600  # seconds
SALT = "rh.sandbox"
FINAL = (Outcome.SUCCEEDED, Outcome.CANCELLED, Outcome.PROCESSING)


class Sandbox:
    """Refuses to be made where charging is real. Its calls are rows of our own database: one at a time."""

    name = "sandbox"
    in_flight = 1
    per_second = 0

    def __init__(self) -> None:
        if settings.CHARGING == "real":
            raise RuntimeError("The sandbox gateway does not run where charging is real.")

    def prepare(
        self, *, key: str, amount: int, currency: str, reference: str, customer: str
    ) -> str:
        intent, _made = SandboxIntent.objects.get_or_create(
            prepare_key=key,
            defaults={
                "handle": f"pi_{uuid.uuid4().hex}",
                "amount": amount,
                "currency": currency,
                "invoice_ref": reference,
            },
        )
        return intent.handle

    def execute(self, *, handle: str, key: str, token: str) -> None:
        with transaction.atomic():
            intent = SandboxIntent.objects.select_for_update().get(pk=handle)
            card = SandboxCard.objects.get(pk=token)
            if intent.status not in FINAL and intent.charge_key != key:
                status, code = self._answer(card)
                SandboxIntent.objects.filter(pk=handle).update(
                    status=status,
                    code=code,
                    card=token,
                    charge_key=key,
                    executions=F("executions") + 1,
                )
        if card.behaviour == Behaviour.LOST_ANSWER:
            raise GatewayUnknown("the answer was lost")

    def _answer(self, card: SandboxCard) -> tuple[Outcome, str]:
        if card.behaviour in (Behaviour.SOFT, Behaviour.HARD):
            return Outcome.DECLINED, card.behaviour
        if card.behaviour == Behaviour.ACTION:
            return Outcome.REQUIRES_ACTION, ""
        paid = SandboxIntent.objects.filter(card=card.token, status=Outcome.SUCCEEDED)
        if card.behaviour == Behaviour.LATER and paid.exists():
            return Outcome.DECLINED, "insufficient_funds"
        return Outcome.SUCCEEDED, ""

    def lookup(self, handle: str) -> GatewayObject:
        intent = SandboxIntent.objects.filter(pk=handle).first()
        if intent is None:
            raise GatewayUnknown("no such object")
        return _object(intent)

    def cancel(self, handle: str) -> None:
        SandboxIntent.objects.filter(pk=handle).exclude(status__in=FINAL).update(
            status=Outcome.CANCELLED
        )

    def refund(self, *, handle: str, key: str, amount: int) -> None:
        with transaction.atomic():
            intent = SandboxIntent.objects.select_for_update().get(pk=handle)
            given = (
                SandboxRefund.objects.filter(intent=handle).aggregate(sum=Sum("amount"))["sum"] or 0
            )
            if SandboxRefund.objects.filter(key=key).exists():
                return
            if intent.status == Outcome.SUCCEEDED and given + amount <= intent.amount:
                SandboxRefund.objects.create(
                    handle=f"re_{uuid.uuid4().hex}", key=key, intent=handle, amount=amount
                )

    def refunds(self, handle: str) -> list[GatewayRefund]:
        currency = SandboxIntent.objects.values_list("currency", flat=True).get(pk=handle)
        return [
            GatewayRefund(row.handle, RefundOutcome(row.status), row.amount, currency, row.key)
            for row in SandboxRefund.objects.filter(intent=handle)
        ]

    def disputes(self, handle: str) -> list[GatewayDispute]:
        currency = SandboxIntent.objects.values_list("currency", flat=True).get(pk=handle)
        return [
            GatewayDispute(row.handle, DisputeOutcome(row.status), row.amount, currency, row.reason)
            for row in SandboxDispute.objects.filter(intent=handle)
        ]

    def created_since(self, since: datetime) -> Iterator[GatewayObject]:
        rows = SandboxIntent.objects.filter(created_at__gte=since).order_by("created_at", "pk")
        return (_object(intent) for intent in rows.iterator(500))

    def setup_url(self, *, customer: str, return_url: str) -> str:
        session = signing.dumps({"customer": customer, "return_url": return_url}, salt=SALT)
        return reverse("sandbox:setup", args=[session])

    def setup_result(self, session: str) -> Card:
        try:
            token = signing.loads(session, salt=SALT + ".done", max_age=SESSION_AGE)
        except signing.BadSignature:
            raise BadSession(_("The card was not saved. Please try again.")) from None
        card = SandboxCard.objects.get(pk=token)
        return Card(card.customer, card.token, card.brand, card.last4, card.expires_on)

    def detach(self, token: str) -> None:
        """The sandbox keeps its cards: a charge under way may still name one."""

    def verify_webhook(self, *, body: bytes, signature: str, now: datetime) -> Notice:
        if not hmac.compare_digest(sign(body), signature):
            raise ValueError("The signature does not fit.")
        event = json.loads(body)
        return Notice(str(event["id"]), str(event["handle"]))

    def clock(self) -> datetime:
        return timezone.now()


def _object(intent: SandboxIntent) -> GatewayObject:
    page = (
        reverse("sandbox:confirm", args=[intent.handle])
        if intent.status == Outcome.REQUIRES_ACTION
        else ""
    )
    return GatewayObject(
        intent.handle,
        Outcome(intent.status),
        intent.amount,
        intent.currency,
        key=intent.charge_key,
        code=intent.code,
        action_url=page and settings.SITE_URL.rstrip("/") + page,
        reference=intent.invoice_ref,
        created_at=intent.created_at,
    )


def sign(body: bytes) -> str:
    """How the sandbox signs its notices."""
    return hmac.new(
        settings.SECRET_KEY.encode(), b"rh.sandbox.hook" + body, hashlib.sha256
    ).hexdigest()


def save_card(*, customer: str, behaviour: str, brand: str, last4: str, expires_on: date) -> str:
    """Keep a test card on the processor's side; the session to come back with."""
    card = SandboxCard.objects.create(
        token=f"pm_{uuid.uuid4().hex}",
        customer=customer,
        behaviour=behaviour,
        brand=brand,
        last4=last4,
        expires_on=expires_on,
    )
    return signing.dumps(card.token, salt=SALT + ".done")


def confirm(handle: str) -> bool:
    """The cardholder confirms a payment that waited for them; False where none waits."""
    waiting = SandboxIntent.objects.filter(pk=handle, status=Outcome.REQUIRES_ACTION)
    return bool(waiting.update(status=Outcome.SUCCEEDED))


def contest(handle: str, reason: str = "fraudulent") -> SandboxDispute:
    """The cardholder contests a payment; decide it by setting the row's status to won or lost."""
    intent = SandboxIntent.objects.get(pk=handle, status=Outcome.SUCCEEDED)
    return SandboxDispute.objects.create(
        handle=f"dp_{uuid.uuid4().hex}", intent=handle, amount=intent.amount, reason=reason
    )

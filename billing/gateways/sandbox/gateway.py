"""The sandbox behind the Gateway interface: behaves like a card processor and keeps its own ledger."""

import hashlib
import hmac
import json
import uuid
from datetime import date

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from billing.errors import BadSession
from billing.gateways.base import Card, GatewayObject, GatewayUnknown, Outcome
from billing.gateways.sandbox.cards import Behaviour
from billing.models import SandboxCard, SandboxIntent

SESSION_AGE = 3600  # seconds
SALT = "rh.sandbox"


class Sandbox:
    """Refuses to be made where charging is real."""

    name = "sandbox"

    def __init__(self) -> None:
        if settings.CHARGING == "real":
            raise RuntimeError("The sandbox gateway does not run where charging is real.")

    def prepare(self, *, key: str, amount: int, currency: str, reference: str) -> str:
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
            if intent.status not in (Outcome.SUCCEEDED, Outcome.CANCELLED) and intent.charge_key != key:
                code = self._decline_code(card)
                SandboxIntent.objects.filter(pk=handle).update(
                    status=Outcome.DECLINED if code else Outcome.SUCCEEDED,
                    code=code,
                    card=token,
                    charge_key=key,
                    executions=F("executions") + 1,
                )
        if card.behaviour == Behaviour.LOST_ANSWER:
            raise GatewayUnknown("the answer was lost")

    def _decline_code(self, card: SandboxCard) -> str:
        if card.behaviour in (Behaviour.SOFT, Behaviour.HARD):
            return card.behaviour
        paid = SandboxIntent.objects.filter(card=card.token, status=Outcome.SUCCEEDED)
        return "insufficient_funds" if card.behaviour == Behaviour.LATER and paid.exists() else ""

    def lookup(self, handle: str) -> GatewayObject:
        intent = SandboxIntent.objects.filter(pk=handle).first()
        if intent is None:
            raise GatewayUnknown("no such object")
        return GatewayObject(
            handle, Outcome(intent.status), intent.amount, intent.currency, intent.charge_key, intent.code
        )

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

    def verify_webhook(self, *, body: bytes, signature: str) -> tuple[str, str]:
        if not hmac.compare_digest(sign(body), signature):
            raise ValueError("The signature does not fit.")
        event = json.loads(body)
        return str(event["id"]), str(event["handle"])


def sign(body: bytes) -> str:
    """How the sandbox signs its notices."""
    return hmac.new(settings.SECRET_KEY.encode(), b"rh.sandbox.hook" + body, hashlib.sha256).hexdigest()


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

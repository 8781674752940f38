"""Webhooks from a gateway: verified on the raw bytes, and stored once per event id (rule 22)."""

from datetime import datetime

from billing.gateways.base import Gateway
from billing.gateways.registry import connect
from billing.models import GatewayAccount, GatewayEvent
from core import nudge


def receive(
    *,
    account: GatewayAccount | None,
    body: bytes,
    signature: str,
    now: datetime,
    bank: Gateway | None = None,
) -> None:
    """Verify on the raw bytes and keep it; a duplicate inserts nothing. Raises ValueError."""
    bank = bank or (connect(account) if account else None)
    if bank is None:
        raise ValueError("There is no such account.")
    notice = bank.verify_webhook(body=body, signature=signature, now=now)
    fields = {"handle": notice.handle, "body": body, "received_at": now}
    GatewayEvent.objects.get_or_create(
        gateway=bank.name, account=account, event_id=notice.event_id, defaults=fields
    )
    nudge.ring("billing.tasks.resolve")

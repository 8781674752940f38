"""Notices from a gateway: stored once, and applied by asking for the object's present state (rule 22)."""

from datetime import datetime

from billing import settle
from billing.gateways import gateway
from billing.gateways.base import GatewayUnknown
from billing.models import Collection, GatewayEvent
from core import doorbell


def receive(*, name: str, body: bytes, signature: str, now: datetime) -> None:
    """Verify on the raw bytes and keep it; a duplicate inserts nothing. Raises ValueError."""
    event_id, handle = gateway(name).verify_webhook(body=body, signature=signature)
    fields = {"handle": handle, "body": body, "received_at": now}
    GatewayEvent.objects.get_or_create(gateway=name, event_id=event_id, defaults=fields)
    doorbell.ring("billing.tasks.resolve")


def apply_events(*, now: datetime, limit: int = 500) -> int:
    """Look up the object of every notice that is not done; the number done."""
    done = 0
    for event in GatewayEvent.objects.filter(done_at__isnull=True).order_by("pk")[:limit]:
        found = Collection.objects.filter(gateway=event.gateway, handle=event.handle).first()
        try:
            if found and found.handle:
                settle.apply(found, gateway(event.gateway).lookup(found.handle), now=now)
        except GatewayUnknown:
            continue  # it stays and is asked about again
        done += GatewayEvent.objects.filter(pk=event.pk).update(done_at=now)
    return done

"""Receives webhooks: verified on the raw bytes, and stored once per event id (rule 22)."""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse

from billing.gateways.accounts import connect
from billing.gateways.base import Gateway, GatewayUnknown
from billing.models import GatewayAccount, GatewayEvent
from billing.rules.errors import NotConnected
from core import nudge
from core.web.throttle import too_often

LARGEST = 1_000_000  # bytes
MOST = 3_000  # webhooks of one account in a minute
LONGEST = 80  # characters of an id, as GatewayEvent stores it


def answer(
    request: HttpRequest, *, gateway: str, account: UUID, signature: str, now: datetime
) -> HttpResponse:
    """Respond to a webhook that was posted to the URL of one account of a gateway.

    The URL names the account, so that one business's secret never verifies another's webhook.
    """
    try:
        body = request.body
    except RequestDataTooBig:  # Django's own limit, before the body is read
        return HttpResponse(status=413)
    if len(body) > LARGEST:
        return HttpResponse(status=413)
    row = GatewayAccount.objects.filter(pk=account, gateway=gateway).first()
    if row is None:
        return HttpResponse(status=404)
    if too_often("webhook", str(row.pk), limit=MOST, seconds=60, now=now):
        return HttpResponse(status=429)  # the gateway posts it again
    try:
        receive(connect(row), account=row, body=body, signature=signature, now=now)
    except (ValueError, NotConnected):
        return HttpResponse(status=400)
    except GatewayUnknown:
        # Some gateways are asked to verify a webhook; this one did not answer and will post again.
        return HttpResponse(status=503)
    return HttpResponse(status=200)


def receive(
    gateway: Gateway,
    *,
    account: GatewayAccount | None,
    body: bytes,
    signature: str,
    now: datetime,
) -> None:
    """Verify the raw bytes and store the event, unless it is stored already. Raises ValueError.

    `account` is None if the webhook is from the installation's own gateway.
    """
    try:
        notice = gateway.verify_webhook(body=body, signature=signature, now=now)
    except RecursionError:
        raise ValueError("This webhook is nested without end.") from None
    if any("\0" in part or len(part) > LONGEST for part in (notice.event_id, notice.handle)):
        raise ValueError("This webhook names no event of a gateway.")
    fields = {"handle": notice.handle, "about": notice.about, "body": body, "received_at": now}
    GatewayEvent.objects.get_or_create(
        gateway=gateway.name, account=account, event_id=notice.event_id, defaults=fields
    )
    nudge.ring("billing.tasks.resolve")

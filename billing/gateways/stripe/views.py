"""Receives Stripe's webhooks: verified, and stored once (rule 22)."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from billing.gateways import webhooks


@csrf_exempt
@require_POST
def hook(request: HttpRequest, account: UUID) -> HttpResponse:
    """Receive a webhook of one account."""
    signature = request.headers.get("Stripe-Signature", "")
    return webhooks.answer(
        request, gateway="stripe", account=account, signature=signature, now=timezone.now()
    )

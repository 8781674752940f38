"""Where Stripe posts its notices: verified, stored once, answered at once (rule 22)."""

from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from billing.gateways import webhooks
from billing.models import GatewayAccount
from billing.rules.errors import NotConnected

LARGEST = 1_000_000  # bytes


@csrf_exempt
@require_POST
def hook(request: HttpRequest, account: UUID) -> HttpResponse:
    """The address names the account, so that one tenant's secret never opens another's door."""
    try:
        body = request.body
    except RequestDataTooBig:  # Django's own limit, before it is read
        return HttpResponse(status=413)
    if len(body) > LARGEST:
        return HttpResponse(status=413)
    row = GatewayAccount.objects.filter(pk=account).first()
    if row is None:
        return HttpResponse(status=404)
    signature = request.headers.get("Stripe-Signature", "")
    try:
        webhooks.receive(account=row, body=body, signature=signature, now=timezone.now())
    except (ValueError, NotConnected):
        return HttpResponse(status=400)
    return HttpResponse(status=200)

"""Pages of the simulated processors, to save a test card or confirm a charge; their webhook."""

import json
import uuid
from typing import cast
from urllib.parse import urlencode

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from billing.gateways import webhooks
from billing.gateways.base import Gateway, Outcome
from billing.gateways.sandbox import cards
from billing.gateways.sandbox.ledger import SESSION_AGE, PretendedProcessor
from core.dates import add_months

LABELS = {
    cards.Behaviour.SUCCEEDS: gettext_lazy("Every charge succeeds"),
    cards.Behaviour.SOFT: gettext_lazy("Declined: not enough money on it"),
    cards.Behaviour.HARD: gettext_lazy("Declined: reported as lost"),
    cards.Behaviour.LATER: gettext_lazy("The first charge succeeds, later ones are declined"),
    cards.Behaviour.LOST_ANSWER: gettext_lazy("Succeeds, but the answer is lost on the way"),
    cards.Behaviour.ACTION: gettext_lazy("The bank asks the cardholder to confirm each charge"),
    cards.Behaviour.DEBIT: gettext_lazy("Each direct debit is paid after 3 days"),
    cards.Behaviour.DEBIT_FAILS: gettext_lazy("Not enough money: each fails after 3 days"),
    cards.Behaviour.DEBIT_RETURNS: gettext_lazy("Paid after 3 days, and returned after 8 days"),
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def setup(
    request: HttpRequest, session: str, *, processor: type[PretendedProcessor]
) -> HttpResponse:
    """Choose a test card. The URL to return to is in the signed session."""
    try:
        started = signing.loads(session, salt=processor.salt(), max_age=SESSION_AGE)
    except signing.BadSignature:
        raise Http404 from None
    error, debits = "", started.get("debits", [])
    offered = [*cards.CARDS, *(card for card in cards.DEBITS if card.kind in debits)]
    if request.method == "POST":
        card = cards.by_behaviour(request.POST.get("card", ""))
        if card and card in offered:
            done = processor.save_test_card(
                customer=started["customer"],
                behaviour=card.name,
                expires_on=add_months(timezone.now().date(), 36, 31),
            )
            return redirect(f"{started['return_url']}?{urlencode({'session': done})}")
        error = _("Choose a card.")
    choices = [(card, LABELS[card.behaviour]) for card in offered]
    context = {"choices": choices, "error": error}
    return render(request, "sandbox/setup.html", context, status=422 if error else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(
    request: HttpRequest, handle: str, *, processor: type[PretendedProcessor]
) -> HttpResponse:
    """The bank's page, on which the cardholder confirms a charge. It leads back to the portal."""
    if request.method == "POST":
        if processor.confirm(handle):
            _post_webhook(processor, handle)
        return redirect("portal:confirmed")
    waits = processor.payment(handle).filter(status=Outcome.REQUIRES_ACTION).exists()
    return render(request, "sandbox/confirm.html", {"done": not waits})


def _post_webhook(processor: type[PretendedProcessor], handle: str) -> None:
    """Tell of a confirmed payment, as a real processor does."""
    body = json.dumps({"id": f"evt_{uuid.uuid4().hex}", "handle": handle}).encode()
    webhooks.receive(
        cast(Gateway, processor()),
        account=None,
        body=body,
        signature=processor.sign(body),
        now=timezone.now(),
    )


@csrf_exempt
@require_POST
def hook(request: HttpRequest, *, processor: type[PretendedProcessor]) -> HttpResponse:
    """Verify a webhook and store it once; a worker fetches its object later (rule 22)."""
    signature = request.headers.get("X-Signature", "")
    try:
        webhooks.receive(
            cast(Gateway, processor()),
            account=None,
            body=request.body,
            signature=signature,
            now=timezone.now(),
        )
    except ValueError:
        return HttpResponse(status=400)
    return HttpResponse(status=200)

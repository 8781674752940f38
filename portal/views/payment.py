"""Save a card on the payment gateway's page, and follow the first charge."""

from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import Agreement
from agreements.rules.states import AgreementState
from agreements.running.periods import next_starts
from billing.books import queries
from billing.charging import saved_cards
from billing.models import Invoice
from core.dates import local_day
from core.errors import RuleError
from core.web import query_string
from portal.access import PortalView


class PaymentMethodPage(PortalView):
    """The saved card, and a button to save another one on the gateway's page."""

    def get(self, request: HttpRequest) -> HttpResponse:
        agreement = _newest_agreement(self)
        is_first = agreement is not None and not saved_cards.card_in_use(self.client)
        open_invoices = queries.amounts_for_new_card(self.client)
        context = {
            "method": saved_cards.card_in_use(self.client),
            "agreement": agreement,
            "first": is_first,
            "waits": open_invoices,
        }
        return render(request, "portal/method.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Answer with a page that goes on to the gateway.

        A redirect would not do: the policy of our pages lets a form lead to this origin only, and
        browsers apply that to the redirects after it (docs/trust.md, Pages).
        """
        return_url = request.build_absolute_uri(reverse("portal:method_done"))
        try:
            url = saved_cards.start_setup(client=self.client, return_url=return_url)
        except RuleError as error:
            messages.error(request, str(error))
            return redirect("portal:method")
        context = {"url": url, "host": urlsplit(url).hostname}
        return render(request, "portal/to_gateway.html", context)


class MethodSaved(PortalView):
    """The return from the gateway. Returning twice with the same session saves one card only."""

    def get(self, request: HttpRequest) -> HttpResponse:
        try:
            saved_cards.finish_setup(
                client=self.client,
                session=query_string.text(request.GET, "session"),
                now=timezone.now(),
            )
        except RuleError as error:
            messages.error(request, str(error))
            return redirect("portal:method")
        agreement = _newest_agreement(self)
        if agreement:
            return redirect("portal:charging", agreement.pk)
        messages.success(request, _("Your card is saved."))
        return redirect("portal:method")


class FirstCharge(PortalView):
    """The status of the first charge.

    The fragment alone is requested every two seconds until the outcome is known.
    """

    fragment = False

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement = self.row(Agreement, pk, "business", "client", "signed_document")
        invoices = (
            self.rows(Invoice).filter(agreement=agreement).select_related("collection", "agreement")
        )
        invoice = invoices.order_by("-period_start").first()
        standing = queries.invoice_status(invoice) if invoice else None
        today = local_day(timezone.now(), agreement.time_zone)
        starts_later = agreement.starts_on > today
        context = {
            "agreement": agreement,
            "invoice": invoice,
            "standing": standing,
            "starts_later": starts_later,
            "next_on": agreement.starts_on
            if starts_later
            else next_starts([agreement], today).get(agreement.pk),
            "settled": starts_later or (standing is not None and standing.tone in ("good", "bad")),
        }
        template = "portal/charging_state.html" if self.fragment else "portal/charging.html"
        return render(request, template, context)


def _newest_agreement(view: PortalView) -> Agreement | None:
    """The client's running agreement that was signed last; None if there is none."""
    running = view.rows(Agreement).filter(state=AgreementState.ACTIVE)
    return running.order_by("-signed_at").first()

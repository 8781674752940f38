"""Saving a card at the gateway's own page, and watching the first charge."""

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
from billing.charging import methods
from billing.models import Invoice
from core.dates import local_day
from core.errors import RuleError
from portal.access import PortalView


class Method(PortalView):
    """The card in use, and the way to save one."""

    def get(self, request: HttpRequest) -> HttpResponse:
        agreement = _newest(self)
        first = agreement is not None and not methods.in_use(self.client)
        waits = queries.open_for(self.client)
        context = {
            "method": methods.in_use(self.client),
            "agreement": agreement,
            "first": first,
            "waits": waits,
        }
        return render(request, "portal/method.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        back = request.build_absolute_uri(reverse("portal:method_done"))
        try:
            return redirect(methods.start(client=self.client, return_url=back))
        except RuleError as no:
            messages.error(request, str(no))
            return redirect("portal:method")


class MethodDone(PortalView):
    """Back from the gateway: the same session twice saves one card."""

    def get(self, request: HttpRequest) -> HttpResponse:
        try:
            methods.finish(
                client=self.client, session=request.GET.get("session", ""), now=timezone.now()
            )
        except RuleError as no:
            messages.error(request, str(no))
            return redirect("portal:method")
        agreement = _newest(self)
        if agreement:
            return redirect("portal:charging", agreement.pk)
        messages.success(request, _("Your card is saved."))
        return redirect("portal:method")


class Charging(PortalView):
    """The first charge: what stands now, asked again every two seconds until it is decided."""

    fragment = False

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement = self.row(Agreement, pk, "business", "client", "signed_document")
        invoices = (
            self.rows(Invoice).filter(agreement=agreement).select_related("collection", "agreement")
        )
        invoice = invoices.order_by("-period_start").first()
        standing = queries.standing(invoice) if invoice else None
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


def _newest(view: PortalView) -> Agreement | None:
    running = view.rows(Agreement).filter(state=AgreementState.ACTIVE)
    return running.order_by("-signed_at").first()

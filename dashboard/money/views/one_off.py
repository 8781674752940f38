"""A one-off invoice: its form, and its total before it is issued."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import Agreement
from agreements.rules.states import RUNNING_STATES
from agreements.rules.terms import CollectBy
from billing.charging import issue_one_off, saved_cards
from billing.charging.issue_one_off import IssuedAlike
from billing.invoices.compose_invoice import Draft
from billing.invoices.one_off import OneOff
from clients.models import Client
from core.errors import RuleError
from core.team.roles import Area
from core.web import query_string
from dashboard.money.forms.one_off import OneOffForm
from dashboard.page import DashboardView, add_error


class NewOneOff(DashboardView):
    """Three fields; then the total is shown, and pressing once more issues the invoice."""

    needs = Area.INVOICES
    only_writes = True
    template = "dashboard/money/one_off.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        client = query_string.row_id(request.GET, "client")
        return self.show(request, form=self._form(initial={"client": client}))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self._form(request.POST)
        if not form.is_valid():
            return self.show(request, 422, form=form)
        now = timezone.now()
        try:
            row, draft = issue_one_off.preview(business=self.business, order=form.order(), now=now)
            seen = f"{row.currency} {draft.figures.total} {row.due_on} {row.collect_by}"
            if "issue" in request.POST and request.POST.get("seen") == seen:
                invoice = issue_one_off.issue_one_off(
                    business=self.business,
                    order=form.order(),
                    confirmed=form.cleaned_data["confirmed"],
                    actor=self.actor,
                    now=now,
                )
                messages.success(
                    request, _("%(number)s is issued and emailed.") % {"number": invoice.number}
                )
                return redirect("dashboard:invoice", invoice.pk)
        except IssuedAlike as error:
            form = self._form(request.POST)
            form.ask(_("%(why)s Issue it once more.") % {"why": error})
        except RuleError as error:
            add_error(form, error)
            return self.show(request, 422, form=form)
        return self.show(request, form=form, seen=seen, **_preview(row, draft))

    def _form(self, data: Any = None, **kwargs: Any) -> OneOffForm:
        running = self.rows(Agreement).filter(state__in=RUNNING_STATES)
        return OneOffForm(
            data,
            business=self.business,
            clients=self.rows(Client).filter(is_sample=False).order_by("name_key", "pk"),
            agreements=list(running.select_related("client").order_by("client__name_key", "pk")),
            **kwargs,
        )


def _preview(row: OneOff, draft: Draft) -> dict[str, Any]:
    """What will be issued, as the page shows it."""
    card = saved_cards.card_in_use(row.client) if row.collect_by == CollectBy.CARD else None
    return {"row": row, "figures": draft.figures, "card": card}

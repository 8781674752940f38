"""The sales section of a client's and a proposal's page: fit check, calls and objections."""

from typing import Any

from clients import objections
from clients.models import Client, FitCheck, Objection
from clients.rules.objection_statistics import Kind
from dashboard.page import DashboardView
from dashboard.sales.forms.objections import kinds
from dashboard.sales.views.calls import latest_calls
from dashboard.sales.views.fit import verdict_in_words

OWN_KINDS = 4  # the business's own kinds of objection that get a button


def sales_panel(view: DashboardView, client: Client) -> dict[str, Any]:
    """The context of "dashboard/sales/selling.html", which clients never see (rule 37)."""
    check = view.rows(FitCheck).filter(client=client).first()
    return {
        "fit": verdict_in_words(check.found) if check else None,
        "calls": latest_calls(view, client),
        "heard": list(view.rows(Objection).filter(client=client)[:5]),
        "kinds": kinds(objections.own_kinds(view.business))[: len(Kind) + OWN_KINDS],
    }

"""What a client's and a proposal's page show of selling: the fit, the calls, and a tap for an objection."""

from typing import Any

from clients import objections
from clients.models import Client, FitCheck, Objection
from clients.rules.objection_statistics import Kind
from dashboard.page import DashboardView
from dashboard.sales.forms.objections import kinds
from dashboard.sales.views.calls import calls_of
from dashboard.sales.views.fit import in_words

OWN_KINDS = 4  # that get a button of their own


def panel(desk: DashboardView, client: Client) -> dict[str, Any]:
    """For the template "dashboard/selling.html"; all of it is the freelancer's own (rule 37)."""
    check = desk.rows(FitCheck).filter(client=client).first()
    return {
        "fit": in_words(check.found) if check else None,
        "calls": calls_of(desk, client),
        "heard": list(desk.rows(Objection).filter(client=client)[:5]),
        "kinds": kinds(objections.own_kinds(desk.business))[: len(Kind) + OWN_KINDS],
    }

"""The checklist of a new business on the overview, computed from what there is."""

from dataclasses import dataclass

from allauth.mfa.utils import is_mfa_enabled
from django.urls import reverse
from django.utils.translation import gettext as _

from agreements.models import Package, Proposal
from billing.models import BankDetails, GatewayAccount
from clients.models import Client
from core.tenancy import which_exist
from dashboard.page import DashboardView


@dataclass(frozen=True)
class FirstStep:
    """One line of the checklist: what to do, the page where it is done, and whether it is done."""

    text: str
    url: str
    is_done: bool


def first_steps(view: DashboardView) -> list[FirstStep]:
    """The checklist; empty once everything on it is done, or the owner has dismissed it."""
    business = view.business
    if business.checklist_dismissed_at:
        return []
    done = which_exist(
        business,
        {
            "proposal": view.rows(Proposal).filter(sent_at__isnull=False),
            "bank": view.rows(BankDetails).exclude(account="", promptpay=""),
            "gateway": view.rows(GatewayAccount),
            "package": view.rows(Package),
        },
    )
    steps = [
        FirstStep(
            _("Send your first proposal"),
            _proposal_page(view),
            "proposal" in done,
        ),
        FirstStep(
            _("Say how clients pay you"),
            reverse("dashboard:paying") + "#p3",
            bool({"bank", "gateway"} & done),
        ),
        FirstStep(
            _("Make a package with your own prices"),
            reverse("dashboard:packages"),
            "package" in done,
        ),
        FirstStep(
            _("Add your logo"),
            reverse("dashboard:settings_documents") + "#id_logo",
            bool(business.logo),
        ),
        FirstStep(
            _("Protect your account with a second factor"),
            reverse("mfa_activate_totp"),
            is_mfa_enabled(business.owner),
        ),
    ]
    return [] if all(step.is_done for step in steps) else steps


def _proposal_page(view: DashboardView) -> str:
    """The draft of the first proposal, or a new one for the client, or the first client."""
    real_drafts = view.rows(Proposal).filter(client__is_sample=False)
    if draft := real_drafts.order_by("-created_at").first():
        return reverse("dashboard:proposal", args=[draft.pk])
    real_clients = view.rows(Client).filter(is_sample=False)
    if client := real_clients.order_by("-created_at").first():
        return reverse("dashboard:proposal_new", args=[client.pk])
    return reverse("dashboard:welcome_client")

"""A proposal as the client will see it: on a page of its own, and in the frame of the composer."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone, translation

from agreements.models import Proposal
from agreements.proposals import client_view, lifecycle
from billing.emails import upcoming_charges
from clients.models import Client
from core.dates import local_day
from core.team.roles import Area
from dashboard.page import DashboardView
from dashboard.proposals.forms.as_posted import as_posted
from dashboard.proposals.forms.readable import read_entry
from dashboard.proposals.views.composer import RELATED, NewProposal

#: A frame is shown on our own pages only, and runs no script.
FRAME_POLICY = {
    "script-src": "'none'",
    "connect-src": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'self'",
}


class PreviewProposal(DashboardView):
    """The proposal as the client will see it, in the client's language. Its buttons do nothing."""

    needs = Area.SALES

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        proposal = self.row(Proposal, pk, self.rows(Proposal).select_related(*RELATED))
        hints = client_view.comparison_hints(lifecycle.tiers_of(proposal))
        notes = render_to_string(
            "dashboard/proposals/preview_notes.html", {"proposal": proposal, "hints": hints}
        )
        return _seen(request, proposal, notes=notes)


class ProposalFrame(DashboardView):
    """The draft as it is stored, inside the composer."""

    needs = Area.SALES

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        proposal = self.row(Proposal, pk, self.rows(Proposal).select_related(*RELATED))
        return _framed(_seen(request, proposal, is_frame=True))


class NewProposalFrame(NewProposal):
    """What a new proposal starts with, inside the composer. Nothing is stored by looking at it."""

    needs = Area.SALES
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        client = self.row(Client, pk)
        data = as_posted(self.start(request, client)[0])
        entry = read_entry(self.forms(client, data), data)
        terms, people = dict(entry.terms), self._first_contact(client)
        contact = terms.pop("contact", None) or people
        if contact is None:
            return _framed(_nothing_yet(request))
        with transaction.atomic():
            proposal = lifecycle.create_draft(
                business=self.business,
                client=client,
                contact=contact,
                tiers=list(entry.tiers or []),
                now=timezone.now(),
                **terms,
            )
            response = _seen(request, proposal, is_frame=True)
            transaction.set_rollback(True)
        return _framed(response)


def _seen(request: HttpRequest, proposal: Proposal, **extra: Any) -> HttpResponse:
    """The client's page of a proposal, in the client's language and on the client's day."""
    with translation.override(proposal.language):
        today = local_day(timezone.now(), proposal.client.time_zone)
        if not lifecycle.tiers_of(proposal):
            return _nothing_yet(request)
        seen = client_view.page_context(proposal, today=today)
        tiers = [tier for tier, _lines in seen["cards"]]
        offers = upcoming_charges.offers_of(proposal, tiers, seen["tax"], today)
        context = {**seen, "offers": offers, "preview": True, **extra}
        return render(request, "dashboard/proposals/proposal_preview.html", context)


def _nothing_yet(request: HttpRequest) -> HttpResponse:
    """Say that there is no offer to look at."""
    return render(request, "dashboard/proposals/preview_empty.html", {"is_frame": True})


def _framed(response: HttpResponse) -> HttpResponse:
    """Let our own pages show this response in a frame, and nobody else's."""
    response["X-Frame-Options"] = "SAMEORIGIN"
    response._csp_replace = FRAME_POLICY  # type: ignore[attr-defined]
    return response

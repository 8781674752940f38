"""Change what a client pays for: one agreement, or one change of fee for many."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.changing import amend
from agreements.contract import amendment_text, frozen_terms
from agreements.models import Agreement, Amendment
from agreements.proposals import propose
from agreements.rules.schedule import Interval
from agreements.rules.states import RUNS
from agreements.running import effective_terms
from billing.invoices import upgrade_invoice
from core import money
from core.errors import RuleError
from dashboard.agreements.forms.change_terms import ChangeForm, FeesForm
from dashboard.page import DashboardView, refuse


class ChangeTerms(DashboardView):
    """Another tier or fee: looked at first, then sent to be signed."""

    template = "dashboard/change.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement = self.running(pk)
        if again := request.GET.get("again", ""):
            return self.look(
                request, agreement, self.form(agreement, self.asked_before(agreement, again))
            )
        return self.page(request, agreement, self.form(agreement))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement = self.running(pk)
        form = self.form(agreement, request.POST)
        if request.POST.get("press") != "send" or not form.is_valid():
            return self.look(request, agreement, form)
        try:
            self.send(agreement, form, request.POST.get("seen", ""))
        except RuleError as no:
            refuse(form, no)
            return self.page(request, agreement, form, 422)
        messages.success(
            request, _("The amendment is on its way to the client. It applies once it is signed.")
        )
        return redirect("dashboard:agreement", agreement.pk)

    def look(self, request: HttpRequest, agreement: Agreement, form: ChangeForm) -> HttpResponse:
        """The change before it is sent: every figure, and for one that applies now the sum in words (rule 8)."""
        if not form.is_valid():
            return self.page(request, agreement, form, 422)
        asked, verb = form.change(self.today), upgrade_invoice.draft if form.is_now else amend.draft
        try:
            row = verb(agreement=agreement, change=asked, now=timezone.now())
        except RuleError as no:
            refuse(form, no)
            return self.page(request, agreement, form, 422)
        more: dict[str, Any] = {"row": row, "figures": amendment_text.figures(row)}
        if row.now:
            more |= {
                "seen": upgrade_invoice.shown(row),
                "sums": amendment_text.sums(row),
                "words": amendment_text.sum_in_words(row),
            }
        return self.page(request, agreement, form, **more)

    def send(self, agreement: Agreement, form: ChangeForm, seen: str) -> Amendment:
        """Ask the client; what applies now only for the sum that was on the page."""
        now, change = timezone.now(), form.change(self.today)
        if form.is_now:
            return upgrade_invoice.offer(
                agreement=agreement,
                change=change,
                seen=seen,
                actor=self.actor,
                now=now,
                origin=self.origin,
            )
        return amend.offer(
            agreement=agreement, change=change, actor=self.actor, now=now, origin=self.origin
        )

    def asked_before(self, agreement: Agreement, number: str) -> dict[str, object]:
        """The form as it was for an upgrade that was not signed on its day: to offer it again for today."""
        rows = self.rows(Amendment).filter(agreement=agreement)
        row = next((each for each in rows if str(each.number) == number), None)
        if row is None or not row.now:
            raise Http404
        fee = money.to_decimal(row.amount, agreement.currency)
        asked = {
            "kind": row.kind,
            "tier": row.tier.get("id", ""),
            "when": "now",
            "reason": row.terms["reason"],
        }
        return {**asked, "fee": fee}

    def form(self, agreement: Agreement, *args: object) -> ChangeForm:
        """The tiers of its own proposal, and the next days on which a period begins."""
        rungs = propose.rungs(agreement.proposal)
        tiers = [frozen_terms.freeze_tier(agreement.proposal, rung) for rung in rungs]
        days = amend.boundaries(agreement, self.today, 12)
        return ChangeForm(*args, agreement=agreement, tiers=tiers, days=days)

    def page(
        self,
        request: HttpRequest,
        agreement: Agreement,
        form: ChangeForm,
        status: int = 200,
        **more: Any,
    ) -> HttpResponse:
        first = amend.earliest(agreement, "price", self.today)
        current = effective_terms.on(agreement, self.today)
        return self.show(
            request, status, agreement=agreement, form=form, current=current, first=first, **more
        )

    def running(self, pk: UUID) -> Agreement:
        """An agreement whose terms can change; a trial's do not."""
        related = ("client", "contact", "business__owner", "proposal", "signed_document")
        agreement = self.row(Agreement, pk, self.rows(Agreement).select_related(*related))
        if agreement.state not in RUNS or agreement.is_trial:
            raise Http404
        return agreement


class NewFees(DashboardView):
    """Announce a change of fee to many clients at once: each gets an amendment to sign."""

    template = "dashboard/fees.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(request, form=FeesForm(running=self.running()))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = FeesForm(request.POST, running=self.running())
        if not form.is_valid():
            return self.show(request, form=form, status=422)
        chosen = list(form.cleaned_data["agreements"])
        if request.POST.get("press") != "send":
            return self.show(
                request, form=form, rows=self.preview(chosen, form.cleaned_data["percent"])
            )
        made, refused = amend.announce(
            agreements=chosen,
            percent=form.cleaned_data["percent"],
            reason=form.cleaned_data["reason"],
            actor=self.actor,
            now=timezone.now(),
            origin=self.origin,
        )
        if made:
            words = ngettext(
                "One amendment is on its way.", "%(n)s amendments are on their way.", len(made)
            )
            messages.success(request, words % {"n": len(made)})
        for agreement, why in refused:
            messages.error(request, f"{agreement.client.name}: {why}")
        return redirect("dashboard:agreements")

    def preview(
        self, chosen: list[Agreement], percent: int
    ) -> list[tuple[Agreement, object, int, int]]:
        """Client, first day by its contract's notice, fee before and after."""
        found: list[tuple[Agreement, object, int, int]] = []
        for agreement in effective_terms.load(chosen):
            day = amend.earliest(agreement, "price", self.today)
            before = effective_terms.on(agreement, day or self.today).amount
            found.append((agreement, day, before, amend.raised(before, percent)))
        return found

    def running(self) -> object:
        """Every retainer that runs; a trial's fee does not change."""
        related = ("client", "contact", "business__owner", "signed_document")
        rows = self.rows(Agreement).filter(state__in=RUNS).exclude(interval=Interval.ONCE)
        return rows.select_related(*related).order_by("client__name", "title")

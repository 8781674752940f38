"""Change the terms of running agreements: one agreement's tier or fee, or the fee of many."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.changing import amend
from agreements.contract import amendment_text, frozen_terms
from agreements.models import Agreement, Amendment
from agreements.proposals import lifecycle
from agreements.rules.intervals import Interval
from agreements.rules.states import RUNNING_STATES
from agreements.running import effective_terms
from billing.invoices import upgrade_invoice
from core import money
from core.errors import RuleError
from core.team.roles import Area
from core.web import query_string
from core.web.keyset_pages import Page, page_of
from dashboard.agreements.forms.change_terms import ChangeForm, FeesForm
from dashboard.page import DashboardView, add_error

AT_ONCE = 50  # retainers whose fees change together


class ChangeTerms(DashboardView):
    """Change an agreement's tier or fee. The change is previewed first, then sent to be signed."""

    needs = Area.SIGNING
    only_writes = True
    template = "dashboard/agreements/change.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement = self.changeable(pk)
        if again := query_string.text(request.GET, "again"):
            return self.preview_change(
                request, agreement, self.form(agreement, self.expired_upgrade(agreement, again))
            )
        return self.page(request, agreement, self.form(agreement))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement = self.changeable(pk)
        form = self.form(agreement, request.POST)
        # Everything but the button "send" shows the preview, which also shows the form's errors.
        if request.POST.get("press") != "send" or not form.is_valid():
            return self.preview_change(request, agreement, form)
        try:
            self.send(agreement, form, request.POST.get("seen", ""))
        except RuleError as error:
            add_error(form, error)
            return self.page(request, agreement, form, 422)
        messages.success(
            request, _("The amendment is on its way to the client. It applies once it is signed.")
        )
        return redirect("dashboard:agreement", agreement.pk)

    def preview_change(
        self, request: HttpRequest, agreement: Agreement, form: ChangeForm
    ) -> HttpResponse:
        """Preview a change without storing it.

        The preview shows every figure, and for an upgrade that applies now the amount due (rule 8).
        """
        if not form.is_valid():
            return self.page(request, agreement, form, 422)
        change, draft = (
            form.change(self.today),
            upgrade_invoice.draft_upgrade if form.is_now else amend.preview_amendment,
        )
        try:
            amendment = draft(agreement=agreement, change=change, now=timezone.now())
        except RuleError as error:
            add_error(form, error)
            return self.page(request, agreement, form, 422)
        context: dict[str, Any] = {
            "row": amendment,
            "figures": amendment_text.changed_values(amendment),
        }
        if amendment.now:
            context |= {
                "seen": upgrade_invoice.amounts_shown(amendment),
                "sums": amendment_text.upgrade_lines(amendment),
                "words": amendment_text.upgrade_calculation(amendment),
            }
        return self.page(request, agreement, form, **context)

    def send(self, agreement: Agreement, form: ChangeForm, seen: str) -> Amendment:
        """Send the change to the client.

        An upgrade that applies now is sent only if `seen` is still the amount that the preview
        showed. Raises RuleError otherwise.
        """
        now, change = timezone.now(), form.change(self.today)
        if form.is_now:
            return upgrade_invoice.offer_upgrade(
                agreement=agreement,
                change=change,
                seen=seen,
                actor=self.actor,
                now=now,
                origin=self.origin,
            )
        return amend.offer_amendment(
            agreement=agreement, change=change, actor=self.actor, now=now, origin=self.origin
        )

    def expired_upgrade(self, agreement: Agreement, number: str) -> dict[str, object]:
        """The form data of an upgrade that the client did not sign in time.

        It serves to offer the upgrade again for today. `number` is the amendment's number as text.
        Raises Http404 if there is no such upgrade.
        """
        rows = self.rows(Amendment).filter(agreement=agreement)
        amendment = next((row for row in rows if str(row.number) == number), None)
        if amendment is None or not amendment.now:
            raise Http404
        fee = money.to_decimal(amendment.amount, agreement.currency)
        data = {
            "kind": amendment.kind,
            "tier": amendment.tier.get("id", ""),
            "when": "now",
            "reason": amendment.terms["reason"],
        }
        return {**data, "fee": fee}

    def form(self, agreement: Agreement, *args: object) -> ChangeForm:
        """The form with the proposal's tiers and the next days on which a period begins."""
        rungs = lifecycle.tiers_of(agreement.proposal)
        current = effective_terms.terms_on(agreement, self.today).tier
        # What the client added to every fee stays with another tier; what was paid once is paid.
        kept = [row for row in current.get("extras", []) if not row["once"]]
        tiers = [frozen_terms.freeze_tier(agreement.proposal, rung, kept) for rung in rungs]
        first_days = amend.effective_days(agreement, self.today, 12)
        return ChangeForm(*args, agreement=agreement, tiers=tiers, days=first_days)

    def page(
        self,
        request: HttpRequest,
        agreement: Agreement,
        form: ChangeForm,
        status: int = 200,
        **context: Any,
    ) -> HttpResponse:
        """Render the form with the current terms and the first day on which a new fee may apply."""
        earliest = amend.earliest_effective_day(agreement, "price", self.today)
        current = effective_terms.terms_on(agreement, self.today)
        return self.show(
            request,
            status,
            agreement=agreement,
            form=form,
            current=current,
            first=earliest,
            **context,
        )

    def changeable(self, pk: UUID) -> Agreement:
        """An agreement whose terms can change. Raises Http404 for paid trials and ended ones."""
        related = ("client", "contact", "business__owner", "proposal", "signed_document")
        agreement = self.row(Agreement, pk, self.rows(Agreement).select_related(*related))
        if agreement.state not in RUNNING_STATES or agreement.is_trial:
            raise Http404
        return agreement


class NewFees(DashboardView):
    """Change the fee of many clients by a percentage. Each gets an amendment to sign."""

    needs = Area.SIGNING
    only_writes = True
    template = "dashboard/agreements/fees.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        start = {name: query_string.text(request.GET, name) for name in ("percent", "reason")}
        page, initial = self.fifty(), {name: text for name, text in start.items() if text}
        return self.show(request, form=self.form(page, initial=initial), page=page)

    def post(self, request: HttpRequest) -> HttpResponse:
        page = self.fifty()
        form = self.form(page, request.POST)
        if not form.is_valid():
            return self.show(request, form=form, page=page, status=422)
        chosen = list(form.cleaned_data["agreements"])
        if request.POST.get("press") != "send":
            rows = self.preview(chosen, form.cleaned_data["percent"])
            return self.show(request, form=form, page=page, rows=rows)
        sent, refused = amend.announce_fee_change(
            agreements=chosen,
            percent=form.cleaned_data["percent"],
            reason=form.cleaned_data["reason"],
            actor=self.actor,
            now=timezone.now(),
            origin=self.origin,
        )
        if sent:
            text = ngettext(
                "One amendment is on its way.", "%(n)s amendments are on their way.", len(sent)
            )
            messages.success(request, text % {"n": len(sent)})
        for agreement, reason in refused:
            messages.error(request, f"{agreement.client.name}: {reason}")
        if not page.after:
            return redirect("dashboard:agreements")
        kept = {name: form.cleaned_data[name] for name in ("percent", "reason")}
        query = urlencode({**kept, "after": page.after})
        return redirect(f"{reverse('dashboard:fees')}?{query}")

    def fifty(self) -> Page[Agreement]:
        """The page of the retainers that the address asks for, by client name."""
        return page_of(
            self.changeable(),
            self.request.GET,
            by="title",
            within=("client__name_key",),
            up=True,
            size=AT_ONCE,
        )

    def form(self, page: Page[Agreement], *args: object, **kwargs: Any) -> FeesForm:
        """The form for the retainers of a page."""
        running = self.changeable()
        shown = running.filter(pk__in=[row.pk for row in page.rows])
        return FeesForm(*args, shown=shown, total=running.count(), **kwargs)

    def preview(
        self, chosen: list[Agreement], percent: int
    ) -> list[tuple[Agreement, object, int, int]]:
        """Each agreement, the first day allowed by its notice, and the fee before and after."""
        rows: list[tuple[Agreement, object, int, int]] = []
        for agreement in effective_terms.load_amendments(chosen):
            day = amend.earliest_effective_day(agreement, "price", self.today)
            before = effective_terms.terms_on(agreement, day or self.today).amount
            rows.append((agreement, day, before, amend.changed_fee(before, percent)))
        return rows

    def changeable(self) -> QuerySet[Agreement]:
        """Every running retainer; the fee of a paid trial cannot be changed."""
        related = ("client", "contact", "business__owner", "signed_document")
        rows = self.rows(Agreement).filter(state__in=RUNNING_STATES).exclude(interval=Interval.ONCE)
        return rows.select_related(*related).order_by("client__name_key", "title")

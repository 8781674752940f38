"""Agreements: list, page, signed PDF, notice, the decision after a trial, and billing holds."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from agreements.changing import end, renew, trial
from agreements.contract import exclusivity
from agreements.models import Agreement, Amendment, Pause, Period, Signature
from agreements.models.agreement import AGREEMENT_STATES
from agreements.proposals import capacity
from agreements.rules.states import RUNNING_STATES, AgreementState, AmendmentState
from agreements.running import added_for_a_time, effective_terms
from agreements.running.periods import next_starts
from agreements.signing import agreement_pdf, seal, signers
from billing.books import asked_words
from billing.invoices import extra_line
from billing.models import Invoice
from billing.runs import hold, unpaid_periods
from core import audit
from core.errors import RuleError
from core.team.roles import Area
from core.web import query_string
from core.web.download import pdf_response
from dashboard import last_events
from dashboard.agreements.forms.pause_and_end import EndForm
from dashboard.lists.list_page import ListPage, Order, choice_is_gone
from dashboard.page import DashboardView, add_error, show_error
from delivery.hours import hours_left
from delivery.kpis import kpi_page
from delivery.renewing import renewal_outlook
from delivery.renewing.renewal_outlook import Outlook
from delivery.work import checklist
from exports import timeline


class Agreements(ListPage):
    """The list of all agreements, newest first, with search and a filter by state."""

    needs = Area.AGREEMENTS
    template = "dashboard/agreements/agreements.html"
    page_name = "agreements"
    orders = (
        Order("client", gettext_lazy("Client"), by="client__name_key"),
        Order("fee", gettext_lazy("Fee"), starts_up=False),
        Order("last", gettext_lazy("Last event"), starts_up=False),
        Order("date", pgettext_lazy("column", "Date"), by="created_at", has_no_head=True),
    )
    usual_order = "-date"

    def get(self, request: HttpRequest) -> HttpResponse:
        agreements = self.rows(Agreement).select_related("client")
        term, state = query_string.text(request.GET, "q"), query_string.text(request.GET, "state")
        if term:
            agreements = agreements.filter(title__icontains=term) | agreements.filter(
                client__name__icontains=term
            )
        if state in dict(AGREEMENT_STATES):
            agreements = agreements.filter(state=state)
        page = self.page_in_order(
            agreements, fee=self._fees, last=last_events.moments_of_agreements
        )
        following = next_starts(page.rows, self.today)
        terms = {
            row.pk: effective_terms.terms_on(row, self.today)
            for row in effective_terms.load_amendments(page.rows)
        }
        last = last_events.of_agreements(self, page.rows)
        rows = [(row, terms[row.pk], following.get(row.pk), last[row.pk]) for row in page.rows]
        return self.show(
            request, page=page, rows=rows, asked=term, state=state, states=AGREEMENT_STATES
        )

    def _fees(self, rows: list[Agreement]) -> dict[UUID, tuple[int, str]]:
        """The fee of each agreement as it is today, with its currency."""
        loaded = effective_terms.load_amendments(rows)
        return {
            row.pk: (effective_terms.terms_on(row, self.today).amount, row.currency)
            for row in loaded
        }

    def gone(self) -> bool:
        return choice_is_gone(self.request.GET, "state", dict(AGREEMENT_STATES))


class AgreementPage(DashboardView):
    """One agreement: terms, periods, invoices, audit log, KPIs and current deliverables."""

    needs = Area.AGREEMENTS
    template = "dashboard/agreements/agreement.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        related = self.rows(Agreement).select_related(
            "client", "contact", "document", "signed_document", "proposal"
        )
        agreement = self.row(Agreement, pk, related)
        hours = hours_left.statements_of([agreement])
        periods = list(self.rows(Period).filter(agreement=agreement).order_by("-starts_on")[:12])
        current = periods[0] if periods else None
        invoices = self._invoices(agreement)
        amendments = list(agreement.amendments.select_related("agreement").order_by("-number"))
        period_rows = [
            (period, hours.get(period.pk), invoices.get(period.pk, [])) for period in periods
        ]
        signed = [row for row in amendments if row.state == AmendmentState.SIGNED]
        agreement.signed_amendments = sorted(signed, key=lambda row: (row.effective_on, row.number))
        places = signers.signatures_of(agreement)
        now_added = added_for_a_time.by_agreement([agreement])[agreement.pk]
        return self.show(
            request,
            agreement=agreement,
            periods=period_rows,
            current=current,
            hours=hours.get(periods[0].pk) if periods else None,
            work=checklist.checklist_lines(periods[:1], self.today)[periods[0].pk]
            if periods
            else [],
            outlook=self._outlook(agreement, hours),
            kpis=kpi_page.kpi_cards(agreement, current, self.today),
            places=places,
            business_is_next=_business_is_next(agreement, places),
            lacks=capacity.overbooked_minutes(agreement)
            if agreement.state == AgreementState.SENT
            else 0,
            amendments=amendments,
            added=[one for one in now_added if one.ends_on >= self.today],
            current_terms=effective_terms.terms_on(agreement, self.today),
            deadline=renew.deadline(agreement),
            unsealed=_unsealed([agreement, *amendments]),
            decides=trial.is_decision_due(agreement, self.today),
            can_end=end.can_end(agreement),
            pauses=list(self.rows(Pause).filter(agreement=agreement)),
            today=self.today,
            **self._story(agreement, amendments),
            **self._billing(agreement),
        )

    def _story(self, agreement: Agreement, amendments: list[Amendment]) -> dict[str, Any]:
        """What happened to the agreement, its proposal and its amendments."""
        names = agreement_pdf.event_labels() | timeline.event_labels()
        chains = audit.chains(
            [agreement.proposal_id, agreement.id, *(row.id for row in amendments)]
        )
        events = sorted(
            (event for chain in chains.values() for event in chain), key=lambda event: event.at
        )
        return {
            "events": [(event, names.get(event.event, event.event)) for event in events],
            "chain_is_whole": all(map(audit.is_whole, chains.values())),
            "excluded_by": exclusivity.unconfirmed(agreement, events),
        }

    def _billing(self, agreement: Agreement) -> dict[str, Any]:
        """What is billed next, what is unpaid, and what is billed beside the periods."""
        return {
            "next_on": next_starts([agreement], self.today).get(agreement.pk),
            "unpaid_case": unpaid_periods.open_cases(self.business).get(agreement.pk),
            "unpaid_rule": unpaid_periods.rule_of(agreement),
            "waiting": extra_line.waiting_lines([agreement]),
            "bills_more": extra_line.bills_more(agreement),
            "others": self._one_offs(agreement),
        }

    def _outlook(self, agreement: Agreement, hours: Any) -> Outlook | None:
        """The renewal outlook, which clients never see; None for an agreement that does not run."""
        if agreement.state not in RUNNING_STATES:
            return None
        return renewal_outlook.outlooks(
            self.business, [agreement], now=timezone.now(), stated=hours
        )[agreement.pk]

    def _one_offs(self, agreement: Agreement) -> list[tuple[Invoice, asked_words.InvoiceStatus]]:
        """The newest one-off invoices that belong to the agreement."""
        rows = self.rows(Invoice).filter(agreement=agreement, one_off__isnull=False)
        newest = rows.select_related("collection", "agreement").order_by("-issued_on", "-pk")
        return asked_words.statuses(newest[:12], now=timezone.now())

    def _invoices(
        self, agreement: Agreement
    ) -> dict[UUID, list[tuple[Invoice, asked_words.InvoiceStatus]]]:
        """The invoices by period: that of the fee, and those of upgrades inside the period."""
        by_period: dict[UUID, list[tuple[Invoice, asked_words.InvoiceStatus]]] = defaultdict(list)
        rows = (
            self.rows(Invoice).filter(agreement=agreement).select_related("collection", "agreement")
        )
        ordered = rows.order_by("period_start", "kind")
        for row, status in asked_words.statuses(ordered, now=timezone.now()):
            if row.period_id:
                by_period[row.period_id].append((row, status))
        return by_period


def _business_is_next(agreement: Agreement, places: Sequence[Signature]) -> bool:
    """Whether everyone on the client's side has signed and only the freelancer has not."""
    next_signers = signers.due_signatures(places, in_order=agreement.in_order)
    return (
        agreement.state == AgreementState.SENT
        and bool(next_signers)
        and next_signers[0].contact_id is None
    )


def _unsealed(signables: list[Agreement | Amendment]) -> list[tuple[Agreement | Amendment, str]]:
    """The documents that are signed but were not sealed in time, each with the reason."""
    now = timezone.now()
    return [(row, why) for row in signables if (why := seal.why_late(row, now))]


class AgreementPdf(DashboardView):
    """The signed PDF, or the PDF to be read before signing."""

    needs = Area.AGREEMENTS

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement = self.row(
            Agreement, pk, self.rows(Agreement).select_related("signed_document", "document")
        )
        document = agreement.signed_document or agreement.document
        if document is None:
            raise Http404
        return pdf_response(document)


class DecideTrial(DashboardView):
    """Record whether a paid trial succeeded. After a success, the next page proposes a retainer."""

    needs = Area.AGREEMENTS

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement = self.row(Agreement, pk, self.rows(Agreement).select_related("business"))
        succeeded, comment = (
            request.POST.get("how") == "yes",
            request.POST.get("words", "").replace("\x00", ""),
        )
        try:
            proposal = trial.record_decision(
                agreement=agreement,
                succeeded=succeeded,
                words=comment,
                actor=self.actor,
                now=timezone.now(),
                origin=self.origin,
            )
        except RuleError as error:
            show_error(request, error)
            return redirect("dashboard:agreement", agreement.pk)
        messages.success(request, _("Recorded. A trial never turns into a retainer automatically."))
        if proposal:
            return redirect("dashboard:proposal", proposal.pk)
        if succeeded:
            return redirect("dashboard:proposal_new", agreement.client_id)
        return redirect("dashboard:agreement", agreement.pk)


class EndAgreement(DashboardView):
    """Give notice. The minimum term and the notice period apply to the freelancer, too."""

    needs = Area.AGREEMENTS
    only_writes = True
    template = "dashboard/agreements/agreement_end.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement = self._active(pk)
        earliest = end.earliest_end(agreement, self.today)
        return self.show(
            request,
            agreement=agreement,
            first=earliest,
            waiting=extra_line.waiting_lines([agreement]),
            form=EndForm(initial={"ends_on": earliest}),
        )

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement = self._active(pk)
        form = EndForm(request.POST)
        if form.is_valid():
            try:
                end.give_notice(
                    agreement=agreement,
                    ends_on=form.cleaned_data["ends_on"],
                    actor=self.actor,
                    now=timezone.now(),
                    origin=self.origin,
                )
                messages.success(request, _("Notice is given."))
                return redirect("dashboard:agreement", agreement.pk)
            except RuleError as error:
                add_error(form, error)
        earliest = end.earliest_end(agreement, self.today)
        waiting = extra_line.waiting_lines([agreement])
        return self.show(
            request, agreement=agreement, first=earliest, waiting=waiting, form=form, status=422
        )

    def _active(self, pk: UUID) -> Agreement:
        agreement = self.row(
            Agreement, pk, self.rows(Agreement).select_related("client", "business")
        )
        if not end.can_end(agreement):
            raise Http404
        return agreement


class ReleaseHold(DashboardView):
    """Release a billing hold: bill every missed period, only the newest, or none."""

    needs = Area.AGREEMENTS

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement = self.row(Agreement, pk, self.rows(Agreement).select_related("business"))
        how = request.POST.get("how", "")
        if agreement.parked_because and how in hold.DECISIONS:
            hold.resume_billing(agreement=agreement, how=how, actor=self.actor, now=timezone.now())
            done = (
                _("Saved. None of the periods on hold is billed.")
                if how == "none"
                else _("Saved. The invoices follow automatically.")
            )
            messages.success(request, done)
        return redirect("dashboard:agreement", agreement.pk)

"""Clients and their contacts: list, page, forms, portal links and exports."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from agreements.contract import exclusivity
from agreements.models import Agreement, Proposal
from agreements.rules.terms import CollectBy
from agreements.running import effective_terms, expected_fees
from billing.books import asked_words, ledger
from billing.charging import refund, saved_cards
from billing.models import Invoice
from clients import client_records, duplicates, portal_links, sample_rules
from clients.models import Client, Contact
from clients.models.client import STAGES
from core.errors import RuleError
from core.outbox import bounces, emails
from core.team.roles import Area
from core.web import query_string
from core.web.throttle import too_often
from dashboard import last_events
from dashboard.clients.client_now import agreements_of, client_now
from dashboard.clients.forms import ClientForm, ContactForm, NewClientForm
from dashboard.lists.list_page import ListPage, Order, choice_is_gone
from dashboard.page import DashboardView, add_error, show_error, show_warnings
from dashboard.sales.views.pipeline import pipeline_moves
from dashboard.sales.views.sales_panel import sales_panel
from dashboard.settings.views.exports import Exports
from delivery.hours import effective_rate
from exports import requested_exports
from exports.models import Scope


class Clients(ListPage):
    """The list of all clients by name, with search and a filter by pipeline stage."""

    needs = Area.CLIENTS
    template = "dashboard/clients/clients.html"
    page_name = "clients"
    filters = ("q", "stage")
    orders = (
        Order("name", gettext_lazy("Client"), by="name_key"),
        Order("fee", gettext_lazy("Expected a month"), starts_up=False),
        Order("last", gettext_lazy("Last event"), starts_up=False),
        Order("added", pgettext_lazy("column", "Added"), by="created_at", has_no_head=True),
    )

    def get(self, request: HttpRequest) -> HttpResponse:
        clients = self.rows(Client)
        term, stage = query_string.text(request.GET, "q"), query_string.text(request.GET, "stage")
        if term:
            matches = (
                Q(name__icontains=term)
                | Q(contacts__name__icontains=term)
                | Q(contacts__email__icontains=term)
            )
            clients = clients.filter(matches).distinct()
        if stage in dict(STAGES):
            clients = clients.filter(state=stage)
        page = self.page_in_order(
            clients.prefetch_related("contacts"),
            fee=lambda rows: expected_fees.sums(rows, self.today),
            last=lambda rows: last_events.moments_of_clients(self, rows),
        )
        fees = expected_fees.fees_by_client(page.rows, self.today)
        last = last_events.of_clients(self, page.rows)
        rows = [(client, fees.get(client.pk), last[client.pk]) for client in page.rows]
        return self.show(request, page=page, rows=rows, asked=term, stage=stage, stages=STAGES)

    def gone(self) -> bool:
        return choice_is_gone(self.request.GET, "stage", dict(STAGES))


class ClientPage(DashboardView):
    """One client: what runs and is open now, people, money, documents and sales."""

    needs = Area.CLIENTS
    template = "dashboard/clients/client.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        client = self.row(Client, pk)
        client.business = self.business
        contacts = list(client.contacts.order_by("-is_decision_maker", "name_key"))
        bounced = bounces.newest_by_address(self.business, [each.email for each in contacts])
        every = agreements_of(self, client)
        agreements = every[:10]
        now = client_now(self, client, every)
        running = {one.agreement for one in now.retainers}
        return self.show(
            request,
            client=client,
            **self._hourly(client),
            months_counted=effective_rate.MONTHS,
            contacts=[(contact, bounced.get(contact.email.lower())) for contact in contacts],
            proposals=self.rows(Proposal).filter(client=client)[:10],
            agreements=agreements,
            others=[
                (row, effective_terms.terms_on(row, self.today))
                for row in agreements
                if row not in running
            ],
            invoices=self._invoices(client),
            method=self._method(client),
            credit=[
                (currency, amount, refund.way_out(client, currency))
                for (_pk, currency), amount in sorted(ledger.client_credits([client.pk]).items())
                if amount
            ],
            moves=pipeline_moves(client),
            selling=sales_panel(self, client),
            excluded_by=exclusivity.conflicts(client),
            now=now,
            same=[(row, not duplicates.what_keeps(row)) for row in duplicates.duplicates(client)],
        )

    def _hourly(self, client: Client) -> dict[str, Any]:
        """What an hour for the client brings, for who may see income."""
        if not self.may(Area.BOOKS, writes=False):
            return {}
        rates = effective_rate.effective_rates(self.business, self.today, client=client)
        return {"sees_income": True, "rates": rates}

    def _invoices(self, client: Client) -> list[tuple[Invoice, asked_words.InvoiceStatus]]:
        rows = self.rows(Invoice).filter(client=client)
        newest = rows.select_related("collection", "agreement")[:10]
        return asked_words.statuses(newest, now=timezone.now())

    def _method(self, client: Client) -> str:
        """How the client pays: the saved card, or by bank transfer; "" if neither is known."""
        if card := saved_cards.card_in_use(client):
            return str(card)
        by_transfer = self.rows(Agreement).filter(client=client, collect_by=CollectBy.TRANSFER)
        return _("Bank transfer") if by_transfer.exists() else ""


class NewClient(DashboardView):
    """Add a client together with its decision maker."""

    needs = Area.CLIENTS
    only_writes = True
    template = "dashboard/clients/client_form.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        start = {"time_zone": self.business.time_zone, "language": self.business.language}
        return self.show(
            request, form=NewClientForm(initial=start, currency=self.business.currency)
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        form = NewClientForm(request.POST, currency=self.business.currency)
        if not form.is_valid():
            return self.show(request, form=form, status=422)
        try:
            client = client_records.add_client(
                business=self.business, now=timezone.now(), **form.values()
            )
        except RuleError as error:
            add_error(form, error)
            return self.show(request, form=form, status=422)
        messages.success(request, _("%(name)s is added. Next: a proposal.") % {"name": client.name})
        show_warnings(request, form)
        return redirect("dashboard:client", client.pk)


class EditClient(DashboardView):
    """Change a client's details."""

    needs = Area.CLIENTS
    only_writes = True
    template = "dashboard/clients/client_form.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        client = self.row(Client, pk)
        return self.show(
            request,
            form=ClientForm(instance=client, currency=self.business.currency),
            client=client,
        )

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        client = self.row(Client, pk)
        form = ClientForm(request.POST, instance=client, currency=self.business.currency)
        if not form.is_valid():
            return self.show(request, form=form, client=client, status=422)
        client_records.change_client(client=client, **form.values())
        messages.success(request, _("Saved."))
        show_warnings(request, form)
        return redirect("dashboard:client", client.pk)


class NewContact(DashboardView):
    """Add a contact to a client."""

    needs = Area.CLIENTS
    only_writes = True
    template = "dashboard/clients/contact_form.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self.show(request, form=ContactForm(), client=self.row(Client, pk))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        client = self.row(Client, pk)
        form = ContactForm(request.POST)
        if form.is_valid():
            try:
                client_records.add_contact(
                    client=client,
                    now=timezone.now(),
                    actor=self.actor,
                    origin=self.origin,
                    **form.cleaned_data,
                )
                show_warnings(request, form)
                return redirect("dashboard:client", client.pk)
            except RuleError as error:
                add_error(form, error)
        return self.show(request, form=form, client=client, status=422)


class EditContact(DashboardView):
    """Correct a person's name, email or role, or make them the decision maker."""

    needs = Area.CLIENTS
    only_writes = True
    template = "dashboard/clients/contact_form.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        contact = self.contact(pk)
        return self.page(request, contact, ContactForm(instance=contact))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        contact = self.contact(pk)
        form = ContactForm(request.POST, instance=self.contact(pk))
        if form.is_valid():
            old_email = contact.email
            try:
                client_records.change_contact(
                    contact=contact,
                    now=timezone.now(),
                    actor=self.actor,
                    origin=self.origin,
                    **form.cleaned_data,
                )
            except RuleError as error:
                add_error(form, error)
            else:
                messages.success(request, self.done(contact, old_email))
                show_warnings(request, form)
                return redirect("dashboard:client", contact.client_id)
        return self.page(request, contact, form, status=422)

    def contact(self, pk: UUID) -> Contact:
        """The person with their client, or 404."""
        return self.row(Contact, pk, self.rows(Contact).select_related("client"))

    def page(
        self, request: HttpRequest, contact: Contact, form: ContactForm, status: int = 200
    ) -> HttpResponse:
        """`contact` is the person as saved, whatever was typed into the form."""
        return self.show(request, status, form=form, client=contact.client, contact=contact)

    def done(self, contact: Contact, old_email: str) -> str:
        """What has happened, and what to do next where the email is another one."""
        if contact.email == old_email:
            return _("Saved.")
        return _(
            "Saved. Links sent to %(old)s no longer work; send %(name)s a new portal link."
        ) % {"old": old_email, "name": contact.name}


class EmailPortalLink(DashboardView):
    """Email a contact a new link to the portal, at most ten times per hour."""

    needs = Area.CLIENTS

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        contact = self.row(
            Contact, pk, self.rows(Contact).select_related("client", "business__owner")
        )
        page, now = redirect("dashboard:client", contact.client_id), timezone.now()
        try:
            sample_rules.refuse(contact.client)
        except RuleError as error:
            show_error(request, error)
            return page
        if too_often("link", str(contact.pk), limit=10, seconds=3600, now=now):
            messages.error(
                request,
                _(
                    "This person was sent ten links within an hour. Please wait before you send "
                    "another."
                ),
            )
            return page
        portal_links.mail_portal_link(contact=contact, now=now)
        said = _("A link is on its way to %(email)s.")
        if emails.are_waiting():
            said = _(
                "Emails cannot be sent at the moment. A link goes to %(email)s as soon as they can."
            )
        messages.success(request, said % {"email": contact.email})
        return page


class EndSessions(DashboardView):
    """Sign a contact out of the portal on every device and invalidate the links already sent."""

    needs = Area.CLIENTS

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        contact = self.row(Contact, pk)
        portal_links.end_sessions(contact=contact, now=timezone.now())
        messages.success(
            request,
            _("%(name)s is signed out everywhere, and old links are closed.")
            % {"name": contact.name},
        )
        return redirect("dashboard:client", contact.client_id)


class ContactAccess(DashboardView):
    """Deactivate a person who left, or give them access again."""

    needs = Area.CLIENTS

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        contact = self.row(Contact, pk)
        try:
            if contact.is_active:
                client_records.close_access(contact=contact, now=timezone.now())
                done = _("%(name)s gets no email any more and cannot open the portal.")
            else:
                client_records.give_access_again(contact=contact)
                done = _("%(name)s may open the portal again. Send a new portal link.")
            messages.success(request, done % {"name": contact.name})
        except RuleError as error:
            show_error(request, error)
        return redirect("dashboard:client", contact.client_id)


class MergeClient(DashboardView):
    """Merge another client into this one."""

    needs = Area.CLIENTS

    def post(self, request: HttpRequest, pk: UUID, other: UUID) -> HttpResponse:
        client, gone = self.row(Client, pk), self.row(Client, other)
        try:
            duplicates.merge(client=gone, into=client)
            messages.success(
                request,
                _("%(gone)s is merged into %(name)s.") % {"gone": gone.name, "name": client.name},
            )
        except RuleError as error:
            show_error(request, error)
        return redirect("dashboard:client", client.pk)


class ExportClient(Exports):
    """Export everything about a client, in the background."""

    needs = Area.EXPORTS

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:  # type: ignore[override]
        return redirect("dashboard:client", self.row(Client, pk).pk)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:  # type: ignore[override]
        client = self.row(Client, pk)
        try:
            requested_exports.request_export(
                business=self.business, scope=Scope.CLIENT, client=client, now=timezone.now()
            )
        except RuleError as error:
            show_error(request, error)
            return redirect("dashboard:client", client.pk)
        return self.to_list(request)

"""A person's or a client's data on request: downloaded, or erased but for what law demands."""

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from clients.models import Client, Contact
from core.errors import RuleError
from core.safety import log
from core.team.roles import Area
from dashboard.page import DashboardView, show_error
from exports.erasing import erase, person_data


class PersonData(DashboardView):
    """Everything about one person as a ZIP, with their emails; it is in the security log."""

    needs = Area.OWNERSHIP
    confirms = True

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        contact = self.row(Contact, pk, self.rows(Contact).select_related("business", "client"))
        now = timezone.now()
        file = person_data.build(contact=contact, now=now)
        log.write(
            what="person_downloaded",
            person=self.business.owner,
            business=self.business,
            by=self.by,
            facts={"reference": contact.pk.hex[-8:]},  # the log is kept for good
            now=now,
        )
        return FileResponse(file, as_attachment=True, filename=f"{_('person')}-{pk.hex[-8:]}.zip")


class EraseContact(DashboardView):
    """What is erased of a person, what stays and why; then erase it."""

    needs = Area.OWNERSHIP
    confirms = True
    template = "dashboard/clients/erase.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        contact = self.row(Contact, pk, self.rows(Contact).select_related("client"))
        return self.show(request, contact=contact, client=contact.client, erased=contact.erased_at)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        contact = self.row(Contact, pk, self.rows(Contact).select_related("client"))
        try:
            erase.erase_contact(contact=contact, by=self.by, now=timezone.now())
            messages.success(request, _("The data of this person was erased."))
        except RuleError as error:
            show_error(request, error)
            return redirect("dashboard:contact_erase", pk)
        return redirect("dashboard:client", contact.client_id)


class EraseClient(DashboardView):
    """What is erased of a client and its people, what stays and why; then erase it."""

    needs = Area.OWNERSHIP
    confirms = True
    template = "dashboard/clients/erase.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        client = self.row(Client, pk)
        needed = erase.what_needs(client)
        return self.show(request, client=client, erased=client.erased_at, needed=needed)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        client = self.row(Client, pk)
        try:
            erase.erase_client(client=client, by=self.by, now=timezone.now())
            messages.success(request, _("The data of this client and its people was erased."))
        except RuleError as error:
            show_error(request, error)
            return redirect("dashboard:client_erase", pk)
        return redirect("dashboard:client", pk)

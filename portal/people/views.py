"""The people who may open the portal, for the one who decides; and the language of each."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from clients.models import Contact
from clients.people import portal_people
from core.errors import RuleError
from core.web.throttle import too_often
from portal.access import Money, PortalView, remember_language, show_in
from portal.people.forms import InviteForm
from portal.sessions import is_reading, origin


class People(PortalView):
    """Who may open the portal, and the form that invites one more: ten an hour, 20 a day."""

    money = Money.NONE

    is_for_deciders = True

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._show(request, InviteForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form, now = InviteForm(request.POST), timezone.now()
        if not form.is_valid():
            return self._show(request, form, 422)
        who = str(self.client.pk)
        if too_often("invite", who, limit=10, seconds=3600, now=now) or too_often(
            "invite_day", who, limit=20, seconds=24 * 3600, now=now
        ):
            form.add_error(None, _("You have invited many people today. Please wait an hour."))
            return self._show(request, form, 429)
        data = dict(form.cleaned_data)
        data["sees_money"] = not data.pop("hides_money")
        try:
            person = portal_people.invite(by=self.contact, now=now, origin=origin(request), **data)
        except RuleError as error:
            form.add_error(error.field, str(error))
            return self._show(request, form, 422)
        messages.success(
            request,
            _("%(name)s can open the portal now. We emailed a link to %(email)s.")
            % {"name": person.name, "email": person.email},
        )
        return redirect("portal:people")

    def _show(self, request: HttpRequest, form: InviteForm, status: int = 200) -> HttpResponse:
        people = (
            self.rows(Contact).filter(is_active=True).order_by("-is_decision_maker", "name_key")
        )
        context = {"people": people, "form": form}
        return render(request, "portal/people.html", context, status=status)


class RemovePerson(PortalView):
    """Close the portal for a colleague."""

    money = Money.NONE

    is_for_deciders = True

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        person = self.row(Contact, pk)
        try:
            portal_people.remove(
                by=self.contact, contact=person, now=timezone.now(), origin=origin(request)
            )
        except RuleError as error:
            messages.error(request, str(error))
        else:
            done = _("%(name)s can no longer open the portal, and their links no longer work.")
            messages.success(request, done % {"name": person.name})
        return redirect("portal:people")


class ChooseMoney(PortalView):
    """Show money to a colleague, or hide it: `show` in the form says which."""

    is_for_deciders = True
    money = Money.NONE

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        person, show = self.row(Contact, pk), request.POST.get("show") == "yes"
        try:
            portal_people.choose_money(
                by=self.contact,
                contact=person,
                sees_money=show,
                now=timezone.now(),
                origin=origin(request),
            )
        except RuleError as error:
            messages.error(request, str(error))
        else:
            done = (
                _("%(name)s can now see prices and payments.")
                if show
                else _("%(name)s can no longer see prices and payments.")
            )
            messages.success(request, done % {"name": person.name})
        return redirect("portal:people")


class ChooseLanguage(PortalView):
    """Keep the language that a person chose; one who only reads chooses it for this device."""

    money = Money.NONE

    is_for_everybody = True
    keeps_language = False

    def post(self, request: HttpRequest) -> HttpResponseBase:
        there, code = request.POST.get("next", ""), request.POST.get("language", "")
        is_own = url_has_allowed_host_and_scheme(there, {request.get_host()}, request.is_secure())
        if not (is_own and there.startswith("/")):
            there = reverse("portal:home")
        response = redirect(there)
        if is_reading(request):
            if code in dict(settings.LANGUAGES):
                show_in(response, code)
            return response
        try:
            portal_people.choose_language(contact=self.contact, language=code)
        except RuleError as error:
            messages.error(request, str(error))
            return response
        remember_language(request, response, code)
        return response

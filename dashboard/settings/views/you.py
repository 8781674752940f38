"""The freelancer: their own name, and what they are emailed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from core.outbox import notification_choices
from core.team.roles import Area
from dashboard.page import show_warnings
from dashboard.settings.forms import OwnerEmailsForm, YouForm
from dashboard.settings.subjects import SettingsView


class You(SettingsView):
    """The name in which the freelancer signs."""

    needs = Area.OWN
    template = "dashboard/settings/you.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(request, form=YouForm(instance=self.person))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = YouForm(request.POST, instance=self.person)
        if not form.is_valid():
            return self.show(request, form=form, status=422)
        form.save()
        messages.success(request, _("Saved."))
        show_warnings(request, form)
        return redirect(request.path)


class OwnerEmails(SettingsView):
    """Of what the user is emailed, and when."""

    needs = Area.OWNERSHIP
    template = "dashboard/settings/owner_emails.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        chosen = notification_choices.choices_of(self.business.owner)
        return self.show(request, form=OwnerEmailsForm(initial=chosen))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = OwnerEmailsForm(request.POST)
        if not form.is_valid():
            return self.show(request, form=form, status=422)
        notification_choices.choose(
            user=self.business.owner,
            business=self.business,
            chosen=form.chosen(),
            now=timezone.now(),
        )
        messages.success(request, _("Saved."))
        return redirect(request.path)

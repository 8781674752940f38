"""An administrator invites somebody to open a business on this installation (rule 80)."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import formats
from core.documents.printable_text import PrintableForm
from core.errors import RuleError
from core.system import invite
from core.team.roles import Area
from dashboard.page import add_error
from dashboard.system.recovery import KeepersView


class InviteForm(PrintableForm, forms.Form):
    """Whom to invite, and in which language."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        help_text=gettext_lazy("Their clients see it on the agreements that they sign."),
    )
    email = forms.EmailField(label=gettext_lazy("Email"), max_length=254)
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the email"),
        choices=formats.language_choices,
    )


class Invite(KeepersView):
    """The form with which an administrator invites somebody."""

    needs = Area.SYSTEM
    template = "dashboard/system/invite.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        form = InviteForm(initial={"language": self.business.language})
        return self.show(request, form=form, invites=invite.invites())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = InviteForm(request.POST)
        if form.is_valid():
            asked = form.cleaned_data
            try:
                by = self.person.get_full_name()
                invite.invite(**asked, by=by, now=timezone.now())
            except RuleError as error:
                add_error(form, error)
            else:
                said = _("%(name)s gets an email with a link, valid for 14 days.")
                messages.success(request, said % {"name": asked["name"]})
                return redirect("dashboard:jobs")
        return self.show(request, 422, form=form, invites=invite.invites())

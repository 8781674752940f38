"""Documents and numbers: what documents look like, and how they are numbered."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from billing.books import document_numbers
from core.errors import RuleError
from core.team.roles import Area
from dashboard.page import add_error
from dashboard.settings.forms import LookForm, NumberForm
from dashboard.settings.subjects import SettingsView


class Documents(SettingsView):
    """A form for the look, and one for the numbers; `which` names the posted form."""

    needs = Area.SETTINGS
    template = "dashboard/settings/documents.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        if request.POST.get("which") == "number":
            return self._number(request)
        form = LookForm(request.POST, request.FILES, instance=self.business)
        if not form.is_valid():
            return self._page(request, 422, look_form=form)
        form.save()
        return self._saved(request)

    def _number(self, request: HttpRequest) -> HttpResponse:
        form = NumberForm(request.POST)
        if form.is_valid():
            try:
                document_numbers.set_pattern(business=self.business, **form.cleaned_data)
                return self._saved(request)
            except RuleError as error:
                add_error(form, error)
        return self._page(request, 422, number=form)

    def _saved(self, request: HttpRequest) -> HttpResponse:
        messages.success(request, _("Saved."))
        return redirect("dashboard:settings_documents")

    def _page(self, request: HttpRequest, status: int = 200, **forms: Any) -> HttpResponse:
        return self.show(
            request,
            status,
            look_form=forms.get("look_form") or LookForm(instance=self.business),
            number=forms.get("number") or NumberForm(),
            patterns=document_numbers.patterns_in_use(self.business),
            gaps=document_numbers.find_gaps(self.business),
        )

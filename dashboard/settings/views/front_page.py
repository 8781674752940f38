"""The public page of the business: what it says, and whether it is visible."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from clients import front_page
from clients.models import FrontPage
from core import links
from core.errors import RuleError
from core.team.roles import Area
from dashboard.settings.forms import FrontPageForm
from dashboard.settings.subjects import SettingsView

FIELDS = ("is_on", "slug", "headline", "about", "services", "shows_places")


class PublicPage(SettingsView):
    """Write the public page, switch it on and off, and copy its address."""

    needs = Area.SETTINGS
    template = "dashboard/settings/public_page.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        page = self.rows(FrontPage).first()
        initial = (
            {name: getattr(page, name) for name in FIELDS}
            if page
            else {"slug": front_page.suggested_slug(self.business)}
        )
        return self._page(request, FrontPageForm(initial=initial), page)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = FrontPageForm(request.POST)
        if form.is_valid():
            try:
                front_page.save_page(
                    business=self.business, now=timezone.now(), **form.cleaned_data
                )
                messages.success(request, _("Saved."))
                return redirect("dashboard:public_page")
            except RuleError as error:
                form.add_error(error.field if error.field in form.fields else None, str(error))
        return self._page(request, form, self.rows(FrontPage).first(), 422)

    def _page(
        self, request: HttpRequest, form: FrontPageForm, page: FrontPage | None, status: int = 200
    ) -> HttpResponse:
        url = links.absolute_url("front", page.slug) if page else ""
        return self.show(request, status, form=form, page=page, url=url)

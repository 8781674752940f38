"""Packages: built-in sets of tiers and the business's own, to be copied, changed or archived."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import Package
from agreements.proposals import packages
from core.errors import RuleError
from core.lists.name_order import by_name
from core.team.roles import Area
from core.web import query_string
from dashboard.page import DashboardView
from dashboard.proposals.forms.packages import PackageForms


class Packages(DashboardView):
    """Every package that can be offered, the business's own first."""

    needs = Area.PRICES
    template = "dashboard/proposals/packages.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        own = by_name(self.rows(Package))
        return self.show(
            request,
            own=[row for row in own if not row.retired_at],
            retired=[row for row in own if row.retired_at],
            built_in=packages.built_in(self.business),
        )


class NewPackage(DashboardView):
    """Add a package. `?from=KEY` starts with the contents of another one."""

    needs = Area.PRICES
    template = "dashboard/proposals/package_form.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        key, currency = query_string.text(request.GET, "from"), self.business.currency
        if not key:
            return self.page(request, PackageForms(None, self.business))
        package = packages.find_package(self.business, key)
        if isinstance(package, Package):
            currency = package.currency  # its figures are the freelancer's own
        values = packages.form_values(package, currency)
        start = {
            "name": package.name,
            "currency": currency,
            "service": values["service"],
            "kpis": values["kpis"],
        }
        forms = PackageForms(None, self.business, initial=start, tiers=values["tiers"])
        return self.page(
            request, forms, fees_elsewhere=packages.foreign_fees_sentence(package, currency)
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        forms = PackageForms(request.POST, self.business)
        cleaned = forms.read()
        if cleaned is not None:
            fields, tiers = cleaned
            fields.pop("version")
            try:
                packages.add(business=self.business, tiers=tiers, now=timezone.now(), **fields)
                messages.success(request, _("Saved."))
                return redirect("dashboard:packages")
            except RuleError as error:
                forms.refuse(error)
        return self.page(request, forms, status=422)

    def page(self, request: HttpRequest, forms: PackageForms, **context: Any) -> HttpResponse:
        """Render the page with its forms."""
        return self.show(request, form=forms.form, tiers=forms.tiers, **context)


class PricingHelp(NewPackage):
    """Try prices with the figures of the tiers beside them; saving makes a package of them."""

    needs = Area.PRICES
    template = "dashboard/proposals/pricing_help.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        package = packages.find_package(self.business, packages.usual_key(self.business))
        values = packages.form_values(package, self.business.currency)
        start = {"service": values["service"], "kpis": values["kpis"]}
        return self.page(
            request, PackageForms(None, self.business, initial=start, tiers=values["tiers"])
        )


class EditPackage(NewPackage):
    """Change a package. Proposals keep the tiers they were written with."""

    needs = Area.PRICES

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:  # type: ignore[override]
        row = self.row(Package, pk)
        start = {
            name: getattr(row, name) for name in ("name", "service", "currency", "kpis", "version")
        }
        tiers = packages.form_values(row, row.currency)["tiers"]
        return self.page(
            request, PackageForms(None, self.business, initial=start, tiers=tiers), row=row
        )

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:  # type: ignore[override]
        row, forms = self.row(Package, pk), PackageForms(request.POST, self.business)
        cleaned = forms.read()
        if cleaned is not None:
            fields, tiers = cleaned
            try:
                packages.change(
                    package=row, tiers=tiers, **fields | {"version": fields["version"] or 0}
                )
                messages.success(request, _("Saved. Existing proposals keep their own tiers."))
                return redirect("dashboard:packages")
            except RuleError as error:
                forms.refuse(error)
        return self.page(request, forms, row=row, status=422)


class RetirePackage(DashboardView):
    """Archive a package, or offer it again."""

    needs = Area.PRICES

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row, is_restored = self.row(Package, pk), request.POST.get("do") == "restore"
        packages.archive(package=row, now=None if is_restored else timezone.now())
        messages.success(
            request,
            _("The package is offered again.") if is_restored else _("The package is archived."),
        )
        return redirect("dashboard:packages")

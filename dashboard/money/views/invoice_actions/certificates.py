"""Withholding certificates: the list, recording one, and asking for one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.bank_transfer import transfers
from billing.models import WithholdingCertificate
from core.errors import RuleError
from core.team.roles import Area
from dashboard.money.forms.payments import CertificateForm
from dashboard.page import DashboardView, add_error


class Certificates(DashboardView):
    """The list of withholding certificates, those still owed first."""

    needs = Area.INVOICES
    template = "dashboard/money/certificates.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = (
            self.rows(WithholdingCertificate)
            .select_related("invoice", "client")
            .order_by("state", "-created_at")
        )
        return self.show(request, rows=rows[:200], form=CertificateForm(initial={"on": self.today}))


class UpdateCertificate(DashboardView):
    """Record a withholding certificate, or ask the client for it."""

    needs = Area.INVOICES
    template = "dashboard/money/certificates.html"

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        certificate = self.row(
            WithholdingCertificate,
            pk,
            self.rows(WithholdingCertificate).select_related("invoice", "business"),
        )
        if "chase" in request.POST:
            transfers.request_certificate(certificate=certificate, now=timezone.now())
            messages.success(request, _("The client is asked for it."))
            return redirect("dashboard:certificates")
        form = CertificateForm(request.POST)
        if form.is_valid():
            try:
                transfers.receive_certificate(
                    certificate=certificate, now=timezone.now(), **form.cleaned_data
                )
                messages.success(request, _("The certificate is recorded."))
                return redirect("dashboard:certificates")
            except RuleError as error:
                add_error(form, error)
        rows = (
            self.rows(WithholdingCertificate)
            .select_related("invoice", "client")
            .order_by("state", "-created_at")
        )
        return self.show(request, 422, rows=rows[:200], form=form, open=certificate)

"""Bank statements: import them, and match their lines to invoices."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.bank_transfer import statement_import, statement_lines
from billing.models import BankStatementLine, Invoice
from billing.rules.states import InvoiceState
from core.errors import RuleError
from core.team.roles import Area
from dashboard.form_fields import parse_amount
from dashboard.money.forms.payments import StatementFileForm
from dashboard.page import DashboardView, show_error

LARGEST = 5 * 1024 * 1024  # bytes


class BankStatements(DashboardView):
    """The bank statement lines not matched to an invoice yet, and a form to import a statement."""

    needs = Area.BOOKS
    template = "dashboard/money/bank.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(request, StatementFileForm(initial={"currency": self.business.currency}))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = StatementFileForm(request.POST, request.FILES)
        bad_lines: list[Any] = []
        if form.is_valid() and form.cleaned_data["file"].size > LARGEST:
            form.add_error("file", _("The file is larger than 5 MB."))
        if form.is_valid():
            result = statement_import.import_statement(
                business=self.business,
                data=form.cleaned_data["file"].read(),
                currency=form.cleaned_data["currency"].upper(),
                actor=self.actor,
                now=timezone.now(),
            )
            if not result.bad:
                message = _("%(new)s new lines, %(matched)s of them matched at once.")
                messages.success(request, message % {"new": result.new, "matched": result.matched})
                return redirect("dashboard:bank")
            bad_lines = result.bad
        return self.page(request, form, bad=bad_lines, status=422)

    def page(
        self, request: HttpRequest, form: Any, bad: Any = (), status: int = 200
    ) -> HttpResponse:
        """Render the lines with suggested invoices, and the rejected lines of a file in `bad`."""
        unpaid = (
            self.rows(Invoice)
            .filter(state=InvoiceState.OPEN)
            .select_related("client")
            .order_by("-issued_on")[:200]
        )
        by_currency: dict[str, list[Invoice]] = defaultdict(list)
        for invoice in unpaid:
            by_currency[invoice.currency].append(invoice)
        rows = [
            (line, likely, _choices(likely, by_currency[line.currency]))
            for line, likely, _kind in statement_import.proposed_matches(self.business)
        ]
        return self.show(request, status, form=form, bad=bad, rows=rows)


class MatchBankLine(DashboardView):
    """Match a bank statement line to the chosen invoice, less a bank fee, or ignore the line."""

    needs = Area.BOOKS

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        line = self.row(BankStatementLine, pk)
        try:
            if request.POST.get("invoice"):
                invoice = chosen_invoice(self, request.POST["invoice"])
                fee = typed_fee(request.POST.get("fee", ""), line)
                statement_lines.match_line(
                    line=line, invoice=invoice, fee=fee, actor=self.actor, now=timezone.now()
                )
                messages.success(request, _("The transfer is recorded."))
            else:
                statement_lines.ignore_line(line=line)
        except RuleError as error:
            show_error(request, error)
        return redirect("dashboard:bank")


def typed_fee(typed: str, line: BankStatementLine) -> int:
    """What the bank took off a transfer, in minor units; 0 where nothing was typed.

    Raises RuleError.
    """
    try:
        return parse_amount(typed, line.currency) if typed.strip() else 0
    except ValidationError as error:
        raise RuleError(_("Bank fee: %(error)s") % {"error": error.messages[0]}) from None


def _choices(likely: Invoice | None, unpaid: list[Invoice]) -> list[Invoice]:
    """The invoices that a line may pay; the likely one is among them, however old it is."""
    return [likely, *unpaid] if likely and likely not in unpaid else unpaid


def chosen_invoice(view: DashboardView, posted: str) -> Invoice:
    """The invoice with the posted id. Raises RuleError where there is none."""
    invoice_id = _uuid(posted)
    invoice = view.rows(Invoice).filter(pk=invoice_id).first() if invoice_id else None
    if invoice is None:
        raise RuleError(_("Choose an invoice."))
    return invoice


def _uuid(text: str) -> UUID | None:
    """The text as a UUID; None if it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None

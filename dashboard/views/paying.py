"""How a business is paid: taxes, numbers, its bank, its account at a gateway; and the bank's statements."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from billing import accounts, bank_statement, number, paying, transfers
from billing.models import Invoice, StatementLine
from clients import tax_rates
from clients.models import TaxRate
from core.errors import RuleError
from dashboard.forms.money import BankForm, NumberForm, StatementFileForm, StripeForm, TaxForm
from dashboard.views.desk import Desk, refuse, say

LARGEST = 5 * 1024 * 1024  # bytes


class Paying(Desk):
    """Four cards, a form each; which one was posted stands in `which`."""

    template = "dashboard/paying.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(request, {})

    def post(self, request: HttpRequest) -> HttpResponse:
        which = request.POST.get("which", "")
        made = {"tax": self._tax, "number": self._number, "bank": self._bank, "stripe": self._stripe}.get(which)
        if made is None:
            return self.page(request, {}, 400)
        form, save = made(request.POST)
        if form.is_valid():
            try:
                save(form)
                messages.success(request, _("Saved."))
                return redirect("dashboard:paying")
            except RuleError as no:
                refuse(form, no)
        return self.page(request, {which: form}, 422)

    def page(self, request: HttpRequest, forms_: dict[str, Any], status: int = 200) -> HttpResponse:
        return self.show(
            request,
            status,
            rates=self.rows(TaxRate),
            tax=forms_.get("tax") or TaxForm(),
            number=forms_.get("number") or NumberForm(),
            patterns=number.patterns(self.business),
            gaps=number.gaps(self.business),
            bank=forms_.get("bank") or BankForm(instance=paying.details(self.business)),
            stripe=forms_.get("stripe") or StripeForm(),
            account=accounts.of(self.business),
        )

    def _tax(self, data: Any) -> tuple[forms.BaseForm, Any]:
        return TaxForm(data), lambda form: tax_rates.add(business=self.business, **form.cleaned_data)

    def _number(self, data: Any) -> tuple[forms.BaseForm, Any]:
        return NumberForm(data), lambda form: number.set_pattern(business=self.business, **form.cleaned_data)

    def _bank(self, data: Any) -> tuple[forms.BaseForm, Any]:
        return BankForm(data, instance=paying.details(self.business)), lambda form: form.save()

    def _stripe(self, data: Any) -> tuple[forms.BaseForm, Any]:
        return StripeForm(data), lambda form: accounts.connect_stripe(
            business=self.business, now=timezone.now(), **form.cleaned_data
        )


class TaxInUse(Desk):
    """Put a tax on new agreements, or leave it off them."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        tax_rates.use(self.row(TaxRate, pk), request.POST.get("use") == "yes")
        return redirect("dashboard:paying")


class Bank(Desk):
    """Lines of bank statements that wait for their invoice."""

    template = "dashboard/bank.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(request, StatementFileForm(initial={"currency": self.business.currency}))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = StatementFileForm(request.POST, request.FILES)
        bad: list[Any] = []
        if form.is_valid() and form.cleaned_data["file"].size > LARGEST:
            form.add_error("file", _("The file is larger than 5 MB."))
        if form.is_valid():
            done = bank_statement.bring_in(
                business=self.business,
                data=form.cleaned_data["file"].read(),
                currency=form.cleaned_data["currency"].upper(),
                actor=self.actor,
                now=timezone.now(),
            )
            if not done.bad:
                words = _("%(new)s new lines, %(matched)s of them matched at once.")
                messages.success(request, words % {"new": done.new, "matched": done.matched})
                return redirect("dashboard:bank")
            bad = done.bad
        return self.page(request, form, bad=bad, status=422)

    def page(self, request: HttpRequest, form: Any, bad: Any = (), status: int = 200) -> HttpResponse:
        unpaid = self.rows(Invoice).filter(state="open").select_related("client").order_by("-issued_on")[:200]
        rows = bank_statement.proposals(self.business)
        return self.show(request, status, form=form, bad=bad, rows=rows, unpaid=unpaid)


class BankLine(Desk):
    """A person says which invoice a line pays, or that it is none of ours."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        line = self.row(StatementLine, pk)
        try:
            if request.POST.get("invoice"):
                asked = _uuid(request.POST["invoice"])
                invoice = self.rows(Invoice).filter(pk=asked).first() if asked else None
                if invoice is None:
                    raise RuleError(_("Choose an invoice."))
                transfers.match_line(line=line, invoice=invoice, actor=self.actor, now=timezone.now())
                messages.success(request, _("The transfer is written down."))
            else:
                transfers.ignore_line(line=line)
        except RuleError as no:
            say(request, no)
        return redirect("dashboard:bank")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

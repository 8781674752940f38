"""Transfers on a bank statement that no invoice is known for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.bank_transfer import statement_import, statement_lines
from billing.books import asking
from billing.models import BankStatementLine, Invoice
from billing.models.bank import BankLineState
from billing.rules.states import InvoiceState
from core import formats
from core.team.roles import Area
from dashboard.money.views import bank_statements as pages
from dashboard.page import DashboardView
from dashboard.todo.items import Done, Entry, Group, Kind, as_moment

INVOICE = "invoice-"  # and its id: the button of a likely invoice
LIKELY = 4  # invoices that are offered with a button of their own


@dataclass(frozen=True)
class Choice:
    """An open invoice that a transfer may pay, with what is `left` to pay of it."""

    invoice: Invoice
    left: int
    is_proposed: bool
    difference: str


class UnmatchedTransfer(Kind):
    """A transfer that arrived, until its invoice is chosen."""

    needs = Area.BOOKS
    name, icon, group, page = "transfer", "cash", Group.MONEY, "bank"
    template, page_label = "transfer", gettext_lazy("Open the bank statements")
    acts = ("ignore", "match")

    def waiting(self, view: DashboardView) -> QuerySet[BankStatementLine]:
        rows = view.rows(BankStatementLine).filter(state=BankLineState.OPEN)
        return rows.order_by("on", "pk")

    def row(self, view: DashboardView, pk: UUID) -> BankStatementLine:
        return view.row(BankStatementLine, pk)

    def entry(self, view: DashboardView, row: BankStatementLine) -> Entry:
        facts = {"amount": formats.money(row.amount, row.currency)}
        return Entry(
            self.key(row),
            self.icon,
            self.group,
            as_moment(row.on),
            _("Match a transfer of %(amount)s") % facts,
            row.text,
            _("arrived %(day)s") % {"day": formats.day_short(row.on)},
            "info",
        )

    def details(self, view: DashboardView, row: BankStatementLine, form: Any) -> dict[str, Any]:
        likely, others = self._choices(view, row)
        is_refused = view.kwargs.get("pk") == row.pk  # else it was typed for the entry before
        fee = view.request.POST.get("fee", "") if is_refused else ""
        return {"line": row, "likely": likely, "others": others, "fee": fee}

    def knows(self, act: str) -> bool:
        return act.startswith(INVOICE) or super().knows(act)

    def act(self, view: DashboardView, row: BankStatementLine, act: str, form: Any) -> Done:
        """Match it to the chosen invoice, or say that it is for none."""
        amount = {"amount": formats.money(row.amount, row.currency)}
        if act == "ignore":
            statement_lines.ignore_line(line=row)
            return Done(_("The transfer of %(amount)s is marked as “Not ours”.") % amount, undo={})
        posted = view.request.POST.get("invoice", "")
        chosen = posted if act == "match" else act.removeprefix(INVOICE)
        invoice = pages.chosen_invoice(view, chosen)
        fee = pages.typed_fee(view.request.POST.get("fee", ""), row)
        statement_lines.match_line(
            line=row, invoice=invoice, fee=fee, actor=view.actor, now=timezone.now()
        )
        facts = amount | {"number": invoice.number}
        return Done(
            _("The transfer of %(amount)s is matched to invoice %(number)s.") % facts,
            url=reverse("dashboard:invoice", args=[invoice.pk]),
        )

    def undo(self, view: DashboardView, row: BankStatementLine, kept: Mapping[str, str]) -> str:
        statement_lines.reopen_line(line=row)
        amount = {"amount": formats.money(row.amount, row.currency)}
        return _("The transfer of %(amount)s is to be matched again.") % amount

    def url(self, row: Any) -> str:
        return reverse("dashboard:bank")

    def _choices(
        self, view: DashboardView, row: BankStatementLine
    ) -> tuple[list[Choice], list[Choice]]:
        """The invoices that it most likely pays, best first, and other open ones."""
        proposed = statement_import.proposed_matches(view.business)
        best = next((invoice for line, invoice, _kind in proposed if line.pk == row.pk), None)
        opened = view.rows(Invoice).filter(state=InvoiceState.OPEN, currency=row.currency)
        invoices = list(
            opened.select_related("client", "collection", "agreement").order_by("issued_on", "pk")[
                :200
            ]
        )
        if best and best not in invoices:
            invoices.append(best)
        asked = asking.asked_of_all(invoices)
        choices = [self._choice(row, one, asked[one.pk], one == best) for one in invoices]
        choices.sort(key=lambda one: (not one.is_proposed, abs(one.left - row.amount)))
        return choices[:LIKELY], choices[LIKELY:]

    @staticmethod
    def _choice(row: BankStatementLine, invoice: Invoice, asked: Any, is_best: bool) -> Choice:
        beyond = row.amount - asked.to_pay
        said = {"amount": formats.money(abs(beyond), row.currency)}
        words = ""
        if beyond > 0:
            words = _("%(amount)s more than is open: it becomes credit") % said
        elif beyond < 0:
            words = _("%(amount)s stays open") % said
        return Choice(invoice, asked.to_pay, is_best, words)

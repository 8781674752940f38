"""What waits for the freelancer of invoices, payments and billing."""

from collections import defaultdict
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.books import asking, queries
from billing.invoices import extra_line
from billing.models import BankStatementLine, Invoice, UnpaidCase, WithholdingCertificate
from billing.models.bank import BankLineState
from billing.models.certificate import CertificateState
from billing.rules.asking import Asked, Way
from billing.runs import billing_run, unpaid_periods
from core import formats
from dashboard.home.todo_line import SHOWN, Todo, source
from dashboard.page import DashboardView

LATE = 300  # late payments that are added up by client


@source(lambda view: queries.late_collections(view.business))
def late_payments(view: DashboardView, rows: QuerySet[Any]) -> list[Todo]:
    """Charges that were declined and transfers that have not arrived: one to-do for each client."""
    invoices = queries.invoices_of(rows[:LATE])
    by_client: dict[Any, list[tuple[Invoice, Asked]]] = defaultdict(list)
    asked = asking.asked_of_all(invoices, now=timezone.now())
    for invoice in invoices:
        by_client[invoice.client_id, invoice.currency].append((invoice, asked[invoice.pk]))
    cases = unpaid_periods.open_cases(view.business)
    largest = sorted(by_client.values(), key=lambda rows: -max(asked.late for _row, asked in rows))
    return [_late_todo(rows, cases) for rows in largest[:SHOWN]]


def _late_todo(rows: list[tuple[Invoice, Asked]], cases: dict[Any, UnpaidCase]) -> Todo:
    invoice, asked = rows[0]
    said = [cases[row.agreement_id] for row, _asked in rows if row.agreement_id in cases]
    if len(rows) == 1:
        url, text = reverse("dashboard:invoice", args=[invoice.pk]), _late_payment(invoice, asked)
    else:
        wish = {"client": str(invoice.client_id), "currency": invoice.currency, "state": "overdue"}
        url = f"{reverse('dashboard:invoices')}?{urlencode(wish)}"
        total = sum(one.to_pay for _row, one in rows)
        text = _(
            "%(client)s: %(n)s invoices are unpaid, %(amount)s in total, the oldest %(late)s days "
            "late."
        ) % {
            "client": invoice.client.name,
            "n": len(rows),
            "amount": formats.money(total, invoice.currency),
            "late": max(one.late for _row, one in rows),
        }
    return Todo(f"{text} {said[0].sentence}" if said else text, url, _("Review"))


def _late_payment(invoice: Invoice, asked: Asked) -> str:
    values = {
        "client": invoice.client.name,
        "number": invoice.number,
        "amount": formats.money(asked.to_pay, invoice.currency),
        "day": formats.day(asked.due_on),
    }
    if asked.way == Way.TRANSFER:
        return _("%(client)s: %(amount)s by transfer was due on %(day)s.") % values
    if asked.is_rest:
        text = _("%(client)s: %(amount)s of invoice %(number)s is open and cannot be charged.")
        return text % values
    if asked.is_undecided:
        text = _(
            "%(client)s: %(amount)s of invoice %(number)s is open and waits for your decision."
        )
        return text % values
    return _("%(client)s: the charge of %(amount)s failed.") % values


@source(lambda view: view.rows(BankStatementLine).filter(state=BankLineState.OPEN))
def transfers(view: DashboardView, rows: QuerySet[Any]) -> list[Todo]:
    """Lines of bank statements that are not matched to an invoice yet, as one line."""
    count = rows.count()
    if not count:
        return []
    text = ngettext(
        "One transfer is not matched yet.", "%(n)s transfers are not matched yet.", count
    )
    return [Todo(text % {"n": count}, reverse("dashboard:bank"), _("Match"))]


@source(lambda view: queries.agreements_on_hold(view.business))
def on_hold(view: DashboardView, rows: QuerySet[Any]) -> list[Todo]:
    """Agreements whose billing is on hold."""
    return [
        Todo(
            _("%(client)s: %(why)s") % {"client": row.client.name, "why": _(row.parked_because)},
            reverse("dashboard:agreement", args=[row.pk]),
            _("Decide"),
        )
        for row in rows.only("client__name", "parked_because")[:SHOWN]
    ]


@source(lambda view: extra_line.lines_without_invoice(view.business))
def left_over_lines(view: DashboardView, rows: QuerySet[Any]) -> list[Todo]:
    """Lines that no periodic invoice will take, because their agreement ends or has ended."""
    todos = []
    for agreement, lines in extra_line.left_over(view.business)[:SHOWN]:
        total = sum(line.amount for line in lines)
        text = ngettext(
            "%(client)s: one line for %(amount)s is not billed, and no further invoice will "
            "include it.",
            "%(client)s: %(n)s lines for %(amount)s are not billed, and no further invoice will "
            "include them.",
            len(lines),
        ) % {
            "client": agreement.client.name,
            "n": len(lines),
            "amount": formats.money(total, agreement.currency),
        }
        url = reverse("dashboard:agreement", args=[agreement.pk])
        todos.append(Todo(text, f"{url}#next-lines", _("Issue invoice")))
    return todos


@source(lambda view: queries.unknown_charges(view.business))
def unknown_charges(view: DashboardView, rows: QuerySet[Any]) -> list[Todo]:
    """Charges with an unknown outcome, as one line."""
    text = _("The outcome of a charge is not known yet.")
    url = reverse("dashboard:unknown_charges")
    return [Todo(text, url, _("Review"))] if rows.exists() else []


@source(lambda view: billing_run.refused_runs())
def refused_run(view: DashboardView, rows: QuerySet[Any]) -> list[Todo]:
    """A billing run that is held back because of the clock."""
    text = _("The billing run waits until you confirm the clock.")
    return [Todo(text, reverse("dashboard:billing_run"), _("Review"))] if rows.exists() else []


@source(lambda view: view.rows(WithholdingCertificate).filter(state=CertificateState.OWED))
def certificates(view: DashboardView, rows: QuerySet[Any]) -> list[Todo]:
    """Withholding certificates that clients still owe, as one line."""
    count = rows.count()
    if not count:
        return []
    text = ngettext(
        "One withholding certificate is owed.", "%(n)s withholding certificates are owed.", count
    )
    return [Todo(text % {"n": count}, reverse("dashboard:certificates"), _("Review"))]

"""Invoices that are late, agreements whose billing is on hold, and certificates that are owed."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import Agreement
from billing.bank_transfer import transfers
from billing.books import asked_words, queries
from billing.charging.retry import retry_now
from billing.models import Invoice, WithholdingCertificate
from billing.models.certificate import CertificateState
from billing.rules.asking import Way
from billing.runs import hold, unpaid_periods
from core import formats, money
from core.team.roles import Area
from dashboard.money.forms.payments import CertificateForm, TransferForm
from dashboard.page import DashboardView
from dashboard.todo.items import Done, Entry, Group, Kind, Refused, as_moment, checked, posted

ASKED_AGAIN = timedelta(days=7)  # after which a certificate that was asked for is listed again


class LateInvoice(Kind):
    """An invoice whose transfer has not arrived, or whose charge was declined."""

    needs = Area.INVOICES
    name, icon, group, page = "invoice", "receipt", Group.MONEY, "invoice"
    template, page_label = "invoice", gettext_lazy("Open the invoice")
    acts = ("record", "retry")

    def waiting(self, view: DashboardView) -> QuerySet[Invoice]:
        late = queries.late_collections(view.business).order_by().values("invoice")
        rows = view.rows(Invoice).filter(pk__in=late)
        return rows.select_related("client", "collection", "agreement").order_by("due_on", "pk")

    def row(self, view: DashboardView, pk: UUID) -> Invoice:
        related = ("client", "collection", "agreement", "business")
        return view.row(Invoice, pk, view.rows(Invoice).select_related(*related))

    def entries(self, view: DashboardView, rows: list[Any]) -> list[Entry]:
        """The lines of several invoices, whose amounts are read at once."""
        return [
            Entry(
                self.key(row),
                self.icon,
                self.group,
                as_moment(row.due_on),
                _("%(amount)s not paid, invoice %(number)s")
                % {
                    "amount": formats.money(said.asked.to_pay, row.currency),
                    "number": row.number,
                },
                row.client.name,
                _("was due on %(day)s") % {"day": formats.day_short(row.due_on)},
                "bad",
            )
            for row, said in asked_words.statuses(rows, now=timezone.now())
        ]

    def form(self, view: DashboardView, row: Invoice, *data: Any) -> TransferForm:
        asked = asked_words.status_of(row, now=timezone.now()).asked
        amount = money.format(asked.to_pay or asked.left, row.currency)
        start = {"amount": amount, "on": view.today}
        return TransferForm(posted(data), currency=row.currency, initial=start)

    def details(self, view: DashboardView, row: Invoice, form: Any) -> dict[str, Any]:
        told = asked_words.status_of(row, now=timezone.now())
        cases = unpaid_periods.open_cases(view.business)
        return {
            "invoice": row,
            "told": told,
            "case": cases.get(row.agreement_id) if row.agreement_id else None,
            "by_transfer": told.asked.way == Way.TRANSFER or told.asked.is_rest,
            "can_retry": told.asked.needs_card,
        }

    def act(self, view: DashboardView, row: Invoice, act: str, form: Any) -> Done:
        """Record the transfer that arrived, or charge the card again now."""
        now, facts = timezone.now(), {"client": row.client.name, "number": row.number}
        if act == "retry":
            retry_now(collection=row.collection, actor=view.actor, now=now)
            text = _("We charge %(client)s again now for invoice %(number)s.") % facts
            return Done(text, url=self.url(row))
        try:
            transfers.record_transfer(invoice=row, actor=view.actor, now=now, **checked(form))
        except transfers.Surprising as error:
            asking = self.form(view, row, view.request.POST)
            asking.ask(str(error))
            raise Refused(asking) from error
        text = _("The payment of %(client)s for invoice %(number)s is recorded.") % facts
        return Done(text, url=self.url(row))


class BillingOnHold(Kind):
    """An agreement whose billing waits for a decision."""

    needs = Area.INVOICES
    name, icon, group, page = "hold", "player-pause", Group.MONEY, "agreement"
    template, page_label = "hold", gettext_lazy("Open the agreement")
    acts = hold.DECISIONS

    def waiting(self, view: DashboardView) -> QuerySet[Agreement]:
        return queries.agreements_on_hold(view.business).order_by("created_at", "pk")

    def row(self, view: DashboardView, pk: UUID) -> Agreement:
        return view.row(Agreement, pk, view.rows(Agreement).select_related("business", "client"))

    def entry(self, view: DashboardView, row: Agreement) -> Entry:
        return Entry(
            self.key(row),
            self.icon,
            self.group,
            row.created_at,
            _(row.parked_because),
            row.client.name,
            _("Billing on hold"),
            "bad",
        )

    def details(self, view: DashboardView, row: Agreement, form: Any) -> dict[str, Any]:
        return {"agreement": row}

    def act(self, view: DashboardView, row: Agreement, act: str, form: Any) -> Done:
        hold.resume_billing(agreement=row, how=act, actor=view.actor, now=timezone.now())
        text = (
            _("Billing for %(client)s has resumed. None of the periods on hold is billed.")
            if act == "none"
            else _("Billing for %(client)s has resumed. The invoices follow automatically.")
        )
        return Done(text % {"client": row.client.name}, url=self.url(row))


class OwedCertificate(Kind):
    """A withholding certificate that a client still owes."""

    needs = Area.INVOICES
    name, icon, group, page = "certificate", "file-text", Group.MONTH, "certificates"
    template, page_label = "certificate", gettext_lazy("Open the certificates")
    acts = ("ask", "record")

    def waiting(self, view: DashboardView) -> QuerySet[WithholdingCertificate]:
        asked_lately = Q(chased_at__gt=timezone.now() - ASKED_AGAIN)
        rows = view.rows(WithholdingCertificate).filter(state=CertificateState.OWED)
        return (
            rows.exclude(asked_lately)
            .select_related("invoice", "client")
            .order_by("created_at", "pk")
        )

    def row(self, view: DashboardView, pk: UUID) -> WithholdingCertificate:
        related = ("invoice", "business", "client")
        rows = view.rows(WithholdingCertificate).select_related(*related)
        return view.row(WithholdingCertificate, pk, rows)

    def can_open(self, view: DashboardView, row: WithholdingCertificate) -> bool:
        return row.is_owed

    def entry(self, view: DashboardView, row: WithholdingCertificate) -> Entry:
        facts = {
            "amount": formats.money(row.amount, row.currency),
            "number": row.invoice.number,
        }
        return Entry(
            self.key(row),
            self.icon,
            self.group,
            row.created_at,
            _("Withholding certificate for %(amount)s, invoice %(number)s") % facts,
            row.client.name,
            _("owed since %(day)s") % {"day": formats.day_short(row.created_at)},
            "warn",
        )

    def form(self, view: DashboardView, row: Any, *data: Any) -> CertificateForm:
        return CertificateForm(posted(data), initial={"on": view.today})

    def details(self, view: DashboardView, row: Any, form: Any) -> dict[str, Any]:
        return {"certificate": row}

    def act(self, view: DashboardView, row: Any, act: str, form: Any) -> Done:
        """Ask the client for it, or record the one that came."""
        facts = {"client": row.client.name}
        if act == "ask":
            transfers.request_certificate(certificate=row, now=timezone.now())
            return Done(_("The request for the certificate is on its way to %(client)s.") % facts)
        transfers.receive_certificate(certificate=row, now=timezone.now(), **checked(form))
        return Done(_("The certificate of %(client)s is recorded.") % facts, url=self.url(row))

    def url(self, row: Any) -> str:
        return reverse("dashboard:certificates")

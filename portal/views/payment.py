"""How the client pays: the saved card, the bank account to transfer to, and the first payment."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from agreements.models import Agreement
from agreements.rules.states import RUNNING_STATES, AgreementState
from agreements.rules.terms import CollectBy
from agreements.running.periods import next_starts
from billing.bank_transfer import payment_details
from billing.books import asked_words, queries
from billing.charging import resolve, saved_cards
from billing.emails import next_payments, upcoming_charges
from billing.models import Invoice, Payment
from billing.rules.asking import Step
from billing.rules.method_kinds import SCHEMES
from billing.rules.states import InvoiceState
from clients.models import Client
from core.continuity import standing
from core.dates import local_day
from core.errors import RuleError
from core.web import query_string
from core.web.throttle import too_often
from portal.access import Money, PortalView
from portal.sessions import is_reading, signed_in_contact

INVOICE_COMES_WITHIN = timedelta(minutes=2)  # after the signature
TRIED = "portal_tried"  # where the session holds the invoices that a new card is charged for
CONFIRMED = "confirmed"  # in the address of a page after the client confirmed a charge at the bank


class PaymentMethodPage(PortalView):
    """The saved card with a button to save another one, or the account to transfer to, or both."""

    money = Money.ALL

    def get(self, request: HttpRequest) -> HttpResponse:
        running = list(self.rows(Agreement).filter(state__in=RUNNING_STATES))
        today = local_day(timezone.now(), self.client.time_zone)
        by_transfer = [row for row in running if row.collect_by == CollectBy.TRANSFER]
        open_invoices = queries.amounts_for_new_card(self.client, now=timezone.now())
        method = saved_cards.card_in_use(self.client)
        by_card = len(by_transfer) < len(running) or bool(open_invoices) or bool(method)
        first = self._first() if by_card else None
        debits = [SCHEMES[kind].label for kind in saved_cards.debits_for(self.client)]
        context = {
            "method": method,
            "debits": debits,
            "neutral": bool(debits) or bool(method and method.is_debit),
            "by_card": by_card or not running,
            "first": first,
            "offered": upcoming_charges.offer_to_sign(first, today) if first else None,
            "waits": open_invoices,
            "stands_still": standing.in_doubt() is not None,
            "to_confirm": _to_confirm(self.client),
            "declined": [
                (invoice, status)
                for invoice, status in _statuses_of_waiting(open_invoices)
                if status.is_bad
            ],
            "accounts": _accounts(self, by_transfer),
            "transfers": next_payments.invoices_to_come(by_transfer, today),
            "unpaid": _unpaid_transfers(self),
        }
        return render(request, "portal/method.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Answer with a page that goes on to the gateway.

        A redirect would not do: the policy of our pages lets a form lead to this origin only, and
        browsers apply that to the redirects after it (docs/trust.md, Pages).
        """
        return_url = request.build_absolute_uri(reverse("portal:method_done"))
        try:
            url = saved_cards.start_setup(client=self.client, return_url=return_url)
        except RuleError as error:
            messages.error(request, str(error))
            return redirect("portal:method")
        url = request.build_absolute_uri(url)  # the sandbox's page is ours
        context = {"url": url, "host": urlsplit(url).hostname}
        return render(request, "portal/to_gateway.html", context)

    def _first(self) -> Agreement | None:
        """The agreement that was just signed, if it waits for the client's first card."""
        return _to_begin(self)


class MethodSaved(PortalView):
    """The return from the gateway. Returning twice with the same session saves one card only.

    The first card leads to the first charge. Any other leads to what it is used for.
    """

    money = Money.ALL

    def get(self, request: HttpRequest) -> HttpResponse:
        agreement, now = _to_begin(self), timezone.now()
        open_invoices = queries.amounts_for_new_card(self.client, now=now)
        try:
            saved_cards.finish_setup(
                client=self.client, session=query_string.text(request.GET, "session"), now=now
            )
        except RuleError as error:
            messages.error(request, str(error))
            return redirect("portal:method")
        if agreement:
            return redirect("portal:charging", agreement.pk)
        if tried := [str(invoice.pk) for _code, _sum, group in open_invoices for invoice in group]:
            request.session[TRIED] = tried
        return redirect("portal:method_saved")


class CardSaved(PortalView):
    """Which card or account is saved, what is charged to it at once, and what comes next."""

    money = Money.ALL

    def get(self, request: HttpRequest) -> HttpResponse:
        now, method = timezone.now(), saved_cards.card_in_use(self.client)
        if method is None:
            return redirect("portal:method")
        tried = self.rows(Invoice).filter(pk__in=request.session.get(TRIED, []))
        running = self.rows(Agreement).filter(state__in=RUNNING_STATES, collect_by=CollectBy.CARD)
        today = local_day(now, self.client.time_zone)
        coming = next_payments.next_payments(running, today)
        context = {
            "method": method,
            "tried": asked_words.statuses(
                tried.select_related("collection", "agreement").order_by("issued_on", "pk"), now=now
            ),
            "payments": [one for one in coming if one.invoice is None],
            "stands_still": standing.in_doubt() is not None,
        }
        return render(request, "portal/method_saved.html", context)


class BackFromBank(PortalView):
    """The return from the bank's page on which a charge was confirmed.

    It leads to the payment. Whoever has come by an email, without a session, reads what follows.
    """

    money = Money.ALL

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if signed_in_contact(request) is None or is_reading(request):
            return render(request, "portal/confirmed.html")
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        invoices, now = queries.charges_to_confirm(self.client), timezone.now()
        if not too_often("confirmed", str(self.contact.pk), limit=30, seconds=3600, now=now):
            resolve.look_up_now(self.client, now=now)
        newest = self.rows(Invoice).filter(collect_by=CollectBy.CARD).order_by("-issued_on", "-pk")
        invoice = invoices[0] if invoices else newest.first()
        if invoice is None:
            return redirect("portal:home")
        agreement = invoice.agreement_id
        if agreement and self.rows(Invoice).filter(agreement=agreement).count() == 1:
            return redirect(_asking("portal:charging", agreement))
        return redirect(_asking("portal:invoice", invoice.pk))


def _asking(name: str, pk: UUID) -> str:
    """The address of a page that says that the bank is being asked, until the answer is there."""
    return f"{reverse(name, args=[pk])}?{CONFIRMED}"


class FirstCharge(PortalView):
    """What happens after signing: the status of the first charge, or where to transfer to.

    The fragment alone is requested every two seconds until the outcome is known.
    """

    money = Money.ALL

    fragment = False

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement = self.row(Agreement, pk, "business", "client", "signed_document")
        invoices = (
            self.rows(Invoice)
            .filter(agreement=agreement, one_off__isnull=True)
            .select_related("collection", "agreement", "business")
        )
        invoice = invoices.order_by("-period_start").first()
        standing = asked_words.status_of(invoice, now=timezone.now()) if invoice else None
        today = local_day(timezone.now(), agreement.time_zone)
        if invoice and invoices.count() > 1:  # this page is of the first one
            return redirect("portal:invoice", invoice.pk)
        starts_later = agreement.starts_on > today
        by_transfer = agreement.collect_by == CollectBy.TRANSFER
        context: dict[str, Any] = {
            "agreement": agreement,
            "invoice": invoice,
            "standing": standing,
            "confirmed": CONFIRMED in request.GET,
            "starts_later": starts_later,
            "next_on": agreement.starts_on
            if starts_later
            else next_starts([agreement], today).get(agreement.pk),
            "by_transfer": by_transfer,
            "settled": starts_later or _is_settled(agreement, standing, by_transfer=by_transfer),
        }
        if by_transfer:
            context |= {
                "way": payment_details.transfer_details(invoice) if invoice else None,
                "account": payment_details.account_facts(
                    payment_details.bank_details(agreement.business), agreement.currency
                ),
                "first": upcoming_charges.first_charge(agreement),
            }
        template = "portal/charging_state.html" if self.fragment else "portal/charging.html"
        return render(request, template, context)


def _is_settled(
    agreement: Agreement, standing: asked_words.InvoiceStatus | None, *, by_transfer: bool
) -> bool:
    """Whether the page need not ask again: nothing changes soon on its own.

    A first invoice to transfer is made in seconds. If it is not, it comes by email.
    """
    if by_transfer:
        signed_at = agreement.signed_at
        is_late = signed_at is None or timezone.now() - signed_at > INVOICE_COMES_WITHIN
        return is_late or standing is not None
    return standing is not None and (
        standing.tone in ("good", "bad") or standing.asked.step == Step.ON_ITS_WAY
    )


def _statuses_of_waiting(
    amounts: list[tuple[str, int, list[Invoice]]],
) -> list[tuple[Invoice, asked_words.InvoiceStatus]]:
    invoices = [invoice for _code, _sum, group in amounts for invoice in group]
    return asked_words.statuses(invoices, now=timezone.now())


def _to_confirm(client: Client) -> list[tuple[Invoice, asked_words.InvoiceStatus]]:
    """The charges that the client has to confirm at their bank."""
    return asked_words.statuses(queries.charges_to_confirm(client), now=timezone.now())


def _to_begin(view: PortalView) -> Agreement | None:
    """The agreement whose first payment waits for the client's first card; None if none does."""
    agreement = None if saved_cards.had_a_card(view.client) else _newest_by_card(view)
    paid = view.rows(Payment).filter(invoice__agreement=agreement)
    return None if agreement is None or paid.exists() else agreement


def _newest_by_card(view: PortalView) -> Agreement | None:
    """The client's running agreement by card that was signed last; None if there is none."""
    running = view.rows(Agreement).filter(state=AgreementState.ACTIVE, collect_by=CollectBy.CARD)
    return running.order_by("-signed_at").first()


def _accounts(view: PortalView, agreements: list[Agreement]) -> list[tuple[str, str]]:
    """Where to transfer to; PromptPay is named if one of the agreements is in Thai baht."""
    if not agreements:
        return []
    currencies = {row.currency for row in agreements}
    bank = payment_details.bank_details(view.contact.business)
    return payment_details.account_facts(bank, "THB" if "THB" in currencies else "")


def _unpaid_transfers(view: PortalView) -> list[tuple[Invoice, asked_words.InvoiceStatus]]:
    """The open invoices for which money is still to be transferred, oldest first."""
    rows = view.rows(Invoice).filter(collect_by=CollectBy.TRANSFER, state=InvoiceState.OPEN)
    rows = rows.select_related("collection", "agreement").order_by("due_on", "pk")
    return [
        (row, status)
        for row, status in asked_words.statuses(rows, now=timezone.now())
        if status.asked.to_pay
    ]

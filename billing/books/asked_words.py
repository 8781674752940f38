"""Says what an invoice asks now, in the active language: to its client and to the freelancer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from billing.books import asking
from billing.books.queries import decline_message
from billing.models import Invoice
from billing.models.collection import COLLECTION_STATES
from billing.models.invoice import INVOICE_STATES
from billing.rules.asking import NO_METHOD, RETURNED, Asked, Step, Way
from billing.rules.states import CollectionState, InvoiceState
from core import formats


@dataclass(frozen=True)
class InvoiceStatus:
    """The status of an invoice as it is shown. `tone` is good, warn, bad, mute or info.

    `client_text` and `owner_text` say what happens next; both are "" once it is paid.
    """

    asked: Asked
    label: str
    tone: str
    client_text: str
    owner_text: str

    @property
    def client_label(self) -> str:
        """The label as the client reads it: what was sent to them is to be paid."""
        if self.asked.step == Step.TRANSFER and not self.asked.paid:
            return pgettext("status of an invoice", "To pay")
        if self.asked.step == Step.CONFIRM:
            return _("Needs your confirmation")
        if self.asked.is_undecided:
            return str(dict(INVOICE_STATES)[self.asked.state])
        return self.label

    @property
    def card_button(self) -> str:
        """The words of the button that leads a client to save a card or another way to pay."""
        if self.asked.by_debit:
            return _("Save a payment method")
        is_first = self.asked.reason == NO_METHOD or self.asked.is_undecided
        return _("Save a card") if is_first else _("Save another card")

    @property
    def icon(self) -> str:
        """The icon beside the sentence."""
        return {"good": "check", "bad": "alert-triangle", "warn": "clock"}.get(
            self.tone, "info-circle"
        )

    @property
    def is_good(self) -> bool:
        """Whether all is well."""
        return self.tone == "good"

    @property
    def is_bad(self) -> bool:
        """Whether somebody must do something."""
        return self.tone == "bad"


def status_of(invoice: Invoice, *, now: datetime) -> InvoiceStatus:
    """Return the status of one invoice. Load it with its collection and agreement."""
    return statuses([invoice], now=now)[0][1]


def statuses(invoices: Iterable[Invoice], *, now: datetime) -> list[tuple[Invoice, InvoiceStatus]]:
    """Return each invoice with its status; the number of queries does not depend on theirs."""
    rows = list(invoices)
    asked = asking.asked_of_all(rows, now=now)
    return [(row, describe(asked[row.pk], row.currency)) for row in rows]


def describe(asked: Asked, currency: str) -> InvoiceStatus:
    """Put what an invoice asks into words."""
    label, tone = _label(asked)
    return InvoiceStatus(
        asked, label, tone, _to_client(asked, currency), _to_owner(asked, currency)
    )


def _label(asked: Asked) -> tuple[str, str]:
    match asked.step:
        case Step.NOTHING:
            label = str(dict(INVOICE_STATES)[asked.state])
            return label, "good" if asked.state == InvoiceState.PAID else "mute"
        case Step.CERTIFICATE:
            return _("Certificate owed"), "warn"
        case Step.OVERDUE:
            return _("Overdue"), "bad"
        case Step.TRANSFER:
            return (_("Partly paid") if asked.paid else _("Sent")), "info"
        case Step.CONFIRM:
            return _("Waits for the client's bank"), "warn"
        case Step.CONFIRMING:
            return str(dict(COLLECTION_STATES)[CollectionState.WAIT]), "info"
        case Step.ON_ITS_WAY:
            return _("On its way"), "info"
        case Step.CANCELLING:
            return str(dict(COLLECTION_STATES)[CollectionState.VOIDING]), "info"
        case Step.REST:
            return _("Partly paid"), "bad"
        case Step.SAVE_CARD if asked.is_undecided:
            return _("Needs a decision"), "bad"
        case Step.SAVE_CARD if asked.reason == RETURNED:
            return _("Returned by the bank"), "bad"
        case Step.SAVE_CARD if asked.way == Way.DEBIT:
            return _("Needs a payment method"), "bad"
        case Step.SAVE_CARD:
            return _("Needs a new card"), "bad"
        case Step.RETRY if asked.way == Way.DEBIT:
            return _("Direct debit failed"), "bad"
        case Step.RETRY:
            return _("Charge failed"), "bad"
        case Step.CHARGE:
            return _("Scheduled"), "info"


def _values(asked: Asked, currency: str) -> dict[str, str]:
    return {
        "amount": formats.money(asked.to_pay, currency),
        "paid": formats.money(asked.paid, currency),
        "tax": formats.money(asked.withheld, currency),
        "day": formats.day(asked.on or asked.due_on),
        "why": decline_message(asked.reason, is_debit=asked.way == Way.DEBIT),
        "reminder": formats.day(asked.reminder_on),
    }


def after_payment(asked: Asked, currency: str) -> str:
    """What follows, for the client, after a sentence that says that the money has arrived."""
    if asked.step == Step.REST:
        rest = _(
            "%(amount)s is still open and is not charged automatically; please pay it by bank "
            "transfer."
        )
        return rest % _values(asked, currency)
    if asked.step == Step.TRANSFER:
        rest = _("Please transfer the remaining %(amount)s by %(day)s.")
        return rest % _values(asked, currency)
    if asked.step != Step.CERTIFICATE:
        return _to_client(asked, currency) or _("There is nothing for you to do.")
    waiting = _(
        "We are waiting for the withholding certificate for %(tax)s; there is nothing more to "
        "transfer."
    )
    return waiting % _values(asked, currency)


def _to_client(asked: Asked, currency: str) -> str:
    values = _values(asked, currency)
    if asked.way == Way.DEBIT and (sentence := _debit_to_client(asked)):
        return (sentence % values).strip()
    match asked.step:
        case Step.NOTHING:
            return _closed(asked)
        case Step.CERTIFICATE:
            return (
                _(
                    "Your payment has arrived. We are waiting for the withholding certificate for "
                    "%(tax)s; there is nothing more to transfer."
                )
                % values
            )
        case Step.OVERDUE:
            return _("%(amount)s was due on %(day)s and has not arrived yet.") % values
        case Step.TRANSFER:
            return _("Please transfer %(amount)s by %(day)s.") % values
        case Step.CONFIRM:
            return _("Your bank asks you to confirm the payment of %(amount)s.") % values
        case Step.CONFIRMING | Step.ON_ITS_WAY:
            return _("The payment of %(amount)s is being confirmed.") % values
        case Step.CANCELLING:
            return _("This invoice is being cancelled. Please do not pay it.")
        case Step.REST:
            return (
                _(
                    "%(paid)s is paid and %(amount)s is still open. The rest is not charged "
                    "automatically; please pay it by bank transfer."
                )
                % values
            )
        case Step.SAVE_CARD if asked.is_undecided:
            return _("%(amount)s is still open. A card that you save is charged at once.") % values
        case Step.SAVE_CARD if asked.reason == NO_METHOD:
            return _("Please save a card; %(amount)s is then charged to it.") % values
        case Step.SAVE_CARD:
            return (
                _("%(why)s Please save another card; %(amount)s is then charged to it.") % values
            ).strip()
        case Step.RETRY:
            return _("%(why)s We charge %(amount)s again on %(day)s.") % values
        case Step.CHARGE:
            return _("We charge %(amount)s to your saved card on %(day)s.") % values


def _debit_to_client(asked: Asked) -> str:
    match asked.step:
        case Step.ON_ITS_WAY:
            return _(
                "The direct debit of %(amount)s is on its way from your bank. It usually arrives "
                "by %(day)s; there is nothing for you to do."
            )
        case Step.CONFIRMING:
            return _("The direct debit of %(amount)s is being sent to your bank.")
        case Step.SAVE_CARD if asked.is_undecided:
            return _("%(amount)s is still open. A payment method that you save is charged at once.")
        case Step.SAVE_CARD:
            return _("%(why)s Please save a payment method; %(amount)s is then charged to it.")
        case Step.RETRY:
            return _("%(why)s We debit %(amount)s from your bank account again on %(day)s.")
        case Step.CHARGE:
            return _("We debit %(amount)s from your bank account on %(day)s.")
    return ""


def _days_overdue(asked: Asked, amount: str) -> str:
    sentence = ngettext(
        "%(amount)s is %(n)s day overdue.", "%(amount)s is %(n)s days overdue.", asked.late
    )
    return sentence % {"amount": amount, "n": asked.late}


def _card_was_asked_for(asked: Asked) -> str:
    """What the owner reads while a card is missing: the first one, or another one."""
    if asked.is_undecided:
        return _(
            "%(amount)s is open and waiting for your decision. Nothing is charged automatically; a "
            "card that the client saves is charged at once."
        )
    if asked.reason == NO_METHOD:
        return _(
            "%(why)s %(amount)s is open. We asked the client for a card, and charge it as "
            "soon as it is saved."
        )
    return _(
        "%(why)s No try is left. %(amount)s is open and waiting for your decision; we "
        "asked the client for another card, which is charged at once."
    )


def _to_owner(asked: Asked, currency: str) -> str:
    values = _values(asked, currency)
    if asked.way == Way.DEBIT and (sentence := _debit_to_owner(asked)):
        return (sentence % values).strip()
    match asked.step:
        case Step.NOTHING:
            return ""
        case Step.CERTIFICATE:
            return (
                _(
                    "The payment has arrived. The withholding certificate for %(tax)s has not; "
                    "you can ask the client for it."
                )
                % values
            )
        case Step.OVERDUE:
            return f"{_days_overdue(asked, values['amount'])} {_what_follows(asked) % values}"
        case Step.TRANSFER:
            asks = _("The client was asked to transfer %(amount)s by %(day)s.")
            reminds = _("If it has not arrived, we remind them on %(reminder)s.")
            return (f"{asks} {reminds}" if asked.reminder_on else asks) % values
        case Step.CONFIRM:
            return _("The bank waits for the client's confirmation of %(amount)s.") % values
        case Step.CONFIRMING | Step.ON_ITS_WAY:
            return _("The charge of %(amount)s is being confirmed at the gateway.") % values
        case Step.CANCELLING:
            return _("The charge of %(amount)s is being cancelled at the gateway.") % values
        case Step.REST:
            return _what_is_possible() % values
        case Step.SAVE_CARD:
            return (_card_was_asked_for(asked) % values).strip()
        case Step.RETRY:
            return _("%(why)s We try again on %(day)s: %(amount)s. The client was told.") % values
        case Step.CHARGE:
            return _("We charge %(amount)s to the client's card on %(day)s.") % values


def _what_follows(asked: Asked) -> str:
    """What follows while a transfer is late; `describe` fills the day in."""
    if asked.reminder_on:
        return _("The client gets a reminder on %(reminder)s.")
    return _("The last reminder was sent; the invoice is waiting for your decision.")


def _what_is_possible() -> str:
    """What the owner reads of a rest that cannot be charged; `describe` fills the sums in."""
    return _(
        "%(paid)s is paid and %(amount)s is still open. An invoice is charged only once, so the "
        "rest cannot be charged. If the client transfers it, record the payment; otherwise write "
        "off the rest or void the invoice."
    )


def _debit_to_owner(asked: Asked) -> str:
    match asked.step:
        case Step.ON_ITS_WAY:
            return _(
                "The direct debit of %(amount)s is on its way. The client's bank usually pays it "
                "by %(day)s; nothing is debited again meanwhile."
            )
        case Step.CONFIRMING:
            return _("The direct debit of %(amount)s is being sent to the gateway.")
        case Step.SAVE_CARD if asked.is_undecided:
            return _(
                "%(amount)s is open and waiting for your decision. Nothing is debited "
                "automatically; a payment method that the client saves is charged at once."
            )
        case Step.SAVE_CARD:
            return _(
                "%(why)s %(amount)s is open and waiting for your decision. We asked the client for "
                "a payment method; nothing is debited again automatically."
            )
        case Step.RETRY:
            return _("%(why)s %(amount)s is debited again on %(day)s, and the client was told.")
        case Step.CHARGE:
            return _("%(amount)s is debited from the client's bank account on %(day)s.")
    return ""


def _closed(asked: Asked) -> str:
    match asked.state:
        case InvoiceState.VOID:
            return _("This invoice was cancelled. There is nothing to pay.")
        case InvoiceState.WRITTEN_OFF:
            return _("This invoice is closed. There is nothing to pay.")
    return ""

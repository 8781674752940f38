"""Forms about money: refunds, voids and write-offs, transfers, withholding certificates, holds."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.documents.printable_text import PrintableForm
from dashboard.form_fields import MoneyField, parse_amount

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class AmountForm(PrintableForm, forms.Form):
    """The base of forms with an amount in a known currency."""

    amount = MoneyField(label=_("Amount"))

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        self.fields["amount"].help_text = currency

    def clean_amount(self) -> int:
        """The amount in minor units. Raises ValidationError."""
        return parse_amount(self.cleaned_data["amount"], self.currency)


class RefundForm(AmountForm):
    """Refund part or all of a paid invoice, to the card or as credit."""

    to_card = forms.TypedChoiceField(
        label=_("The money goes"),
        choices=[
            ("card", _("back to where it came from")),
            ("credit", _("to the client's credit: it pays the next invoice")),
        ],
        coerce=lambda value: value == "card",
        widget=forms.RadioSelect,
        initial="card",
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("It appears on the credit note.")
    )


class ReduceForm(AmountForm):
    """The new, smaller amount of an open invoice."""

    reason = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("It appears on the credit note.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].label = _("New amount to pay")


class PayOutForm(AmountForm):
    """How much of a client's credit is paid out."""


class VoidForm(PrintableForm, forms.Form):
    """Void an open invoice, or write it off."""

    how = forms.ChoiceField(
        label=_("What happened"),
        choices=[
            ("void", _("It should not have been issued: take it back with a credit note")),
            ("write_off", _("It will not be paid: write it off")),
        ],
        widget=forms.RadioSelect,
        initial="void",
    )
    reason = forms.CharField(label=_("Reason"), max_length=300)


class ReasonForm(PrintableForm, forms.Form):
    """Why a payment is taken back."""

    reason = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("It appears on the cancelled receipt.")
    )


class TransferForm(AmountForm):
    """A bank transfer that arrived for an invoice.

    A transfer that is far above what is open, or earlier than the invoice, has to be confirmed.
    """

    on = forms.DateField(label=_("Arrived on"), widget=DAY)
    reference = forms.CharField(
        label=_("Bank reference"),
        max_length=60,
        help_text=_("As on your bank statement. The same transfer is never recorded twice."),
    )
    confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)
    fee = MoneyField(
        label=_("Bank fee"),
        required=False,
        help_text=_(
            "What the bank took off before the money arrived. Above, enter only what arrived: the "
            "client has paid both."
        ),
    )
    field_order = ("amount", "on", "reference", "fee", "confirmed")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].label = _("Amount that arrived")

    def clean_fee(self) -> int:
        """The fee in minor units, 0 without any. Raises ValidationError."""
        typed = self.cleaned_data["fee"]
        return parse_amount(typed, self.currency) if typed else 0

    def ask(self, text: str) -> None:
        """Show the box that confirms a surprising transfer, with its question."""
        self.fields["confirmed"].widget = forms.CheckboxInput()
        self.fields["confirmed"].label = text


class CertificateForm(PrintableForm, forms.Form):
    """A withholding certificate that was received."""

    number = forms.CharField(label=_("Certificate number"), max_length=60)
    on = forms.DateField(label=_("Received on"), widget=DAY)


class PostponeForm(forms.Form):
    """The day on which a declined charge is tried once more."""

    until = forms.DateField(
        label=_("Try again on"),
        widget=forms.DateInput(
            attrs={"type": "date", "class": "form-control form-control-sm"}, format="%Y-%m-%d"
        ),
    )


class HoldForm(PrintableForm, forms.Form):
    """Why an agreement's billing is put on hold."""

    reason = forms.CharField(label=_("Why do you hold billing?"), max_length=200)


class StatementFileForm(forms.Form):
    """A bank statement to import, as CSV."""

    file = forms.FileField(label=_("Bank statement (CSV)"))
    currency = forms.CharField(label=_("Currency of the account"), max_length=3)

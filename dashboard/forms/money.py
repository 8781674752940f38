"""Forms about money: refunds, cancelling, transfers, certificates, and how a business is paid."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.models import BankDetails
from billing.models.series import SeriesKind
from clients.models import TaxRate
from core.printable import PrintableForm
from dashboard.forms.fields import MoneyField, amount

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class SumForm(PrintableForm, forms.Form):
    """A form with a sum in a currency that is known."""

    amount = MoneyField(label=_("Amount"))

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        self.fields["amount"].help_text = currency

    def clean_amount(self) -> int:
        return amount(self.cleaned_data["amount"], self.currency)


class RefundForm(SumForm):
    """Take back part or all of a paid invoice."""

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
    reason = forms.CharField(label=_("Reason"), max_length=300, help_text=_("It stands on the credit note."))


class CancelForm(PrintableForm, forms.Form):
    """Give up an open invoice."""

    how = forms.ChoiceField(
        label=_("What happened"),
        choices=[
            ("void", _("It should not have been issued: take it back with a credit note")),
            ("write_off", _("It was owed and will not come: write it off")),
        ],
        widget=forms.RadioSelect,
        initial="void",
    )
    reason = forms.CharField(label=_("Reason"), max_length=300)


class TransferForm(SumForm):
    """A transfer that arrived."""

    on = forms.DateField(label=_("Arrived on"), widget=DAY)
    reference = forms.CharField(label=_("Bank reference"), max_length=60)
    field_order = ("amount", "on", "reference")


class CertificateForm(PrintableForm, forms.Form):
    """A withholding certificate that came."""

    number = forms.CharField(label=_("Certificate number"), max_length=60)
    on = forms.DateField(label=_("Received on"), widget=DAY)


class WaitForm(forms.Form):
    """The day on which a declined charge is tried once more."""

    until = forms.DateField(
        label=_("Try again on"),
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control form-control-sm"}, format="%Y-%m-%d"),
    )


class ParkForm(PrintableForm, forms.Form):
    """Why nothing is to be charged for now."""

    reason = forms.CharField(label=_("Why is nothing to be charged?"), max_length=200)


class TaxForm(PrintableForm, forms.ModelForm):
    """One more tax."""

    class Meta:
        model = TaxRate
        fields = ["name", "percent"]


class NumberForm(forms.Form):
    """How one kind of paper is numbered."""

    kind = forms.ChoiceField(label=_("Paper"), choices=SeriesKind.choices)
    pattern = forms.CharField(label=_("Pattern"), max_length=30, help_text=_("Like RH-{year}-{seq:04}"))
    resets_yearly = forms.BooleanField(label=_("Starts again every year"), required=False, initial=True)


class BankForm(PrintableForm, forms.ModelForm):
    """Where clients transfer to."""

    class Meta:
        model = BankDetails
        fields = ["holder", "bank", "account", "bic", "promptpay"]


class StripeForm(forms.Form):
    """An account at Stripe: its key and the secret of its webhook."""

    secret = forms.CharField(
        label=_("Secret key"), max_length=200, widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("It starts with sk_ or rk_. It is kept encrypted and never shown again."),
    )  # fmt: skip
    webhook_secret = forms.CharField(
        label=_("Webhook secret"), max_length=200, required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}), help_text=_("It starts with whsec_."),
    )  # fmt: skip


class StatementFileForm(forms.Form):
    """A bank statement to read."""

    file = forms.FileField(label=_("Bank statement (CSV)"))
    currency = forms.CharField(label=_("Currency of the account"), max_length=3)

"""The form of a one-off invoice: client, what, and amount; the rest has values that fit."""

from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement
from agreements.models.proposal import COLLECT_BY
from agreements.rules.terms import CollectBy
from billing.charging import saved_cards
from billing.invoices.one_off import Order
from clients.models import Client
from core.documents.printable_text import PrintableForm
from core.models import Business
from dashboard.form_fields import MoneyField, currency_choices, parse_amount
from dashboard.money.forms.payments import DAY

AUTO, NONE = "auto", "none"
FOLDED = ("agreement", "currency", "collect_by", "due_on", "with_tax")


class OneOffForm(PrintableForm, forms.Form):
    """A one-off invoice. What is left empty follows the client's retainer, or else the business.

    `form` is the id of this form, so that pressing twice issues one invoice.
    """

    client: Any = forms.ModelChoiceField(label=_("Client"), queryset=None)
    description = forms.CharField(
        label=_("What is it for?"),
        max_length=300,
        help_text=_("The client reads it on the invoice."),
    )
    amount = MoneyField(label=_("Amount"))
    agreement = forms.ChoiceField(label=_("Belongs to"), required=False)
    currency = forms.ChoiceField(label=_("Currency"), required=False)
    collect_by = forms.ChoiceField(label=_("Paid by"), required=False)
    due_on = forms.DateField(
        label=_("Due on"),
        widget=DAY,
        required=False,
        help_text=_("A saved card is charged on this day. Empty: in 7 days, or by card in 5."),
    )
    with_tax = forms.BooleanField(label=_("With tax"), required=False, initial=True)
    form = forms.UUIDField(widget=forms.HiddenInput)
    confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        business: Business,
        clients: Any,
        agreements: list[Agreement],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.business, self.agreements = business, {str(row.pk): row for row in agreements}
        self.fields["client"].queryset = clients  # type: ignore[attr-defined]
        self.fields["form"].initial = uuid4
        choices = {
            "agreement": [
                (AUTO, _("The client's retainer, if there is one")),
                (NONE, _("No agreement")),
                *((str(row.pk), f"{row.client.name}: {row.title}") for row in agreements),
            ],
            "currency": [("", _("As usual for the client")), *currency_choices()],
            "collect_by": [("", _("As usual for the client")), *COLLECT_BY],
        }
        for name, rows in choices.items():
            self.fields[name].choices = rows  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Fill what was left empty, and read the amount in its currency."""
        data: dict[str, Any] = super().clean() or {}
        client = data.get("client")
        if client is None:
            return data
        agreement = data["agreement"] = self._agreement(client, data.get("agreement") or AUTO)
        data["currency"] = data.get("currency") or (
            agreement.currency if agreement else self.business.currency
        )
        data["collect_by"] = data.get("collect_by") or self._way(client, agreement)
        if typed := data.get("amount"):
            try:
                data["amount"] = parse_amount(typed, data["currency"])
            except forms.ValidationError as error:
                self.add_error("amount", error)
            else:
                if not data["amount"]:
                    self.add_error("amount", _("Write an amount above zero."))
        return data

    def _agreement(self, client: Client, wish: str) -> Agreement | None:
        if wish == AUTO:
            theirs = [row for row in self.agreements.values() if row.client_id == client.pk]
            return theirs[0] if len(theirs) == 1 else None
        return self.agreements.get(wish)

    def _way(self, client: Client, agreement: Agreement | None) -> str:
        has_card = saved_cards.card_in_use(client) is not None
        if agreement and (agreement.collect_by != CollectBy.CARD or has_card):
            return agreement.collect_by
        return CollectBy.CARD if has_card else CollectBy.TRANSFER

    @property
    def is_unfolded(self) -> bool:
        """Whether one of the folded fields was refused."""
        return any(name in self.errors for name in FOLDED)

    def order(self) -> Order:
        """What was typed, of a valid form."""
        names = ("client", "description", "amount", "currency", "form", "agreement", "with_tax")
        return Order(
            **{name: self.cleaned_data[name] for name in names},
            collect_by=CollectBy(self.cleaned_data["collect_by"]),
            due_on=self.cleaned_data["due_on"],
        )

    def ask(self, text: str) -> None:
        """Show the box that confirms a second invoice like one of today, with its question."""
        self.fields["confirmed"].widget = forms.CheckboxInput()
        self.fields["confirmed"].label = text

    def clean_due_on(self) -> date | None:
        """A day from today on."""
        day: date | None = self.cleaned_data["due_on"]
        return day

"""The forms of what the client may add to a tier."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agreements.models import Proposal
from agreements.rules.extras import MOST
from core import money
from core.documents.printable_text import PrintableForm
from dashboard.form_fields import MoneyField, parse_amount

ROWS = 3  # shown at least


class ExtraForm(PrintableForm, forms.Form):
    """One extra: its name and price, and whether it is paid once or with every fee."""

    title = forms.CharField(label=_("Extra"), max_length=120, required=False)
    price = MoneyField(label=_("Price"), required=False)
    once = forms.BooleanField(label=_("Paid once, with the first invoice"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.empty_permitted = not self.initial  # what is stored is cleaned, unchanged as well
        self.use_required_attribute = False

    def clean(self) -> dict[str, Any]:
        """Refuse an extra without its name or its price."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("title") and not data.get("price") and "price" not in self.errors:
            self.add_error("price", gettext("An extra costs something."))
        if data.get("price") and not data.get("title") and "title" not in self.errors:
            self.add_error("title", gettext("Give the extra a name."))
        return data

    def amount(self, currency: str) -> int | None:
        """The price in minor units; None, with an error at its field, if it is none."""
        try:
            amount = parse_amount(self.cleaned_data["price"], currency)
        except forms.ValidationError as error:
            self.add_error("price", error)
            return None
        if not amount:
            self.add_error("price", gettext("An extra costs something."))
        return amount or None


class ExtraForms:
    """A form for each extra of a proposal, and some for more."""

    def __init__(self, data: Any, proposal: Proposal | None) -> None:
        stored = list(proposal.extras) if proposal else []
        count = min(max(ROWS, len(stored) + 1), MOST)
        rows = [*map(_values, stored, [proposal] * len(stored)), *[{}] * MOST][:count]
        if data:
            posted = [n for n in range(MOST) if f"extra-{n}-title" in data]
            rows = [*rows, *[{}] * MOST][: max(count, len(posted))]
        self.rows = [
            ExtraForm(data, prefix=f"extra-{n}", initial=row) for n, row in enumerate(rows)
        ]

    most = MOST

    @property
    def blank(self) -> ExtraForm:
        """The form of one more extra; the script puts its number in."""
        return ExtraForm(prefix="extra-__n__")

    def read(self, currency: str | None) -> list[dict[str, Any]] | None:
        """The extras as a proposal stores them; None, with errors at the fields, if invalid."""
        valid = [form.is_valid() for form in self.rows]  # each, so that each shows its errors
        if not currency:
            return None
        rows = self.readable(currency)
        return rows if all(valid) and not any(form.errors for form in self.rows) else None

    def readable(self, currency: str) -> list[dict[str, Any]]:
        """The extras that can be read; the others get their errors at the fields."""
        filled = [form for form in self.rows if form.is_valid() and form.cleaned_data.get("title")]
        priced = [(form, form.amount(currency)) for form in filled]
        return [
            {
                "key": f"x{number}",
                "title": form.cleaned_data["title"],
                "amount": amount,
                "once": form.cleaned_data["once"],
            }
            for number, (form, amount) in enumerate(
                [(form, amount) for form, amount in priced if amount], start=1
            )
        ]


def _values(row: dict[str, Any], proposal: Proposal | None) -> dict[str, Any]:
    """An extra as its form shows it."""
    currency = proposal.currency if proposal else "USD"
    price = money.to_decimal(row["amount"], currency)
    return {"title": row["title"], "price": price, "once": row["once"]}

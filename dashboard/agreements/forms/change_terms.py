"""Forms that change the terms of running agreements."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agreements.changing.amend import Change
from agreements.models import Agreement
from agreements.models.amendment import AmendmentKind
from core import formats
from core.documents.printable_text import PrintableForm
from dashboard.form_fields import MoneyField, parse_amount


class ChangeForm(PrintableForm, forms.Form):
    """Another tier or another fee, from the start of a period or immediately."""

    kind = forms.ChoiceField(
        label=_("What changes"),
        choices=[(AmendmentKind.TIER, _("the tier")), (AmendmentKind.PRICE, _("only the fee"))],
        widget=forms.RadioSelect,
        initial=AmendmentKind.TIER,
    )
    tier = forms.ChoiceField(label=_("New tier"), required=False)
    fee = MoneyField(
        label=_("New fee"), required=False, help_text=_("Leave it empty for the tier's own fee.")
    )
    when = forms.ChoiceField(
        label=_("Applies"),
        choices=[
            ("next", _("with the start of a period")),
            ("now", _("now, within the current period")),
        ],
        widget=forms.RadioSelect,
        initial="next",
        help_text=_(
            "“Now” is only for an upgrade of a paid period. The remaining days are charged at once."
        ),
    )
    effective_on = forms.TypedChoiceField(
        label=_("Applies from"),
        required=False,
        coerce=date.fromisoformat,
        help_text=_("Not needed if the change applies now."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        help_text=_("It appears in the amendment."),
    )

    def __init__(
        self,
        *args: Any,
        agreement: Agreement,
        tiers: list[dict[str, Any]],
        days: list[date],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.agreement, self.tiers = agreement, {tier["id"]: tier for tier in tiers}
        choices = [
            (tier["id"], f"{tier['name']} · {formats.money(tier['amount'], agreement.currency)}")
            for tier in tiers
        ]
        self.fields["tier"].choices = [("", "—"), *choices]  # type: ignore[attr-defined]
        self.fields["effective_on"].choices = [(day.isoformat(), formats.day(day)) for day in days]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Read the fee, and refuse a change that leaves out what it changes or its day."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("kind") == AmendmentKind.TIER and not data.get("tier"):
            self.add_error("tier", gettext("Which tier?"))
        if data.get("when") != "now" and not data.get("effective_on"):
            self.add_error("effective_on", gettext("From which day?"))
        if data.get("kind") == AmendmentKind.PRICE and not data.get("fee"):
            self.add_error("fee", gettext("Which fee?"))
        if data.get("fee"):
            try:
                data["amount"] = parse_amount(data["fee"], self.agreement.currency)
                if not data["amount"]:
                    self.add_error("fee", gettext("A tier costs something."))
            except forms.ValidationError as error:
                self.add_error("fee", error)
        return data

    @property
    def is_now(self) -> bool:
        """Whether the change applies immediately. Its first day is then not asked for."""
        return bool(self.cleaned_data["when"] == "now")

    def change(self, today: date) -> Change:
        """The change, as the functions that draft an amendment take it."""
        data = self.cleaned_data
        is_tier = data["kind"] == AmendmentKind.TIER
        return Change(
            kind=AmendmentKind(data["kind"]),
            effective_on=today if self.is_now else data["effective_on"],
            tier=self.tiers[data["tier"]] if is_tier else None,
            amount=data.get("amount"),
            reason=data["reason"],
        )


class FeesForm(PrintableForm, forms.Form):
    """One change of fee, in percent, for the agreements of a page, of `total` in all."""

    percent = forms.IntegerField(
        label=_("Change in percent"),
        min_value=-50,
        max_value=100,
        help_text=_("10 makes 3,000 into 3,300."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        help_text=_("It appears in the amendment."),
    )

    def __init__(self, *args: Any, shown: Any, total: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agreements"] = AgreementsField(
            queryset=shown,
            label=_("For"),
            widget=forms.CheckboxSelectMultiple,
            initial=(rows := list(shown)),
            help_text=_how_many(len(rows), total),
        )

    def clean_percent(self) -> int:
        """The change in percent. Raises ValidationError for zero."""
        percent: int = self.cleaned_data["percent"]
        if not percent:
            raise forms.ValidationError(gettext("Nothing would change."))
        return percent


def _how_many(shown: int, total: int) -> str:
    """Says that other pages follow; "" if there are none."""
    if shown == total:
        return ""
    numbers = {"shown": formats.number(shown), "total": formats.number(total)}
    return (
        gettext(
            "%(shown)s of %(total)s retainers are on this page. Send the amendments page by page."
        )
        % numbers
    )


class AgreementsField(forms.ModelMultipleChoiceField):
    """A choice of several agreements, each shown as client, title and fee."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.client.name} · {obj.title} · {formats.money(obj.amount, obj.currency)}"

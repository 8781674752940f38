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
from dashboard.form_fields import MoneyField, amount


class ChangeForm(PrintableForm, forms.Form):
    """Another tier, or another fee for the same; from the start of a period."""

    kind = forms.ChoiceField(
        label=_("What changes"),
        choices=[(AmendmentKind.TIER, _("the tier")), (AmendmentKind.PRICE, _("only the fee"))],
        widget=forms.RadioSelect,
        initial=AmendmentKind.TIER,
    )
    tier = forms.ChoiceField(label=_("New tier"), required=False)
    fee = MoneyField(label=_("New fee"), required=False, help_text=_("Empty: the tier's own fee."))
    when = forms.ChoiceField(
        label=_("Applies"),
        choices=[
            ("next", _("with the start of a period")),
            ("now", _("now, inside the period that runs")),
        ],
        widget=forms.RadioSelect,
        initial="next",
        help_text=_(
            "Now: only an upgrade of a period that is paid. The days that are left are charged at once."
        ),
    )
    effective_on = forms.TypedChoiceField(
        label=_("Applies from"),
        required=False,
        coerce=date.fromisoformat,
        help_text=_("Not asked for where it applies now."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        help_text=_("It stands in the amendment."),
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
        named = [
            (tier["id"], f"{tier['name']} · {formats.money(tier['amount'], agreement.currency)}")
            for tier in tiers
        ]
        self.fields["tier"].choices = [("", "—"), *named]  # type: ignore[attr-defined]
        self.fields["effective_on"].choices = [(day.isoformat(), formats.day(day)) for day in days]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if found.get("kind") == AmendmentKind.TIER and not found.get("tier"):
            self.add_error("tier", gettext("Which tier?"))
        if found.get("when") != "now" and not found.get("effective_on"):
            self.add_error("effective_on", gettext("From which day?"))
        if found.get("kind") == AmendmentKind.PRICE and not found.get("fee"):
            self.add_error("fee", gettext("Which fee?"))
        if found.get("fee"):
            try:
                found["amount"] = amount(found["fee"], self.agreement.currency)
                if not found["amount"]:
                    self.add_error("fee", gettext("A tier costs something."))
            except forms.ValidationError as error:
                self.add_error("fee", error)
        return found

    @property
    def is_now(self) -> bool:
        """Whether it is to apply at once; then its day is not asked for."""
        return bool(self.cleaned_data["when"] == "now")

    def change(self, today: date) -> Change:
        """What was asked for, as the verb takes it."""
        asked = self.cleaned_data
        is_tier = asked["kind"] == AmendmentKind.TIER
        return Change(
            kind=AmendmentKind(asked["kind"]),
            effective_on=today if self.is_now else asked["effective_on"],
            tier=self.tiers[asked["tier"]] if is_tier else None,
            amount=asked.get("amount"),
            reason=asked["reason"],
        )


class FeesForm(PrintableForm, forms.Form):
    """The same change of fee for many clients."""

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
        help_text=_("It stands in the amendment."),
    )

    def __init__(self, *args: Any, running: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agreements"] = Agreements(
            queryset=running,
            label=_("For"),
            widget=forms.CheckboxSelectMultiple,
            initial=list(running),
        )

    def clean_percent(self) -> int:
        percent: int = self.cleaned_data["percent"]
        if not percent:
            raise forms.ValidationError(gettext("Nothing would change."))
        return percent


class Agreements(forms.ModelMultipleChoiceField):
    """Several agreements, each as its client's name, its title and its fee."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.client.name} · {obj.title} · {formats.money(obj.amount, obj.currency)}"

"""The forms of a proposal's terms and of one tier."""

from datetime import timedelta
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agreements.models import Proposal
from agreements.proposals import opening_message
from agreements.proposals.lifecycle import MANY_TO_MANY
from agreements.rules.cumulative_tiers import TierDraft
from agreements.rules.terms import CollectBy, Renews, Rollover, Unreviewed
from clients.models import Client
from core.dates import local_day
from core.documents.printable_text import PrintableForm
from core.models import Business
from dashboard.form_fields import (
    CountedLinesField,
    DurationField,
    LinesField,
    MoneyField,
    currency_choices,
    parse_amount,
)

FAR = timedelta(days=366 * 2)  # a proposal may start at most this long from now


class ProposalForm(PrintableForm, forms.ModelForm):
    """The terms of a proposal. Dates are in the client's time zone."""

    notice_days = forms.IntegerField(
        label=_("Notice in days"), min_value=0, max_value=365, initial=30
    )
    minimum_months = forms.IntegerField(
        label=_("Minimum term in months"), min_value=0, max_value=60, initial=3
    )

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0)
    keep_as = forms.CharField(label=_("Save as a reusable message"), max_length=60, required=False)

    class Meta:
        model = Proposal
        fields = [
            "title",
            "intro",
            "currency",
            "language",
            "interval",
            "collect_by",
            "starts_on",
            "ends_on",
            "renews",
            "notice_days",
            "minimum_months",
            "rollover",
            "rollover_percent",
            "rollover_periods",
            "in_order",
            "countersigns",
            "recommended_because",
            "trial_measure",
            "report_days",
            "report_unreviewed",
            "credits_trial",
            "shows_openings",
            "expires_on",
        ]
        widgets = {
            "intro": forms.Textarea(attrs={"rows": 8}),
            "starts_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "ends_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "expires_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        help_texts = {
            "starts_on": _(
                "The first charge is on this day. Every further period is counted from it."
            ),
            "ends_on": _(
                "For a paid trial: the day on which both sides decide. "
                "For a term: the day after its last."
            ),
            "recommended_because": _(
                "A sentence with the client's own goals, such as: You want more regular guests. "
                "It appears in the opening words and beside the recommended tier."
            ),
        }

    def __init__(
        self,
        *args: Any,
        business: Business,
        client: Client,
        contacts: Any,
        testimonials: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._offer(contacts, testimonials)
        self.today = local_day(timezone.now(), client.time_zone)
        self.fields["currency"] = forms.ChoiceField(label=_("Currency"), choices=currency_choices())
        self.fields["collect_by"].required = False
        # Another interval restates the tiers' fees and hours, before anything is saved.
        self.fields["interval"].widget.attrs |= {
            "hx-post": reverse("dashboard:restated_tiers"),
            "hx-trigger": "change, restate",
            "hx-target": "#tier-forms",
            "hx-swap": "outerHTML",
            "hx-include": "#priced",
            "hx-params": "not once",
        }
        for name in (
            "renews",
            "rollover",
            "rollover_percent",
            "rollover_periods",
            "report_days",
            "report_unreviewed",
        ):
            self.fields[name].required = False
        self.fields["rollover_percent"].label = _("Roll over at most, in percent")
        self.fields["rollover_periods"].label = _("Roll over for how many periods")
        if self.instance.pk and not self.instance._state.adding:
            self.initial["cosigners"] = list(self.instance.cosigners.all())
            self.initial["testimonials"] = list(self.instance.testimonials.all())
        if not self.instance.starts_on:
            self.initial.update(
                {
                    "currency": business.currency,
                    "language": client.language,
                    "starts_on": self.today,
                    "expires_on": self.today + timedelta(days=30),
                }
            )

    def _offer(self, contacts: Any, testimonials: Any) -> None:
        """Let the people of the client be chosen, and what others say."""
        self.fields["testimonials"] = forms.ModelMultipleChoiceField(
            queryset=testimonials,
            required=False,
            label=_("What others say"),
            widget=forms.CheckboxSelectMultiple,
        )
        self.fields["contact"] = forms.ModelChoiceField(
            queryset=contacts, label=_("For"), empty_label=None
        )
        self.fields["contact"].initial = next(
            (contact.pk for contact in contacts if contact.is_decision_maker), None
        )
        self.signer = self.initial.get("contact") or self.fields["contact"].initial
        self.fields["cosigners"] = forms.ModelMultipleChoiceField(
            queryset=contacts.exclude(pk=self.signer) if not self.is_bound else contacts,
            required=False,
            label=_("Also sign"),
            widget=forms.CheckboxSelectMultiple,
            help_text=_("In addition to the person who chooses the tier."),
        )

    def clean_starts_on(self) -> Any:
        """The first day. Raises ValidationError if it has passed or is more than two years away."""
        day = self.cleaned_data["starts_on"]
        if day < self.today:
            raise forms.ValidationError(gettext("This day has passed."))
        if day > self.today + FAR:
            raise forms.ValidationError(gettext("This day is more than two years away."))
        return day

    def clean(self) -> dict[str, Any]:
        """Give hidden fields their usual value; a term that renews needs an end."""
        data = super().clean() or {}
        # A field that the page hides is posted empty: its usual value applies.
        data["collect_by"] = data.get("collect_by") or CollectBy.CARD
        data["renews"] = data.get("renews") or Renews.NO
        if data.get("contact") and data.get("cosigners"):
            data["cosigners"] = data["cosigners"].exclude(pk=data["contact"].pk)
        data["rollover"] = data.get("rollover") or Rollover.NONE
        data["rollover_periods"] = data.get("rollover_periods") or 1
        data["report_days"] = data.get("report_days") or 5
        data["report_unreviewed"] = data.get("report_unreviewed") or Unreviewed.SEND
        if data.get("rollover_percent") is None:
            data["rollover_percent"] = 25
        if data["renews"] != Renews.NO and not data.get("ends_on"):
            self.add_error(
                "ends_on", gettext("A retainer that renews needs the day on which its term ends.")
            )
        starts, ends, expires = data.get("starts_on"), data.get("ends_on"), data.get("expires_on")
        with translation.override(data.get("language")):
            data["intro"] = opening_message.fitted(
                data.get("intro", ""), has_reason=bool(data.get("recommended_because"))
            )
        if starts and ends and ends <= starts:
            self.add_error("ends_on", gettext("It has to end after it starts."))
        if expires and expires < self.today:
            self.add_error("expires_on", gettext("This day has passed."))
        return data

    def terms(self) -> dict[str, Any]:
        """The columns of a proposal, as the functions that save one take them."""
        return {
            name: self.cleaned_data[name] for name in [*self.Meta.fields, "contact", *MANY_TO_MANY]
        }


class TierForm(PrintableForm, forms.Form):
    """One tier. From the second on, a tier without name and fee is ignored."""

    name = forms.CharField(label=_("Name"), max_length=60, required=False)
    tagline = forms.CharField(label=_("Tagline"), max_length=120, required=False)
    fee = MoneyField(label=_("Fee"), required=False)
    hours = DurationField(label=_("Included hours"), required=False, help_text="")
    response_hours = forms.IntegerField(
        label=_("Response time (working hours)"), min_value=1, max_value=720, initial=24
    )
    adds = LinesField(label=_("Services (one per line)"), required=False)
    deliverables = CountedLinesField(
        label=_("Deliverables (one per line)"),
        required=False,
        help_text=_("With their number: 20 posts."),
    )
    is_recommended = forms.BooleanField(label=_("Recommend this tier"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.empty_permitted = True
        self.use_required_attribute = False

    def has_changed(self) -> bool:
        """Whether anything was entered: a response time alone, or its lack, is no tier."""
        told = [name for name in self.fields if name not in ("response_hours", "is_recommended")]
        is_blank = not any(str(self[name].value() or "").strip() for name in told)
        return not is_blank and super().has_changed()

    def price(self, currency: str) -> int | None:
        """The fee in minor units; None, with an error at its field, if it is missing or invalid."""
        try:
            fee = parse_amount(self.cleaned_data.get("fee") or "", currency)
        except forms.ValidationError as error:
            self.add_error("fee", error)
            return None
        if not fee:
            self.add_error("fee", gettext("A tier costs something."))
        return fee or None

    def draft(self, currency: str) -> TierDraft | None:
        """The tier; None, with errors at the fields, if something is missing."""
        data = self.cleaned_data
        price = self.price(currency)
        if not data.get("name"):
            self.add_error("name", gettext("Give the tier a name."))
        if price is None or not data.get("name"):
            return None
        return TierDraft(
            name=data["name"],
            tagline=data["tagline"],
            amount=price,
            minutes=data["hours"],
            response_hours=data["response_hours"],
            adds=data["adds"],
            deliverables=data["deliverables"],
            is_recommended=data["is_recommended"],
        )

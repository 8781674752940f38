"""Forms about the freelancer, the business, how it is paid, and its API keys."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agreements.rules import workload
from billing.bank_transfer import payment_details
from billing.bank_transfer.codes import epc, promptpay
from billing.models import BankDetails
from billing.models.numbering import SeriesKind
from core import formats, money
from core.documents import logos
from core.documents.printable_text import PrintableForm
from core.models import Business, TaxRate, User
from core.models.notification import Event, Hears
from dashboard.form_fields import (
    DETAIL_FIELDS,
    DetailsForm,
    DurationField,
    LinesField,
    MoneyField,
    SearchField,
    currency_names,
    parse_amount,
    time_zone_choices,
)

MINUTES_OF_A_DAY = 24 * 60
AIMS = {
    "floor": "floor_rate",
    "goal": "yearly_goal",
}  # sums in the business's currency; empty: not said


class AimsForm(PrintableForm, forms.ModelForm):
    """What a business wants to earn and can sell: floor, goal and capacity. Only it sees them."""

    floor = MoneyField(
        label=_("Lowest hourly rate"), required=False, help_text=_("Only you see it.")
    )
    goal = MoneyField(
        label=_("Goal for a year"),
        required=False,
        help_text=_("What you want to earn, before tax. Only you see it."),
    )
    capacity = DurationField(
        label=_("Hours you can sell a month"),
        required=False,
        help_text=_("For example 120. It says how many clients you can take."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, column in AIMS.items():
            if kept := getattr(self.instance, column):
                self.fields[name].initial = money.to_decimal(kept, self.instance.currency)
        if self.instance.capacity_minutes:
            self.fields["capacity"].initial = f"{self.instance.capacity_minutes // 60}h"

    def clean(self) -> dict[str, Any]:
        """Read the sums in the currency of the business, which may be typed beside them."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        currency = data.get("currency") if "currency" in self.fields else self.instance.currency
        for name, column in AIMS.items():
            try:
                aim = parse_amount(data[name], currency) if data.get(name) and currency else 0
                setattr(self.instance, column, aim)
            except forms.ValidationError as error:
                self.add_error(name, error)
        self.instance.capacity_minutes = data.get("capacity") or 0
        return data


class AimsPageForm(AimsForm):
    """What a business wants to earn and can sell, on its page of the settings.

    The hours of weekdays take the place of hours a month, which are asked where none are entered.
    """

    WEEK: ClassVar = {
        "mon": _("Monday"),
        "tue": _("Tuesday"),
        "wed": _("Wednesday"),
        "thu": _("Thursday"),
        "fri": _("Friday"),
        "sat": _("Saturday"),
        "sun": _("Sunday"),
    }
    field_order = (*WEEK, "capacity", "floor", "goal")

    class Meta:
        model = Business
        fields: tuple[str, ...] = ()

    mon, tue, wed, thu, fri, sat, sun = (
        DurationField(label=label, required=False, help_text="") for label in WEEK.values()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, minutes in zip(self.WEEK, self.instance.week_minutes, strict=False):
            self.fields[name].initial = formats.hours_number(minutes) if minutes else ""
        self.fields["capacity"].help_text = _("Used until you enter hours by weekday.")
        if self.instance.week_minutes:
            del self.fields["capacity"]

    def week(self) -> list[Any]:
        """The fields of the weekdays, as the page shows them."""
        return [self[name] for name in self.WEEK]

    def rest(self) -> list[Any]:
        """The other fields."""
        return [self[name] for name in AIMS]

    def month(self) -> Any:
        """The field of hours a month, which is asked while no weekday has hours."""
        return self["capacity"] if "capacity" in self.fields else None

    def clean(self) -> dict[str, Any]:
        """Keep the hours of the week, and compute the month from them."""
        data = super().clean()
        week = [data.get(name) or 0 for name in self.WEEK]
        for name, minutes in zip(self.WEEK, week, strict=True):
            if minutes > MINUTES_OF_A_DAY:
                self.add_error(name, gettext("A day has 24 hours."))
        self.instance.week_minutes = week if any(week) else []
        if any(week):
            self.instance.capacity_minutes = workload.minutes_of_usual_month(week)
        return data


class BusinessForm(DetailsForm):
    """What the business is called and where it is, on its page of the settings."""

    class Meta:
        model = Business
        fields = ["name", *DETAIL_FIELDS, "currency", "time_zone", "language", "asks_approval"]
        widgets = {"address": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "name": _("Your clients read it on every page, in emails and on documents."),
            "legal_name": _("It appears on new documents if it differs from the name above."),
            "tax_id": _("It appears on the next invoice; those already issued stay as they are."),
            "language": _("These pages, emails to you, and new clients have this language."),
            "asks_approval": _(
                "Clients see in the portal what waits for their approval, and can approve it or "
                "ask for a change. Invoices never depend on it."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["currency"] = SearchField(
            label=_("Currency"),
            choices=currency_names(),
            help_text=_("New proposals begin with it. Agreements keep their own."),
        )
        self.fields["time_zone"] = SearchField(
            label=_("Time zone"),
            choices=time_zone_choices(),
            help_text=_("When your day begins. Clients are charged in their own time zone."),
        )

    def clean(self) -> dict[str, Any]:
        """Keep the numbers of what the business wants to earn, in the new currency."""
        before = self.instance.currency
        data = super().clean()
        if after := data.get("currency"):
            for column in (*AIMS.values(), "monthly_costs"):
                kept = Fraction(money.to_decimal(getattr(self.instance, column), before))
                amount = money.round_half_up(kept * 10 ** money.exponent(after))
                setattr(self.instance, column, amount)
        return data


class LookForm(forms.ModelForm):
    """What the documents, pages and emails of the business look like."""

    class Meta:
        model = Business
        fields = ["logo", "accent"]
        help_texts = {
            "logo": _("On new documents, on the pages that clients see, and in emails."),
            "accent": _("Buttons and headings that clients see have this colour."),
        }

    def clean_logo(self) -> Any:
        """A new logo, drawn anew; the stored one where none was uploaded."""
        upload = self.cleaned_data.get("logo")
        return logos.redrawn(upload) if upload and "logo" in self.changed_data else upload


class TaxBasisForm(forms.ModelForm):
    """Whether prices contain the tax, and when the tax falls due."""

    class Meta:
        model = Business
        fields = ["prices_include_tax", "tax_on_payment"]
        help_texts = {
            "prices_include_tax": _("Applies to new proposals. Those already sent do not change."),
            "tax_on_payment": _("Tax on services falls due when they are paid, as in Thailand."),
        }


class YouForm(PrintableForm, forms.ModelForm):
    """The freelancer's own name."""

    class Meta:
        model = User
        fields = ["name"]
        labels = {"name": _("Your name")}
        help_texts = {"name": _("Your clients see it on the agreements that you sign.")}
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True


class OwnerEmailsForm(forms.Form):
    """Of what a user is emailed, and when: a choice for each kind of event."""

    HELP = {
        Event.OPENED: _("Only the first time that each person opens it."),
        Event.ANSWERED: _("Refusals, and documents for you to sign, are always emailed at once."),
        Event.REQUESTED: _("We remind you at once when a promised answer is nearly due."),
        Event.APPROVED: _("If a client asks for a change, it arrives as a request."),
        Event.HOURS_USED: _("At 80 % and at 100 % of what a period includes."),
        Event.PAID: _("The first payment of an agreement is always emailed at once."),
        Event.REMINDED: _("For a transfer that did not arrive by its due date."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.update(self.choices())

    @classmethod
    def choices(cls) -> dict[str, forms.ChoiceField]:
        """A field for each kind of event, by its key."""
        return {
            event.value: forms.ChoiceField(
                label=event.label,
                choices=Hears.choices,
                help_text=cls.HELP.get(event, ""),
                widget=forms.RadioSelect,
            )
            for event in Event
        }

    def chosen(self) -> dict[Event, Hears]:
        """What was chosen, for each kind of event."""
        return {Event(name): Hears(value) for name, value in self.cleaned_data.items()}


class EmailWordingForm(forms.Form):
    """How one kind of email begins, in the business's own words."""

    subject = forms.CharField(
        label=_("Subject"),
        max_length=200,
        required=False,
        help_text=_("If you leave it empty, the email has the standard subject."),
    )
    opening = forms.CharField(
        label=_("Opening"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_(
            "It replaces the standard greeting. An empty line begins a new paragraph. Sums, dates, "
            "links and legal texts follow it in every email."
        ),
    )


class FrontPageForm(forms.Form):
    """The public page of the business."""

    is_on = forms.BooleanField(label=_("Visible to everybody"), required=False)
    slug = forms.CharField(
        label=_("Address"),
        max_length=40,
        help_text=_("The last part of the page's address: letters, digits and hyphens."),
    )
    headline = forms.CharField(
        label=_("Headline"),
        max_length=120,
        help_text=_("For example: Content and community for small shops"),
    )
    about = forms.CharField(
        label=_("About you"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    services = LinesField(label=_("Services (one per line)"), required=False)
    shows_places = forms.BooleanField(
        label=_("Say how many places are free this month"),
        required=False,
        help_text=_(
            "Computed from your capacity and your signed agreements. "
            "Not shown until a retainer runs."
        ),
    )


class TaxForm(PrintableForm, forms.ModelForm):
    """One more tax."""

    class Meta:
        model = TaxRate
        fields = ["name", "percent"]


class NumberForm(forms.Form):
    """How one kind of paper is numbered."""

    kind = forms.ChoiceField(label=_("Document"), choices=SeriesKind.choices)
    pattern = forms.CharField(
        label=_("Pattern"), max_length=30, help_text=_("For example INV-{year}-{seq:04}")
    )
    resets_yearly = forms.BooleanField(
        label=_("Starts again every year"), required=False, initial=True
    )


class SecondFactorForm(forms.ModelForm):
    """Whether everybody who signs in to the business needs a second factor."""

    class Meta:
        model = Business
        fields = ["requires_second_factor"]
        labels = {"requires_second_factor": _("Require a second factor")}
        help_texts = {
            "requires_second_factor": _(
                "Everybody who signs in to this business has to use an authenticator app or a "
                "passkey. A person who has none sets one up at their next page."
            )
        }


class DebitsForm(forms.ModelForm):
    """Whether clients can authorise a direct debit instead of saving a card."""

    class Meta:
        model = Business
        fields = ["debits_on"]
        labels = {"debits_on": _("Offer direct debit to clients")}


class BankForm(PrintableForm, forms.ModelForm):
    """Where clients transfer to."""

    class Meta:
        model = BankDetails
        fields = ["holder", "bank", "account", "bic", "promptpay"]

    def clean_account(self) -> str:
        """The account number; an IBAN is checked. Raises ValidationError."""
        return self._checked("account", epc.checked_account)

    def clean_bic(self) -> str:
        """The BIC in capitals. Raises ValidationError."""
        return self._checked("bic", epc.checked_bic)

    def clean_promptpay(self) -> str:
        """The PromptPay number as it was typed. Raises ValidationError if no code carries it."""

        def check(text: str) -> str:
            if text.strip():
                promptpay.parse_target(text)
            return text.strip()

        return self._checked("promptpay", check)

    def _checked(self, name: str, check: Callable[[str], str]) -> str:
        try:
            return check(self.cleaned_data[name])
        except (epc.BadTransfer, promptpay.BadPromptPay) as error:
            raise forms.ValidationError(payment_details.why_no_code(error.code)) from None

"""The forms of the four steps after signing up."""

from typing import Any

from django import forms
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agreements.proposals import packages
from billing.books import document_numbers
from core import formats
from core.documents.printable_text import PrintableForm
from core.lists.name_order import choices_by_name
from core.models import Business, User
from core.places import countries, public_holidays
from core.places.usual_taxes import USUAL_TAXES
from core.tenancy import business_of
from dashboard.form_fields import (
    SearchField,
    currency_names,
    time_zone_choices,
)
from dashboard.settings.forms import AimsForm

HOURS = 120  # hours a month that a freelancer can usually sell


class YouForm(PrintableForm, forms.Form):
    """The person's name, unless it is `known`, and where they work, guessed from the browser."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        help_text=_("Your clients see it on the agreements that you sign."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    country = SearchField(label=_("Country"), required=False, shows_names=True)
    currency = SearchField(label=_("Currency"))
    time_zone = SearchField(label=_("Time zone"))
    language = forms.ChoiceField(
        label=_("Language"), help_text=_("Of your documents, unless a client has another one.")
    )

    def __init__(self, *args: Any, known: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if known:
            del self.fields["name"]
        names = choices_by_name(countries.names().items())
        options = {
            "country": names,
            "currency": currency_names(),
            "time_zone": time_zone_choices(),
            "language": formats.language_choices(),
        }
        for field, choices in options.items():
            self.fields[field].choices = choices  # type: ignore[attr-defined]
        # Another country brings its currency and time zone into the fields beside it.
        self.fields["country"].widget.attrs |= {
            "hx-get": reverse("dashboard:welcome"),
            "hx-trigger": "change",
            "hx-params": "country",
            "hx-target": "#place",
            "hx-select": "#place",
            "hx-swap": "outerHTML",
        }

    @property
    def place(self) -> str:
        """Where the person works, as one line: "Germany · EUR · Europe/Berlin · English"."""
        country = countries.names().get(str(self["country"].value() or ""), "")
        language = dict(formats.language_choices()).get(str(self["language"].value()), "")
        facts = {
            "country": country,
            "currency": self["currency"].value() or "",
            "zone": str(self["time_zone"].value() or "").replace("_", " "),
            "language": language,
        }
        if country:
            return gettext("%(country)s · %(currency)s · %(zone)s · %(language)s") % facts
        return gettext("%(currency)s · %(zone)s · %(language)s") % facts

    @property
    def is_place_refused(self) -> bool:
        """Whether one of the folded fields has an error."""
        return bool(set(self.errors) - {"name"})

    def save(self, user: User, business: Business | None) -> Business:
        """Save the name, and the business, which is made if there is none yet."""
        data = dict(self.cleaned_data)
        if "name" in data:
            user.name = data.pop("name")
            user.save(update_fields=["name"])
        return save_place(user, business, **data)


def save_place(user: User, business: Business | None, **data: Any) -> Business:
    """Save where a business works, with the public holidays of its country.

    A new one has the person's name until it is given its own. Holidays that were chosen in the
    settings stay.
    """
    country = data.pop("country", None)
    row = business or Business(owner=user, name=user.get_full_name())
    for name, value in data.items():
        setattr(row, name, value)
    is_untouched = not row.holiday_part and not row.worked_holidays
    if country in public_holidays.countries() and is_untouched:
        row.holiday_country = country
    try:
        with transaction.atomic():
            row.save()
            if business is None:
                document_numbers.number_from_name(business=row)
    except IntegrityError:  # it was made in another tab meanwhile
        if business:
            raise
        return save_place(user, business_of(user), country=country, **data)
    return row


class BusinessForm(AimsForm):
    """What the business is called, its tax, and the hours that can be sold."""

    tax = forms.ChoiceField(
        label=_("Tax on your invoices"),
        help_text=_("Choose no tax if you are not registered for it. You can add more later."),
    )
    field_order = ("name", "tax", "capacity", "floor", "goal")

    class Meta:
        model = Business
        fields = ["name"]
        labels = {"name": _("Name of your business")}
        help_texts = {"name": _("It appears on your proposals, agreements and invoices.")}
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "organization"})}

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.usual_tax = USUAL_TAXES.get(country)
        choices = [("", gettext("No tax"))]
        if tax := self.usual_tax:
            facts = {"name": tax.name, "percent": formats.percent(tax.percent)}
            choices.insert(0, (tax.name, gettext("%(name)s of %(percent)s is added") % facts))
        self.fields["tax"].choices = choices  # type: ignore[attr-defined]
        self.fields["tax"].required = False
        self.initial.setdefault("tax", choices[0][0])
        if not self.instance.capacity_minutes:
            self.fields["capacity"].initial = str(HOURS)

    @property
    def is_aim_refused(self) -> bool:
        """Whether one of the folded fields has an error."""
        return bool({"floor", "goal"} & set(self.errors))


class WorkForm(forms.Form):
    """The kind of work, with the prices that proposals start with."""

    work = forms.ChoiceField(label=_("What you do most"))

    def __init__(self, *args: Any, business: Business, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.packages = packages.built_in(business)
        self.fields["work"].choices = [  # type: ignore[attr-defined]
            (package.key, package.name) for package in self.packages
        ]


class ClientForm(PrintableForm, forms.Form):
    """The first client and who decides there."""

    name = forms.CharField(label=_("Client"), max_length=200)
    contact_name = forms.CharField(label=_("Decision maker"), max_length=120)
    contact_email = forms.EmailField(label=_("Their email"), max_length=254)

"""The choice of an agreement: offered all together, or searched where there are many."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement

SEARCH = "find"  # what is typed to search the agreements


@dataclass(frozen=True)
class Offered:
    """The agreements that can be chosen, and the `rows` of them that a form offers.

    `is_part` says that there are more, which a field beside the choice searches.
    """

    agreements: Any
    rows: Sequence[Agreement]
    is_part: bool = False

    @classmethod
    def all_of(cls, agreements: Any) -> "Offered":
        """A form offers all of them."""
        return cls(agreements, list(agreements))


class SearchedSelect(forms.Select):
    """A select, with a search for the options that it does not offer."""

    template_name = "dashboard/time/agreement_search.html"
    is_part = False
    asked = ""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"] |= {"is_part": self.is_part, "asked": self.asked, "search": SEARCH}
        return context


class AgreementChoice(forms.ModelChoiceField):
    """A choice of an agreement, shown as client and title."""

    widget = SearchedSelect

    def label_from_instance(self, obj: Any) -> str:
        return label_of(obj)

    def offer(self, offered: Offered, asked: str = "") -> None:
        """Offer these agreements; `asked` is what was searched for when they were offered."""
        self.queryset = offered.agreements
        options = [(str(row.pk), label_of(row)) for row in offered.rows]
        empty = [] if self.empty_label is None else [("", self.empty_label)]
        self.choices = [*empty, *options]
        self.widget.is_part, self.widget.asked = offered.is_part, asked


class SearchesAgreements:
    """A form with the field `agreement`, which another field may search."""

    fields: Any
    data: Any
    cleaned_data: Any

    def offer(self, offered: Offered) -> None:
        """Offer these agreements."""
        self.fields["agreement"].offer(offered, self.data.get(SEARCH, ""))

    def clean_agreement(self) -> Agreement | None:
        """The agreement. Raises ValidationError for one that the search text does not name.

        A search whose result was not waited for would leave the choice as it was before.
        """
        chosen: Agreement | None = self.cleaned_data["agreement"]
        asked = self.data.get(SEARCH, "").strip().casefold()
        if chosen and asked and asked not in label_of(chosen).casefold():
            raise forms.ValidationError(
                _("This is not what you searched for. Please choose the agreement again.")
            )
        return chosen


def label_of(agreement: Agreement) -> str:
    """Client and title."""
    return f"{agreement.client.name} · {agreement.title}"

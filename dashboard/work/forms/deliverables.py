"""Forms about a period's deliverables: add, hand over, correct the count, settle the rest."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from core.documents.printable_text import PrintableForm
from delivery.work.checklist_actions import MOST_PIECES

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class _RowForm(PrintableForm, forms.Form):
    """The base of forms that appear once per row of a page: their fields get ids of their own."""

    def __init__(self, *args: Any, row: UUID | None = None, **kwargs: Any) -> None:
        row_id = f"{row.hex}_" if row else ""
        kwargs["auto_id"] = f"{row_id}{type(self).__name__.lower()}_%s"
        super().__init__(*args, **kwargs)


class AddForm(_RowForm):
    """Add a deliverable beyond those of the tier."""

    title = forms.CharField(label=_("What"), max_length=160)
    promised = forms.IntegerField(
        label=_("How many"), min_value=1, max_value=MOST_PIECES, initial=1
    )


def link_field(**kwargs: Any) -> forms.URLField:
    """A field for a link to the web: http and https only."""
    field = forms.URLField(
        label=_("Link"), required=False, max_length=500, assume_scheme="https", **kwargs
    )
    field.validators = [
        validator for validator in field.validators if not isinstance(validator, URLValidator)
    ]
    field.validators.append(URLValidator(schemes=["http", "https"]))
    field.widget.attrs["placeholder"] = "https://"
    return field


class HandoverForm(_RowForm):
    """Hand over a piece of a deliverable, with a link, a file, or neither."""

    unprinted = ("url",)
    url = link_field()
    file = forms.FileField(
        label=_("or a file"), required=False, max_length=400, help_text=_("Up to 20 MB.")
    )
    title = forms.CharField(label=_("Title"), max_length=160, required=False)
    count = forms.IntegerField(label=_("Counts as"), min_value=1, max_value=MOST_PIECES, initial=1)
    on = forms.DateField(label=_("Day"), required=False, widget=DAY)


class CountForm(_RowForm):
    """How much of a deliverable the client has received, and when the rest is due."""

    done = forms.IntegerField(label=_("Delivered"), min_value=0, max_value=MOST_PIECES)
    due_on = forms.DateField(label=_("Wanted by"), required=False, widget=DAY)


class SettleForm(_RowForm):
    """Why the missing rest of a deliverable is carried over or waived."""

    because = forms.CharField(
        label=_("Reason"),
        max_length=300,
        error_messages={"required": _("Say why: the client reads it.")},
    )

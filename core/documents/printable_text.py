"""A form mixin that says where documents cannot show all of a text (rule 31)."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from core.documents import glyphs

SHOWN = 60  # characters of a long text, in a warning


class PrintableForm(forms.BaseForm):
    """Takes unusual characters, and says at the field what documents will show instead.

    Fields in `unprinted` are on no document. Nothing is refused: the text of a contract is checked
    before it is sent (agreements.contract.wording).
    """

    unprinted: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Any:
        field = super().__getitem__(name)
        if name not in self.unprinted:
            warning = " ".join(warnings_of(field.value()))
            if warning and warning not in str(field.help_text):
                field.help_text = f"{field.help_text} {warning}".strip()
        return field

    @property
    def warnings(self) -> list[str]:
        """What documents will not show of a valid form, each time after the field's name."""
        return [
            f"{self.fields[name].label}: {sentence}"
            for name, value in self.cleaned_data.items()
            if name not in self.unprinted and name in self.fields
            for sentence in warnings_of(value)
        ]

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]  # Django's hook has no stub
        for name, value in list(self.cleaned_data.items()):
            if isinstance(value, str):
                self.cleaned_data[name] = glyphs.without_marks(value)


def texts_of(value: Any) -> list[str]:
    """The texts in the value of a field: a text, a list of them, or of rows with a title."""
    items = value if isinstance(value, list) else [value]
    titles = [item.get("title", "") if isinstance(item, dict) else item for item in items]
    return [text for text in titles if isinstance(text, str)]


def warnings_of(value: Any) -> list[str]:
    """What documents show instead of a value, and why, as sentences; none if they show it all."""
    return [
        _(
            "Documents show “%(shown)s”, because their fonts do not have these characters: "
            "%(letters)s. Use Latin or Thai script for what has to appear there."
        )
        % {"shown": _short(glyphs.printed(text)), "letters": ", ".join(lost[:10])}
        for text in texts_of(value)
        if (lost := glyphs.lost_letters(text) or _only_decoration(text))
    ]


def _only_decoration(text: str) -> list[str]:
    """The characters of a text of which a document shows nothing."""
    return list(dict.fromkeys(text)) if glyphs.printed(text) == glyphs.LOST else []


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"

"""Keeps what cannot be printed out of what will be: said next to the field, not when the paper is made (rule 31)."""

from typing import Any

from django import forms

from core.documents.glyphs import MissingGlyphs, check


class PrintableForm(forms.BaseForm):
    """Mixin: every text field of the form must be printable with the bundled fonts, but for `unprinted`."""

    unprinted: tuple[str, ...] = ()

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]  # Django's own hook, without a stub
        for name, value in list(self.cleaned_data.items()):
            if name not in self.unprinted:
                self._must_print(name, value)

    def _must_print(self, name: str, value: Any) -> None:
        texts = value if isinstance(value, list) else [value]
        try:
            for text in texts:
                check(
                    text
                    if isinstance(text, str)
                    else str(text.get("title", ""))
                    if isinstance(text, dict)
                    else ""
                )
        except MissingGlyphs as no:
            self.add_error(name, str(no))

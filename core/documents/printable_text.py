"""A form mixin that refuses unprintable characters at their field (rule 31).

Without it they would be noticed only when a document is rendered.
"""

from typing import Any

from django import forms

from core.documents.glyphs import MissingGlyphs, check


class PrintableForm(forms.BaseForm):
    """Requires every text of the form to be printable, except the fields in `unprinted`."""

    unprinted: tuple[str, ...] = ()

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]  # Django's hook has no stub
        for name, value in list(self.cleaned_data.items()):
            if name not in self.unprinted:
                self._require_printable(name, value)

    def _require_printable(self, name: str, value: Any) -> None:
        items = value if isinstance(value, list) else [value]
        try:
            for item in items:
                if isinstance(item, dict):  # a row of a list field, such as a deliverable
                    item = str(item.get("title", ""))
                if isinstance(item, str):
                    check(item)
        except MissingGlyphs as error:
            self.add_error(name, str(error))

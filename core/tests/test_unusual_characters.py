"""Unusual characters in names: shown on screen, replaced on documents, never refused."""

import re
import sys
import unicodedata

import pytest
from django import forms
from hypothesis import example, given
from hypothesis import strategies as st

from core.documents import glyphs
from core.documents.printable_text import PrintableForm
from core.tests.test_documents import invoice_pdf

NAMES = {
    "Baan \U0001f35e Coffee": "Baan Coffee",
    "\U0001f35e Baan": "Baan",
    "Siri \U0001f389, Bangkok": "Siri, Bangkok",
    "Ann \u2764\ufe0f\U0001f9d1\u200d\U0001f373": "Ann",
    "\U0001d4d1\U0001d4ea\U0001d4f4\U0001d4ee": "Bake",  # mathematical script letters
    "\uff21\uff22 \u2460": "AB 1",
    "\u767e\u5ea6 Ltd": "[…] Ltd",
    "\u0416\u0443\u043a & \u03b1": "[…] & […]",
    "\U0001f35e": "[…]",  # a name of nothing but decoration still is a name
    "Cafe\u0301": "Café",
    "\u202eesrever\x07": "esrever",
    "น้ำใส \U0001f33f": "น้ำใส",
}


@pytest.mark.parametrize(("typed", "shown"), NAMES.items())
def test_documents_show_a_name_without_what_their_fonts_do_not_have(typed: str, shown: str) -> None:
    assert glyphs.printed(typed) == shown


@given(st.text(max_size=80))
@example("a\u0300\u0316 \u20e3")
@example("<b>\U0001f35e</b>")
def test_any_text_can_be_printed_and_what_can_be_printed_stays(text: str) -> None:
    printed = glyphs.printed(text)
    assert glyphs.missing_glyphs(printed) == []
    assert glyphs.printed(printed) == printed
    plain = unicodedata.normalize("NFC", text)
    if not glyphs.missing_glyphs(plain):
        assert printed == plain
    if glyphs.lost_letters(text):
        assert "[…]" in printed
    kept = re.sub(r"\s", "", glyphs.printable(plain))
    rest = iter(printed)
    assert all(character in rest for character in kept), "in the same order"


@pytest.mark.whole_documents
def test_a_document_of_a_strange_name_is_made() -> None:
    for name in NAMES:
        assert invoice_pdf(legal_name=name).startswith(b"%PDF")
    assert invoice_pdf(legal_name="Baan \U0001f35e Coffee") == invoice_pdf(legal_name="Baan Coffee")


class NameForm(PrintableForm, forms.Form):
    name = forms.CharField(help_text="As on the door.")


def test_a_form_takes_decoration_in_silence_and_warns_of_letters_without_refusing() -> None:
    decorated = NameForm({"name": "Baan \U0001f35e"})
    assert decorated.is_valid() and not decorated.warnings
    assert decorated.cleaned_data["name"] == "Baan \U0001f35e"
    nothing_else = NameForm({"name": "\U0001f35e"})  # a signature would be “[…]”
    assert nothing_else.is_valid() and "“[…]”" in nothing_else.warnings[0]
    lost = NameForm({"name": "\u767e\u5ea6 Ltd"})
    assert lost.is_valid() and lost.cleaned_data["name"] == "\u767e\u5ea6 Ltd"
    assert "“[…] Ltd”" in lost.warnings[0] and "\u767e, \u5ea6" in lost.warnings[0]
    at_the_field = str(lost["name"].help_text)
    assert at_the_field.startswith("As on the door.") and "“[…] Ltd”" in at_the_field
    assert "“[…]" in str(NameForm(initial={"name": "\u03b1"})["name"].help_text)


def test_invisible_marks_are_taken_out_of_what_is_typed() -> None:
    form = NameForm({"name": "\u202eesrever\u200e\x07"})
    assert form.is_valid() and form.cleaned_data["name"] == "esrever"
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert NameForm({"name": family}).is_valid()


def test_no_character_becomes_markup_in_a_document() -> None:
    """What is printed is replaced in finished HTML, in which typed text is escaped already."""
    every = "\n".join(f"a{chr(code)}b" for code in range(128, sys.maxunicode + 1))
    assert set(glyphs.printed(every)) & set("<>&\"'") == set()
    assert glyphs.printed("<b>x</b>\u0338") == "<b>x</b>"

"""The judge of the other tests of this folder finds what it is there to find."""

import pytest
from django.template import Context, Template
from django.utils import translation
from django.utils.translation import gettext, ngettext, pgettext

from core import formats
from tests.pseudo import language, outside

PAGE = f'<html lang="{language.CODE}"><body>%s</body></html>'


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<p>Not said</p>", "p: Not said"),
        ("<p>«Said» and more</p>", "p: and more"),
        ("<p>«Said», <b>«with «a name» in it»</b></p>", ""),
        ("<p>«Over <a>two</a> elements»</p>", ""),
        ("<p>«Cut off</p><p>Seen all the same</p>", "p: Seen all the same"),
        ('<a title="Hint">«Said»</a>', "a title: Hint"),
        ('<button aria-label="Close">×</button>', "button aria-label: Close"),
        ('<input placeholder="Your name">', "input placeholder: Your name"),
        ('<input type="submit" value="Send">', "input value: Send"),
        ('<input type="hidden" value="key">', ""),
        ('<img alt="A chart">', "img alt: A chart"),
        ('<form data-confirm="Really?"></form>', "form data-confirm: Really?"),
        ('<p lang="th">ไทย</p>', ""),
        ("<script>let words;</script><style>p { color: red }</style><code>kpi</code>", ""),
        ("<p>RH-2026-0001 · USD · nan@studio.example · Retainer Hub · 12.5 %</p>", ""),
    ],
)
def test_words_outside_the_marks_are_found(html: str, words: str) -> None:
    assert "\n".join(outside.of_html(PAGE % html)) == words


def test_a_page_says_in_which_language_it_is() -> None:
    assert list(outside.of_html('<html lang="en"><p>«Said»</p></html>')) == ["html lang: en"]


def test_everything_that_goes_through_gettext_is_marked() -> None:
    with language.spoken(), translation.override(language.CODE):
        assert gettext("One %(n)s") % {"n": 1} == "«One 1»"
        assert pgettext("a context", "Won") == "«Won»"
        assert ngettext("one", "%(n)s of them", 2) % {"n": 2} == "«2 of them»"
        assert formats.day("2026-12-01") == "«1 December 2026»"
        template = Template(
            "{% load i18n %}{% translate 'A' %} "
            "{% blocktranslate with b=1 %}B {{ b }}{% endblocktranslate %}"
        )
        assert template.render(Context()) == "«A» «B 1»"

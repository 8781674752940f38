"""Emails and documents are made without the line breaks that their templates are laid out with."""

import pytest
from django.template.loader import get_template

from core.web.template_loader import without_breaks, without_layout


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ("<p>\n  {{ name }}\n</p>", "<p>{{ name }}</p>"),
        ("<p>a</p>\n\n  <p>b</p>\n", "<p>a</p>\n<p>b</p>"),
        (
            '<p style="margin:0;\n    padding:0">{{ a }} · {{ b }}</p>',
            '<p style="margin:0;padding:0">{{ a }} · {{ b }}</p>',
        ),
        (
            "<p>\n  {% blocktranslate trimmed %}\n    Two\n    words\n"
            "  {% endblocktranslate %}\n</p>",
            "<p>{% blocktranslate trimmed %}\n    Two\n    words\n  {% endblocktranslate %}</p>",
        ),
    ],
)
def test_a_line_break_of_html_is_nothing_and_an_empty_line_is_one(written: str, made: str) -> None:
    assert without_breaks(written) == made


@pytest.mark.parametrize(
    ("written", "made"),
    [
        (
            "{# What. #}\n{% load i18n %}\n{% autoescape off %}\nHello\n",
            "{# What. #}{% load i18n %}{% autoescape off %}Hello\n",
        ),
        (
            "{% for a in b %}\n  - {{ a }}\n{% endfor %}\nend",
            "{% for a in b %}- {{ a }}\n{% endfor %}end",
        ),
        (
            "{% if a %}\n\n  {{ a }}\n{% endif %}\n\n-- \n",
            "{% if a %}\n{{ a }}\n{% endif %}\n-- \n",
        ),
        ("x{% if a %}\ny{% endif %}\n", "x{% if a %}\ny{% endif %}\n"),
        (
            "  {% blocktranslate trimmed %}\n    a\n  {% endblocktranslate %}\n",
            "{% blocktranslate trimmed %}\n    a\n  {% endblocktranslate %}\n",
        ),
    ],
)
def test_a_line_of_text_is_a_line_unless_it_holds_only_tags(written: str, made: str) -> None:
    assert without_layout(written) == made


def test_pages_are_read_as_they_are_written() -> None:
    assert "\n  <head>" in get_template("error.html").template.source  # type: ignore[attr-defined]
    assert "\n" not in get_template("emails/button.html").template.source  # type: ignore[attr-defined]

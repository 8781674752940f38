"""Reads templates. The source of emails and documents has line breaks that the output has not.

What goes into a mailbox or a sealed file must not depend on how its template is laid out.

In emails/*.html and documents/*.html a line break is nothing, with the indentation after it; an
empty line is a line break; a space that is to be seen stands inside a line. In emails/*.txt a line
is a line, but one that holds nothing but tags is none, and indentation is nothing. In all of them
{% blocktranslate trimmed %} joins its lines with spaces, as everywhere.
"""

import re

from django.template import Origin
from django.template.loaders import filesystem

SENTENCE = r"\{% blocktranslate.*?\{% endblocktranslate %\}"
BREAK = re.compile(rf"({SENTENCE})|\n[ \t]*(?:(\n)[ \t]*)?", re.DOTALL)
WORDS = "autoescape|load|if|elif|else|for|empty|with|include"
TAG = rf"\{{#[^\n]*?#\}}|\{{% (?:end)?(?:{WORDS})\b[^%\n]*%\}}"
LAYOUT = re.compile(
    rf"({SENTENCE})|^[ \t]*((?:{TAG})(?:[ \t]*(?:{TAG}))*)[ \t]*\n|^[ \t]+",
    re.DOTALL | re.MULTILINE,
)


class Loader(filesystem.Loader):
    """Django's own, but for the two folders."""

    def get_contents(self, origin: Origin) -> str:
        text = super().get_contents(origin)
        room, _slash, name = str(origin.template_name).rpartition("/")
        if room in ("emails", "documents") and name.endswith(".html"):
            return without_breaks(text)
        return without_layout(text) if room == "emails" else text


def without_breaks(text: str) -> str:
    """Join HTML into one line: "<p>", "  {{ name }}", "</p>" becomes "<p>{{ name }}</p>"."""
    return BREAK.sub(lambda found: found[1] or found[2] or "", text)


def without_layout(text: str) -> str:
    """Text without indentation, and without the line breaks of lines that hold only tags."""
    return LAYOUT.sub(lambda found: found[1] or found[2] or "", text)

"""Fills {{name}} placeholders in texts that people write, and splits the result into blocks. Pure.

Django's template engine is never used for these texts: a name is looked up and its value is printed
as it is, so nothing that a person typed is ever executed. A value with several parts becomes a
bulleted list where its placeholder is alone on a line, and is joined with commas within a sentence.
"""

import re
from collections.abc import Mapping
from typing import TypedDict

Value = str | list[str]
NAMED = re.compile(r"\{\{\s*([^{}\n]*?)\s*\}\}")
BULLET = re.compile(r"[-•*]\s+(?=\S)")


class Block(TypedDict):
    """A paragraph (`text`) or a bulleted list (`items`); the other one is empty."""

    text: str
    items: list[str]


def names(text: str) -> list[str]:
    """Every name between double braces, each once, in the order of the text."""
    return list(dict.fromkeys(NAMED.findall(text)))


def has_stray_braces(text: str) -> bool:
    """Whether double braces remain that are part of no placeholder, as after a typing error."""
    rest = NAMED.sub("", text)
    return "{{" in rest or "}}" in rest


def fill(text: str, values: Mapping[str, Value]) -> str:
    """The text with every placeholder replaced by its value.

    One pass: braces inside a value are printed, not filled. Raises KeyError for an unknown name.
    """
    return "\n".join(_line(line, values) for line in text.splitlines())


def _line(line: str, values: Mapping[str, Value]) -> str:
    alone = NAMED.fullmatch(line.strip())
    value = values[alone[1]] if alone else ""
    if isinstance(value, list):
        return "\n".join(f"- {_flat(part)}" for part in value)
    return NAMED.sub(lambda match: _inline(values[match[1]]), line)


def _inline(value: Value) -> str:
    return ", ".join(map(_flat, value)) if isinstance(value, list) else _flat(value)


def _flat(value: str) -> str:
    """The value on one line: a line break in a value must not start a paragraph or a list item."""
    return " ".join(value.split())


def blocks(text: str) -> list[Block]:
    """The paragraphs and lists of a text.

    A paragraph ends at an empty line; consecutive lines that start with "-", "•" or "*" are a list.
    """
    result: list[Block] = []
    open_paragraph = False
    for line in (line.strip() for line in text.splitlines()):
        bullet = BULLET.match(line)
        if bullet:
            # An empty line between two bullets does not end their list; a paragraph does.
            if not result or not result[-1]["items"] or open_paragraph:
                result.append({"text": "", "items": []})
            result[-1]["items"].append(line[bullet.end() :])
        elif line and open_paragraph:
            result[-1]["text"] += f"\n{line}"
        elif line:
            result.append({"text": line, "items": []})
        open_paragraph = bool(line) and not bullet
    return result

"""{{name}} in a text: which there are, putting values in once, and the paragraphs and lists of the result. Pure.

Never the template engine: what a person typed is looked up by name and printed, nothing in it is run.
A value that stands alone on its line and has several parts becomes a list; within a sentence its parts are joined.
"""

import re
from collections.abc import Mapping
from typing import TypedDict

Value = str | list[str]
NAMED = re.compile(r"\{\{\s*([^{}\n]*?)\s*\}\}")
BULLET = re.compile(r"[-•*]\s+(?=\S)")


class Block(TypedDict):
    """A paragraph (`text`), or a list (`items`); the other one is empty."""

    text: str
    items: list[str]


def names(text: str) -> list[str]:
    """Every name between double braces, each once, in order."""
    return list(dict.fromkeys(NAMED.findall(text)))


def has_stray_braces(text: str) -> bool:
    """Whether braces are left that open or close nothing: a variable that was mistyped."""
    rest = NAMED.sub("", text)
    return "{{" in rest or "}}" in rest


def fill(text: str, values: Mapping[str, Value]) -> str:
    """The text with every value in its place, in one pass: a value is never looked into. Raises KeyError."""
    return "\n".join(_line(line, values) for line in text.splitlines())


def _line(line: str, values: Mapping[str, Value]) -> str:
    alone = NAMED.fullmatch(line.strip())
    value = values[alone[1]] if alone else ""
    if isinstance(value, list):
        return "\n".join(f"- {_flat(part)}" for part in value)
    return NAMED.sub(lambda found: _inline(values[found[1]]), line)


def _inline(value: Value) -> str:
    return ", ".join(map(_flat, value)) if isinstance(value, list) else _flat(value)


def _flat(value: str) -> str:
    return " ".join(value.split())


def blocks(text: str) -> list[Block]:
    """Paragraphs end with an empty line; lines that begin with a dash are a list."""
    made: list[Block] = []
    open_paragraph = False
    for line in (line.strip() for line in text.splitlines()):
        bullet = BULLET.match(line)
        if bullet:
            if not made or not made[-1]["items"] or open_paragraph:
                made.append({"text": "", "items": []})
            made[-1]["items"].append(line[bullet.end() :])
        elif line and open_paragraph:
            made[-1]["text"] += f"\n{line}"
        elif line:
            made.append({"text": line, "items": []})
        open_paragraph = bool(line) and not bullet
    return made

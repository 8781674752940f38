"""Renders the Markdown that a person wrote as safe HTML: no HTML of its own, no pictures."""

import re
from collections.abc import Sequence

from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token

ALLOWED_LINK = re.compile(r"(?:https?://|mailto:)[^\s]+", re.I)
LOWEST_HEADING = 6


def rendered(text: str, *, first_heading: int = 3) -> SafeString:
    """The HTML of a Markdown text; "<" and ">" in it are shown as they were typed.

    Its highest headings become h<first_heading>. Only links to http, https and mailto addresses
    are links, and none of them tells the other site where the reader came from.
    """
    reader = MarkdownIt("js-default").disable("image")
    reader.validateLink = _may_link  # type: ignore[method-assign, assignment]
    tokens = reader.parse(text)
    _place_headings(tokens, first_heading)
    _mark_links(tokens)
    for token in tokens:
        token.attrs.pop("style", None)  # of aligned cells; the pages allow no inline style
    # The reader escapes everything that it does not write itself ("html" is off).
    return SafeString(reader.renderer.render(tokens, reader.options, {}))


def _may_link(address: str) -> bool:
    return ALLOWED_LINK.fullmatch(address) is not None


def _place_headings(tokens: Sequence[Token], first: int) -> None:
    """Move the headings so that the highest that is used becomes h<first>."""
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    highest = min((int(token.tag[1]) for token in headings), default=1)
    for token in headings:
        token.tag = f"h{min(int(token.tag[1]) - highest + first, LOWEST_HEADING)}"


def _mark_links(tokens: Sequence[Token]) -> None:
    for token in tokens:
        if token.type == "link_open":
            token.attrSet("rel", "noopener noreferrer")
        _mark_links(token.children or ())

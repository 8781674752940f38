"""Markdown that somebody wrote becomes safe HTML, whatever it is."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.web import markdown

ALLOWED = {"p", "br", "hr", "strong", "em", "s", "code", "pre", "ul", "ol", "li", "blockquote"}
ALLOWED |= {"a", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"}
ATTRIBUTES = {"href", "rel", "title", "class", "start"}
PIECES = st.sampled_from(
    [
        "<script>",
        "<img src=x onerror=y>",
        "](javascript:a)",
        "[x](",
        "![x](http://e/x.png)",
        "# ",
        "\n\n",
        "- ",
        "**",
        "`",
        "> ",
        "|a|b|\n|:-:|-:|\n",
        "<http://e.example>",
        "&lt;",
        "https://e.example",
    ]
)


class Tags(HTMLParser):
    """The tags and attributes of a text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs


@given(st.lists(PIECES | st.text(max_size=8), max_size=12).map("".join))
def test_no_text_brings_a_tag_a_picture_or_an_address_that_runs(text: str) -> None:
    page = Tags(markdown.rendered(text))
    assert page.tags <= ALLOWED
    assert {name for name, _value in page.attributes} <= ATTRIBUTES
    for name, value in page.attributes:
        if name == "href":
            assert (value or "").lower().startswith(("http://", "https://", "mailto:"))


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "/settings/", "ftp://e"]
)
def test_other_addresses_stay_text(address: str) -> None:
    assert "<a" not in markdown.rendered(f"[press]({address})")


def test_a_link_tells_the_other_site_nothing_and_html_is_shown_as_typed() -> None:
    said = markdown.rendered("[site](https://e.example) <b>bold</b>")
    assert '<a href="https://e.example" rel="noopener noreferrer">site</a>' in said
    assert "&lt;b&gt;bold&lt;/b&gt;" in said


@pytest.mark.parametrize("text", ["# One\n\n## Two", "## One\n\n### Two"])
def test_headings_begin_where_the_page_has_room_for_them(text: str) -> None:
    said = markdown.rendered(text, first_heading=4)
    assert "<h4>One</h4>" in said
    assert "<h5>Two</h5>" in said

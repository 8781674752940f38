"""Lays documents out only down to their first heading, except for tests that read them.

Everything before and after the layout is as in the product: the template is filled in to its end,
what the fonts cannot print is replaced, and the file is written, hashed, sealed and stored. A test
that reads a document says so with the mark `whole_documents`.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from core.documents import render

HEADING = "</h1>"
_whole = render._pages


def _cut(html: str, options: Mapping[str, Any]) -> Any:
    """The pages of the document's beginning; the parser closes what is open."""
    before, heading, _after = html.partition(HEADING)
    return _whole(before + heading, options)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    render._pages = _whole if item.get_closest_marker("whole_documents") else _cut

"""The walk over all pages notices a page that breaks, and only that."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client
from django.urls import path

from tests.upgrade.walk import Walk


def raises(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError("in the view")


def breaks_off(request: HttpRequest) -> StreamingHttpResponse:
    def parts() -> Iterator[bytes]:
        yield b"%PDF"
        raise OSError("in the file")

    return StreamingHttpResponse(parts())


def answers(status: int) -> Any:
    return lambda request: HttpResponse(status=status)


urlpatterns = [
    path("raises/", raises),
    path("breaks-off/", breaks_off),
    *(path(f"{status}/", answers(status)) for status in (200, 302, 404, 405, 500)),
]


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/200/", ""),
        ("/302/", ""),
        ("/405/", ""),
        ("/404/", "404"),
        ("/500/", "500"),
        ("/raises/", "ZeroDivisionError: in the view"),
        ("/breaks-off/", "OSError: in the file"),
    ],
)
def test_a_page_that_does_not_answer_is_a_failure(settings: Any, url: str, expected: str) -> None:
    settings.MIDDLEWARE = []
    walk = Walk()
    walk.open(Client(), "page", url)
    assert walk.failures == ([f"page {url}: {expected}"] if expected else [])
    assert walk.answered == (set() if expected else {"page"})


@pytest.mark.urls(__name__)
def test_a_row_may_lack_a_page_but_that_page_has_not_answered(settings: Any) -> None:
    settings.MIDDLEWARE = []
    walk = Walk()
    walk.open(Client(), "page", "/404/", also=(404,))
    assert (walk.failures, walk.answered) == ([], set())

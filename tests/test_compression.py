"""Pages travel compressed; what is compressed already is sent as it is."""

import gzip
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from billing.models import Invoice
from tests.world import World

READS_GZIP = {"Accept-Encoding": "gzip, br"}


@pytest.fixture
def owner(world: World) -> Browser:
    browser = Browser()
    browser.force_login(world.business.owner)
    return browser


def test_a_page_is_a_quarter_of_its_size_on_its_way(owner: Browser) -> None:
    plain = owner.get(reverse("dashboard:settings_business"))
    packed = owner.get(reverse("dashboard:settings_business"), headers=READS_GZIP)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert 4 * len(packed.content) < len(plain.content)
    assert b"<title>" in gzip.decompress(packed.content)


def test_the_length_of_a_page_does_not_tell_what_is_in_it(owner: Browser) -> None:
    page = reverse("dashboard:settings_business")
    lengths = {len(owner.get(page, headers=READS_GZIP).content) for _ in range(12)}
    assert len(lengths) > 1


@pytest.mark.usefixtures("world")
def test_a_pdf_is_sent_as_it_is(owner: Browser, world: World) -> None:
    world.billed()
    path = reverse("dashboard:invoice_pdf", args=[Invoice.objects.get().pk])
    answer: Any = owner.get(path, headers=READS_GZIP)
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/pdf"
    assert "Content-Encoding" not in answer.headers
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert content.startswith(b"%PDF")

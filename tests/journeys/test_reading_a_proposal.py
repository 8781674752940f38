"""A client reads a proposal on a phone: every part of it, in little data, and without a fault."""

import gzip
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from agreements.proposals.page import usual_questions
from clients import testimonials
from core.dates import local_day
from core.outbox import emails
from tests.journeys.test_journey import enter, letter, link_in
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST_BYTES = 200_000  # of the first view, compressed
PARTS = [
    "Your goals",
    "From Nan Kittisak",
    "What we will do",
    "How we work together",
    "Choose how we work together",
    "What clients say",
    "Questions and answers",
    "The terms in plain words",
    "What happens next",
    "Do you have a question?",
]


def send(world: World) -> None:
    """A proposal that uses every part of the page."""
    now = timezone.now()
    said = testimonials.keep(
        business=world.business, now=now, author="Jonas", role="Owner", quote="Bookings doubled."
    )
    today = local_day(now, "Asia/Bangkok")
    world.proposal(
        world.client(now=now),
        now=now,
        title="A steady audience",
        starts_on=today,
        expires_on=today + timedelta(days=30),
        intro="Thank you.\n\nHere is our plan.",
        recommended_because="You want to be found.",
        goals=["Ten enquiries a month"],
        sections=[{"title": "Plan", "body": "We begin with a **workshop**:\n\n- who\n- what"}],
        faq=[{"question": "Who writes?", "answer": "Nan."}, *usual_questions.usual_keys()],
        testimonials=[said],
    )
    emails.send_due(now=now)


def first_view(page: Page) -> int:
    """The bytes of the page and of all that it loaded, as a server sends them to a new visitor."""
    page.wait_for_load_state("networkidle")
    loaded = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    bodies = {url: page.request.get(url).body() for url in {page.url, *loaded}}
    packed = ("woff2", "png")  # compressed in themselves
    return sum(
        len(body if url.endswith(packed) else gzip.compress(body)) for url, body in bodies.items()
    )


@pytest.mark.parametrize("width", [390])
def test_a_client_reads_every_part_of_a_proposal_on_a_phone(
    page: Page,
    live_server: Any,
    settings: Any,
    world: World,
    watched: Callable[[], None],
    width: int,
) -> None:
    settings.SITE_URL = live_server.url
    page.set_viewport_size({"width": width, "height": 844})
    send(world)
    enter(page, link_in(letter("proposal", "ploy@baan.example")))
    expect(page.get_by_role("heading", name="A steady audience", level=1)).to_be_visible()
    assert first_view(page) < MOST_BYTES
    headings = page.get_by_role("heading", level=2).all_inner_texts()
    assert [heading for heading in headings if heading in PARTS] == PARTS
    watched()

    page.get_by_role("link", name="See the tiers").click()
    assert page.evaluate("location.hash") == "#options"
    growth = page.get_by_role("article").filter(has_text="Recommended for you")
    expect(growth).to_contain_text("Everything in Essential, and:")
    everything = page.get_by_role("table").filter(has_text="Reserved time")
    expect(everything).to_be_hidden()
    page.get_by_text("Compare everything side by side").click()
    expect(everything).to_be_visible()
    watched()

    with page.expect_download() as download:
        page.get_by_role("link", name="Download as PDF").click()
    assert download.value.suggested_filename == "Proposal A steady audience.pdf"
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Choose Growth")).to_be_hidden()
    expect(page.get_by_role("heading", name="Do you have a question?")).to_be_hidden()
    expect(page.get_by_role("heading", name="The terms in plain words")).to_be_visible()

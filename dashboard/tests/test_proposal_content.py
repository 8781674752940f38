"""Goals, own sections and questions are written with a proposal, and kept when it is refused."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from agreements.models import Proposal
from agreements.proposals import lifecycle
from agreements.rules.cumulative_tiers import TierDraft
from clients.models import Call
from core.documents import pictures
from dashboard.tests.test_packages import new_proposal
from tests.browsers import logged_in
from tests.test_tenancy import inside
from tests.world import NOW, World

pytestmark = pytest.mark.rendering
WRITTEN = {
    "page-goals": "Ten enquiries a month\n\nMore guests",
    "page-usual": ["stop", "beyond"],
    "section-0-title": "Plan",
    "section-0-body": "**First** we talk. 🍞",
    "faq-0-question": "Who writes?",
    "faq-0-answer": "Nan does.",
}


@pytest.fixture
def browser(world: World) -> Browser:
    """The owner's browser, signed in."""
    return logged_in(world.business.owner)


def test_what_is_written_is_stored_and_shown_again(browser: Browser, world: World) -> None:
    url, data = new_proposal(world, **WRITTEN)
    assert browser.post(url, data).status_code == 302
    proposal = Proposal.objects.get()
    assert proposal.goals == ["Ten enquiries a month", "More guests"]
    assert proposal.sections == [{"title": "Plan", "body": "**First** we talk. 🍞"}]
    assert proposal.faq == [
        {"question": "Who writes?", "answer": "Nan does."},
        {"key": "stop"},
        {"key": "beyond"},
    ]
    again = browser.get(reverse("dashboard:proposal_edit", args=[proposal.pk])).content.decode()
    assert "**First** we talk. 🍞" in again
    assert "Nan does." in again
    preview = browser.get(reverse("dashboard:proposal_preview", args=[proposal.pk]))
    assert "<strong>First</strong> we talk. 🍞" in preview.content.decode()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"section-1-title": "Only a title"}, "Please fill in both fields, or neither."),
        ({"faq-2-answer": "Only an answer"}, "Please fill in both fields, or neither."),
        ({"page-goals": "\n".join("goal" for _ in range(9))}, "At most 8 lines of 200 characters."),
        ({"section-0-body": "x" * 4001}, "at most 4000 characters"),
    ],
)
def test_what_cannot_be_stored_is_said_at_its_field(
    browser: Browser,
    world: World,
    wrong: dict[str, Any],
    said: str,
) -> None:
    url, data = new_proposal(world, **(WRITTEN | wrong))
    answer = browser.post(url, data)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "Nan does." in answer.content.decode()


def test_a_new_proposal_begins_with_the_goals_of_the_call(browser: Browser, world: World) -> None:
    client = world.client()
    Call.objects.create(business=world.business, client=client, starts_at=NOW, goals="More guests")
    form = browser.get(reverse("dashboard:proposal_new", args=[client.pk])).context["page_content"]
    assert form.goals["goals"].value() == "More guests"
    assert form.goals["usual"].value() == ["stop", "change", "beyond", "trial"]


def test_tiers_that_cannot_be_compared_are_a_hint_in_the_language_of_the_desk(
    browser: Browser,
    world: World,
) -> None:
    ladder = [
        TierDraft("One", 1_000_00, 600, deliverables=[{"title": "posts", "promised": 4}]),
        TierDraft(
            "Two",
            2_000_00,
            900,
            deliverables=[{"title": "videos", "promised": 2}],
            is_recommended=True,
        ),
    ]
    odd = world.proposal(send=False, tiers=ladder, language="th")
    said = browser.get(reverse("dashboard:proposal_preview", args=[odd.pk])).content.decode()
    assert "“Two” counts videos, and the tiers below it count posts." in said
    fine = world.proposal(send=False)
    said = browser.get(reverse("dashboard:proposal_preview", args=[fine.pk])).content.decode()
    assert "hard to compare" not in said


def photo(kind: str = "JPEG") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (60, 30), "teal").save(out, kind)
    return SimpleUploadedFile("photo.jpg", out.getvalue(), "image/jpeg")


def test_a_section_keeps_its_picture_until_it_is_removed(
    browser: Browser, world: World, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    url, data = new_proposal(world, **WRITTEN)
    browser.post(url, data | {"section-0-picture": photo(), "section-0-alt": "The office"})
    proposal = Proposal.objects.get()
    (section,) = proposal.sections
    assert (section["alt"], section["width"], section["height"]) == ("The office", 60, 30)
    address = reverse("dashboard:proposal_picture", args=[proposal.pk, 0])
    preview = browser.get(reverse("dashboard:proposal_preview", args=[proposal.pk]))
    assert f'src="{address}?' in preview.content.decode()
    assert browser.get(address)["Content-Type"] == "image/webp"

    edit = reverse("dashboard:proposal_edit", args=[proposal.pk])
    browser.post(edit, data | {"revision": 1, "section-0-alt": "Our office"})
    assert Proposal.objects.get().sections == [section | {"alt": "Our office"}]
    browser.post(edit, data | {"revision": 2, "section-0-removes": "on"})
    assert "picture" not in Proposal.objects.get().sections[0]
    assert browser.get(address).status_code == 404


def test_a_client_sees_the_picture_of_what_was_sent_and_of_no_draft(
    world: World, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    drawn = pictures.redrawn(photo())
    section = {"title": "Plan", "body": "B", "picture": drawn, "alt": "The office"}
    draft = world.proposal(send=False, now=timezone.now(), sections=[section])
    client, address = inside(draft.contact), reverse("portal:proposal_picture", args=[draft.pk, 0])
    assert client.get(address).status_code == 404
    lifecycle.send_proposal(proposal=draft, actor="Nan", now=timezone.now())
    assert client.get(address).content == drawn.content
    assert client.get(reverse("portal:proposal_picture", args=[draft.pk, 1])).status_code == 404
    assert draft.snapshot["sections"][0]["picture"].endswith(".webp")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<svg/>", "Please choose a PNG, JPEG or WebP picture."),
        (b"\xff\xd8" + bytes(11 * 1024 * 1024), "A picture may be 10 MB large at most."),
    ],
)
def test_a_file_that_is_no_picture_is_refused_at_its_field(
    browser: Browser, world: World, body: bytes, said: str
) -> None:
    url, data = new_proposal(world, **WRITTEN)
    answer = browser.post(url, data | {"section-0-picture": SimpleUploadedFile("a.jpg", body)})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Proposal.objects.exists()


def test_saving_what_nobody_changed_keeps_it(browser: Browser, world: World) -> None:
    url, data = new_proposal(world, **WRITTEN)
    assert browser.post(url, data).status_code == 302
    proposal = Proposal.objects.get()
    kept = (proposal.sections, proposal.faq, proposal.goals)
    edit = reverse("dashboard:proposal_edit", args=[proposal.pk])
    assert browser.post(edit, data | {"revision": 1}).status_code == 302
    proposal.refresh_from_db()
    assert (proposal.sections, proposal.faq, proposal.goals) == kept

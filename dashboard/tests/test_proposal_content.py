"""Goals, own sections and questions are written with a proposal, and kept when it is refused."""

from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from agreements.models import Proposal
from agreements.rules.cumulative_tiers import TierDraft
from clients.models import Call
from dashboard.tests.test_packages import new_proposal
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
    browser = Browser()
    browser.force_login(world.business.owner, backend="django.contrib.auth.backends.ModelBackend")
    return browser


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

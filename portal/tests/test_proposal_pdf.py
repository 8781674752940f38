"""A client takes the proposal along as a PDF: what the page says, and no more than its readers."""

import subprocess
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from agreements.models import Proposal
from agreements.proposals import lifecycle
from agreements.tests.test_extras import AUDIT, CALL
from core import audit
from core.dates import local_day
from portal.views import proposal as views
from tests.browsers import logged_in
from tests.test_tenancy import inside
from tests.world import World

pytestmark = [pytest.mark.rendering, pytest.mark.whole_documents]


def sent(world: World, **terms: Any) -> Proposal:
    now = timezone.now()
    today = local_day(now, "Asia/Bangkok")
    facts = {
        "starts_on": today,
        "expires_on": today + timedelta(days=20),
        "extras": [CALL, AUDIT],
        "sections": [{"title": "Plan", "body": "We begin with a **workshop**:\n\n- who\n- what"}],
        "faq": [{"question": "Who writes?", "answer": "Nan."}],
    }
    return world.proposal(now=now, **facts | terms)


def download(browser: Browser, proposal: Proposal, door: str = "portal") -> HttpResponse:
    answer: HttpResponse = browser.get(reverse(f"{door}:proposal_download", args=[proposal.pk]))
    return answer


def text_of(answer: HttpResponse) -> str:
    assert answer["Content-Type"] == "application/pdf", answer.status_code
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=answer.content, capture_output=True, check=True
    )
    return " ".join(done.stdout.decode().split())


def test_the_pdf_says_what_the_page_says_and_where_to_accept(world: World) -> None:
    proposal = sent(world)
    text = text_of(download(inside(proposal.contact), proposal))
    parts = ["We begin with a workshop", "Essential", "$10,000", "Weekly call", "+$1,200", "once"]
    parts += ["Who writes?", "Minimum term", "Due after signing: $3,000"]
    parts += ["Valid until", "These sums and days apply if you sign on"]
    assert not [part for part in parts if part not in text], text
    assert "accept it online" in text and reverse("portal:proposal", args=[proposal.pk]) in text
    assert "today" not in text.lower()  # it is read on another day
    assert "Choose Essential" not in text and "Ask" not in text.split()
    assert text_of(download(logged_in(world.business.owner), proposal, "dashboard")) == text


def test_only_what_was_sent_and_is_open_can_be_downloaded_by_the_client(world: World) -> None:
    draft = world.proposal(send=False)
    assert download(inside(draft.contact), draft).status_code == 404
    assert "Draft" in text_of(download(logged_in(world.business.owner), draft, "dashboard"))
    proposal = sent(world)
    stranger = world.person(world.client("Other"))
    assert download(inside(stranger), proposal).status_code == 404
    lifecycle.withdraw_proposal(proposal=proposal, actor="Nan", now=timezone.now())
    answer = download(inside(proposal.contact), proposal)
    assert answer.status_code == 302 and answer["Location"].endswith(f"{proposal.pk}/")


def test_downloading_is_recorded_once_a_day_and_limited(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal = sent(world)
    browser = inside(proposal.contact)
    monkeypatch.setattr(views, "DOWNLOADS_AN_HOUR", 2)
    answers = [download(browser, proposal) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 302]
    events = [event.event for event in audit.chain(proposal.pk)]
    assert events.count("offer_downloaded") == 1

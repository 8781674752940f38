"""Bad input gets a clear message at its field, typed text is kept, and nothing happens twice."""

import re
import subprocess
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from agreements.models import Proposal
from clients import portal_links
from clients.models import Client
from core import links
from core.dates import local_day
from core.documents import store
from core.models import OutboxEmail
from delivery.models import TimeEntry
from tests.browsers import logged_in
from tests.world import World

NAUGHTY = [
    "<script>alert(1)</script>",
    "=cmd()|' /C calc'!A0",
    "{{ settings.SECRET_KEY }}{% debug %}",
    "'; DROP TABLE core_user; --",
    "ชื่อไทยยาวมาก",
    "O’Brien & Söhne",
    "../../etc/passwd",
    "🎉 party",
    "百度 Ltd",
]
REFUSED = ["", "x" * 10_000, "nul\x00byte"]


@pytest.fixture
def owner(world: World) -> Browser:
    return logged_in(world.business.owner)


def client_fields(**changes: str) -> dict[str, str]:
    good = {
        "name": "Baan",
        "contact_name": "Ploy",
        "contact_email": "p@x.example",
        "language": "en",
        "time_zone": "Asia/Bangkok",
    }
    return good | changes


def proposal_fields(world: World, client: Client, **changes: str) -> dict[str, str]:
    today = local_day(timezone.now(), world.business.time_zone)
    good = {
        "title": "T",
        "contact": str(world.person(client).pk),
        "currency": "USD",
        "language": "en",
        "interval": "monthly",
        "starts_on": today.isoformat(),
        "notice_days": "30",
        "minimum_months": "3",
        "tier-TOTAL_FORMS": "3",
        "tier-INITIAL_FORMS": "0",
        "tier-0-name": "A",
        "tier-0-fee": "3000",
        "tier-0-response_hours": "24",
        "tier-1-response_hours": "24",
        "tier-2-response_hours": "24",
    }
    return good | changes


@pytest.mark.parametrize("text", NAUGHTY)
def test_strange_names_are_shown_as_they_were_typed(owner: Browser, text: str) -> None:
    answer = owner.post(reverse("dashboard:client_new"), client_fields(name=text), follow=True)
    assert answer.status_code == 200
    assert Client.objects.get().name == text
    page = answer.content.decode()
    assert "<script>alert" not in page
    assert owner.get(reverse("dashboard:clients"), {"q": text}).status_code == 200


def test_what_documents_will_show_instead_is_said_when_it_is_saved_and_at_the_field(
    owner: Browser,
) -> None:
    saved = owner.post(reverse("dashboard:client_new"), client_fields(name="百度 Ltd"), follow=True)
    assert "Name: Documents show “[…] Ltd”" in saved.text
    client = Client.objects.get()
    form = owner.get(reverse("dashboard:client_edit", args=[client.pk])).text
    assert "Documents show “[…] Ltd”" in form
    client_plain = client_fields(name="Baan 🍞")
    plain = owner.post(reverse("dashboard:client_new"), client_plain, follow=True)
    assert "Baan 🍞" in plain.text and "Documents show" not in plain.text


@pytest.mark.whole_documents
def test_an_agreement_is_signed_with_emoji_in_every_name(world: World) -> None:
    world.business.name = "Studio 🌸"
    world.business.save()
    client = world.client("Baan 🍞 Coffee")
    client.contacts.update(name="Ploy 🎉 Srisuk")
    agreement = world.sealed(proposal=world.proposal(client, title="Social 📱 retainer"))
    with_names = agreement.signed_document
    assert with_names and agreement.terms["buyer"]["legal_name"] == "Baan 🍞 Coffee"
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=store.read(with_names), capture_output=True
    )
    text = " ".join(done.stdout.decode().split())
    assert "Baan Coffee" in text and "Social retainer" in text and "🍞" not in text


@pytest.mark.parametrize("text", REFUSED, ids=repr)
def test_a_name_that_cannot_be_kept_is_refused_at_its_field(owner: Browser, text: str) -> None:
    answer = owner.post(
        reverse("dashboard:client_new"), client_fields(name=text, contact_role="Head of joy")
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'id="error_1_id_name"' in page or "invalid-feedback" in page
    assert "Head of joy" in page, "what was typed is kept"
    assert not Client.objects.exists()


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"tier-0-fee": "-5"}, "cannot be negative"),
        ({"tier-0-fee": "9" * 17}, "too large"),
        ({"tier-0-fee": "NaN"}, "Write an amount"),
        ({"tier-0-fee": "10.999"}, "fewer decimal places"),
        ({"tier-0-fee": "0"}, "A tier costs something"),
        ({"tier-0-name": ""}, "Give the tier a name"),
        (
            {"tier-1-name": "B", "tier-1-fee": "2000", "tier-0-is_recommended": "on"},
            "must cost more",
        ),
        ({"starts_on": "2020-01-01"}, "This day has passed"),
        ({"starts_on": "soon"}, "Enter a valid date"),
        ({"interval": "once"}, "A paid trial needs a day"),
        ({"notice_days": "99999999"}, "less than or equal"),
    ],
)
def test_an_impossible_proposal_is_refused_with_the_reason(
    owner: Browser, world: World, change: dict[str, str], word: str
) -> None:
    client = world.client()
    url = reverse("dashboard:proposal_new", args=[client.pk])
    answer = owner.post(url, proposal_fields(world, client, **change))
    assert answer.status_code == 422
    assert word in answer.content.decode()
    assert not Proposal.objects.exists()


@pytest.mark.parametrize("minutes", ["-1", "0", "25:00", "abc", "99999", ""])
def test_an_impossible_time_is_refused(owner: Browser, world: World, minutes: str) -> None:
    agreement = world.signed()
    words = {"agreement": agreement.pk, "on": "2026-11-02", "minutes": minutes, "note": "Work"}
    assert owner.post(reverse("dashboard:time"), words).status_code == 422
    assert not TimeEntry.objects.exists()


def test_sending_a_proposal_twice_emails_it_once(owner: Browser, world: World) -> None:
    proposal = world.proposal(send=False)
    for _ in range(2):
        assert owner.post(reverse("dashboard:proposal_send", args=[proposal.pk])).status_code == 302
    assert OutboxEmail.objects.filter(kind="proposal").count() == 1


def test_a_form_posted_from_two_tabs_is_saved_once(owner: Browser, world: World) -> None:
    page = owner.get(reverse("dashboard:client_new")).content.decode()
    mark = re.search(r'name="once" value="([^"]+)"', page)
    assert mark
    refused = owner.post(reverse("dashboard:client_new"), client_fields(name="", once=mark[1]))
    assert mark[1] in refused.content.decode(), "the mended form keeps its mark"
    for _ in range(2):
        answer = owner.post(reverse("dashboard:client_new"), client_fields(once=mark[1]))
        assert answer["Location"] == reverse("dashboard:client", args=[Client.objects.get().pk])


def test_previewing_a_link_does_not_use_it_up_and_a_forged_one_never_opens(
    world: World,
) -> None:
    contact = world.person(world.client())
    token = links.token(portal_links.portal_link(contact=contact, now=timezone.now()).id)
    door = f"/p/{token}/"
    for _ in range(3):
        assert Browser().get(door).status_code == 200
    browser = Browser()
    assert browser.post(door).status_code == 302
    assert browser.get("/p/invoices/").status_code == 200
    assert Browser().post(f"/p/{token[:-1]}x/").status_code == 410
    assert Browser().get("/p/").status_code == 403


def test_closing_access_ends_sessions_and_links(world: World) -> None:
    contact = world.person(world.client())
    browser = Browser()
    browser.post(
        f"/p/{links.token(portal_links.portal_link(contact=contact, now=timezone.now()).id)}/"
    )
    waiting = links.token(portal_links.portal_link(contact=contact, now=timezone.now()).id)
    assert browser.get("/p/").status_code == 200
    portal_links.end_sessions(contact=contact, now=timezone.now())
    assert browser.get("/p/").status_code == 403
    assert Browser().post(f"/p/{waiting}/").status_code == 410


def test_requesting_a_link_gets_the_same_answer_for_everybody_and_is_rate_limited(
    world: World,
) -> None:
    world.client()
    known = Browser().post("/p/ask/", {"email": "ploy@baan.example"})
    unknown = Browser().post("/p/ask/", {"email": "nobody@else.example"})
    assert without_tokens(known) == without_tokens(unknown)
    for _ in range(12):
        Browser().post("/p/ask/", {"email": "ploy@baan.example"})
    assert OutboxEmail.objects.filter(kind="portal_link").count() <= 5


def test_no_page_or_email_shows_the_client_what_is_private(world: World) -> None:
    client = world.client(notes="SECRET-NOTE")
    type(world.business).objects.filter(pk=world.business.pk).update(floor_rate=777_77)
    agreement = world.sealed(agreement=world.picked(world.proposal(client)))
    browser = Browser()
    link = portal_links.portal_link(contact=agreement.contact, now=timezone.now())
    browser.post(f"/p/{links.token(link.id)}/")
    seen = "".join(browser.get(url).content.decode() for url in portal_pages(agreement))
    seen += "".join(
        row.text + row.html for row in OutboxEmail.objects.filter(to=agreement.contact.email)
    )
    for private in ("SECRET-NOTE", "777.77", "77,777"):
        assert private not in seen


def without_tokens(answer: Any) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())


def portal_pages(agreement: Any) -> list[str]:
    own = [reverse(f"portal:{name}") for name in ("home", "invoices", "reports", "method")]
    return [
        *own,
        reverse("portal:agreement", args=[agreement.pk]),
        reverse("portal:proposal", args=[agreement.proposal_id]),
    ]

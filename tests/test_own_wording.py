"""A business writes its own subject and opening of the emails that its clients get (rule 60)."""

import re

import pytest
from django.test import Client as Browser
from django.urls import reverse

from agreements.proposals import after_sending
from clients import portal_links
from core.errors import RuleError
from core.models import EmailWording, OutboxEmail
from core.outbox import own_wording, worded_kinds
from dashboard.page import TEST_EMAILS_AN_HOUR
from dashboard.settings.views import email_wording
from tests.browsers import logged_in
from tests.world import NOW, World


def say(
    world: World, kind: str, subject: str = "", opening: str = "", language: str = "en"
) -> None:
    worded_kinds.save(
        business=world.business,
        key=kind,
        language=language,
        subject=subject,
        opening=opening,
        now=NOW,
    )


def link_email(world: World) -> OutboxEmail:
    contact = world.person(world.client())
    portal_links.mail_portal_link(contact=contact, now=NOW)
    return OutboxEmail.objects.get(kind="portal_link", to=contact.email)


def test_own_words_replace_subject_and_greeting_and_the_link_stays(world: World) -> None:
    say(
        world,
        "portal_link",
        subject="{{name}}, your way in",
        opening="Hi {{name}},\n\nlovely to see you.",
    )
    email = link_email(world)
    assert email.subject == "Ploy, your way in"
    for part in (email.text, email.html):
        assert "Hi Ploy," in part and "lovely to see you." in part and "Hello Ploy" not in part
        assert email.mark in part, "the link stays"


def test_what_is_not_written_stays_ours(world: World) -> None:
    say(world, "portal_link", opening="Hi {{name}}!", language="th")
    email = link_email(world)  # the client reads English
    assert "Hello Ploy" in email.text and email.subject.startswith("Your link to")


def test_own_words_are_text_and_never_markup_or_a_link(world: World) -> None:
    say(world, "portal_link", opening="<a href='https://x.example'>https://x.example</a> {{name}}")
    email = link_email(world)
    assert "&lt;a href=" in email.html and 'href="https://x.example' not in email.html


@pytest.mark.parametrize(
    ("field", "typed", "named"),
    [
        ("opening", "Dear {{nme}},", "nme"),
        ("subject", "{{ discount }} for you", "discount"),
        ("opening", "Dear {{name}", "{{"),
    ],
)
def test_an_unknown_name_is_refused_at_its_field(
    world: World, field: str, typed: str, named: str
) -> None:
    with pytest.raises(RuleError) as refused:
        say(world, "portal_link", **{field: typed})
    assert refused.value.field == field and named in str(refused.value)
    assert not EmailWording.objects.exists()


def test_words_with_a_gap_are_left_out_and_the_email_goes(world: World) -> None:
    say(world, "proposal_reminder", subject="Still {{title}}?", opening="Open until {{day}}.")
    EmailWording.objects.update(subject="{{gone}}")  # a name that a later version dropped
    say(world, "proposal", opening="Valid until {{day}}.")  # this proposal has no last day
    proposal = world.proposal()
    email = OutboxEmail.objects.get(kind="proposal")
    assert "Hello Ploy" in email.text and "{{" not in email.text
    after_sending.send_test_email(proposal=proposal, now=NOW)


@pytest.mark.parametrize("key", sorted(worded_kinds.KINDS))
@pytest.mark.parametrize("language", ["en", "th"])
def test_every_kind_can_be_looked_at_with_every_name_filled_in(
    world: World, key: str, language: str
) -> None:
    kind = worded_kinds.KINDS[key]
    names = " ".join(f"{{{{{name}}}}}" for name in kind.names)
    shown = worded_kinds.example(
        business=world.business,
        key=key,
        language=language,
        subject=names,
        opening=names,
        today=NOW.date(),
    )
    assert shown["subject"] and "{{" not in shown["subject"]
    assert "{{" not in shown["text"] and shown["own"], key


def test_the_test_email_is_marked_and_goes_to_the_owner_alone(world: World) -> None:
    say(world, "invoice", subject="Invoice {{number}}", opening="Hi {{name}}")
    words = worded_kinds.kept(business=world.business, key="invoice", language="en")
    worded_kinds.send_test(business=world.business, key="invoice", language="en", now=NOW, **words)
    email = OutboxEmail.objects.get(kind="wording_test")
    assert email.to == world.business.owner.email
    assert email.subject.startswith("Test – Invoice ")
    assert "This is a test" in email.text and "This is a test" in email.html


def test_the_page_saves_shows_and_takes_back(world: World) -> None:
    browser = logged_in(world.business.owner)
    page = reverse("dashboard:email_wording", args=["portal_link", "en"])
    assert browser.get(page).status_code == 200
    refused = browser.post(page, {"subject": "", "opening": "{{nme}}"})
    assert refused.status_code == 422 and "{{nme}}" in refused.text
    browser.post(page, {"subject": "", "opening": "Hi {{name}},"})
    assert EmailWording.objects.get().business == world.business
    draft = {"subject": "Draft {{name}}", "opening": "Not saved yet"}
    told = browser.post(reverse("dashboard:email_wording_draft", args=["portal_link", "en"]), draft)
    assert "Draft " in told.text and "Not saved yet" in told.text
    (frame,) = re.findall(r'src="([^"]+/html/[^"]*)"', told.text)
    html = browser.get(frame)
    assert "Not saved yet" in html.text
    assert "sandbox" in html.headers["Content-Security-Policy"]
    browser.post(reverse("dashboard:email_wording_reset", args=["portal_link", "en"]))
    assert not EmailWording.objects.exists()


def owner_of(world: World) -> Browser:
    return logged_in(world.business.owner)


def address(name: str, kind: str = "portal_link", language: str = "en") -> str:
    return reverse(f"dashboard:{name}", args=[kind, language])


@pytest.mark.parametrize("key", sorted(worded_kinds.KINDS))
@pytest.mark.parametrize("language", ["en", "th"])
def test_the_form_begins_with_the_standard_words_and_what_varies_is_a_name(
    world: World, key: str, language: str
) -> None:
    world.business.name = "A"  # a name that is part of nearly every sentence
    world.business.save()
    page = owner_of(world).get(address("email_wording", key, language))
    words = page.context["form"].initial
    assert "{{name}}" in words["opening"] and words["subject"]
    kind = worded_kinds.KINDS[key]
    assert not worded_kinds.faults(kind, **words)
    shown = {
        "ours": {"subject": "", "opening": ""},
        "written": words,
    }
    ours, written = (
        worded_kinds.example(
            business=world.business, key=key, language=language, today=NOW.date(), **one
        )
        for one in shown.values()
    )
    assert (written["subject"], written["text"]) == (ours["subject"], ours["text"])
    assert written["own"] == own_wording.OURS, "unchanged words are ours"


def test_standard_words_that_are_saved_unchanged_stay_ours(world: World) -> None:
    browser, page = owner_of(world), address("email_wording")
    words = browser.get(page).context["form"].initial
    browser.post(page, words)
    assert not EmailWording.objects.exists()
    browser.post(page, words | {"opening": "Hi {{name}}!"})
    row = EmailWording.objects.get()
    assert (row.subject, row.opening) == ("", "Hi {{name}}!")
    assert browser.get(page).context["form"].initial == words | {"opening": "Hi {{name}}!"}
    assert "Back to the standard words" in browser.get(page).text
    browser.post(page, {name: text.replace("\n", "\r\n") for name, text in words.items()})
    assert not EmailWording.objects.exists()


def test_the_test_email_has_the_words_in_the_form_and_keeps_them_there(world: World) -> None:
    browser = owner_of(world)
    typed = {"subject": "Draft {{name}}", "opening": "Not saved yet"}
    answer = browser.post(address("email_wording_test"), typed, follow=True)
    email = OutboxEmail.objects.get(kind="wording_test")
    assert email.subject == "Test – Draft Anna Weber" and "Not saved yet" in email.text
    assert answer.context["form"].initial == typed
    assert "is not saved yet" in answer.text and not EmailWording.objects.exists()

    refused = browser.post(address("email_wording_test"), typed | {"opening": "{{nme}}"})
    assert refused.status_code == 422 and "{{nme}}" in refused.text
    assert OutboxEmail.objects.filter(kind="wording_test").count() == 1


def test_test_emails_and_previews_are_not_made_without_end(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = owner_of(world)
    for number in range(TEST_EMAILS_AN_HOUR + 1):
        said = browser.post(address("email_wording_test"), {"opening": f"{number}"}, follow=True)
    assert OutboxEmail.objects.filter(kind="wording_test").count() == TEST_EMAILS_AN_HOUR
    assert "test emails within the last hour" in said.text
    assert said.context["form"].initial["opening"] == f"{TEST_EMAILS_AN_HOUR}"

    monkeypatch.setattr(email_wording, "PREVIEWS_AN_HOUR", 2)
    told = [
        browser.post(address("email_wording_draft"), {"opening": f"Word {number}"}).text
        for number in range(3)
    ]
    assert "Word 1" in told[1] and "Word 2" not in told[2]
    assert "The preview pauses" in told[2]

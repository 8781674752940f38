"""A proposal is saved while it is typed: nothing is lost, overwritten, or sent half-read."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse
from PIL import Image

from agreements.models import Proposal
from agreements.proposals import lifecycle, typed_draft
from core.models import OutboxEmail
from dashboard.page import TEST_EMAILS_AN_HOUR
from dashboard.proposals.views import composer
from dashboard.tests.test_packages import new_proposal
from tests.world import NOW, World


class Tab:
    """A browser tab in which a proposal is typed."""

    def __init__(self, browser: Browser, mark: str, url: str, data: dict[str, Any]) -> None:
        self.browser, self.mark, self.url, self.data = browser, mark, url, data
        self.revision, self.count = 0, 0

    def type(self, **changes: Any) -> Any:
        """Save as the script does, and stand on what was saved."""
        self.count += 1
        self.data = self.data | changes
        sent = self.data | {"tab": self.mark, "count": self.count, "revision": self.revision}
        answer = self.browser.post(self.url, sent, headers={"Accept": "application/json"})
        if answer.status_code == 200:
            said = answer.json()
            self.revision, self.url = said["revision"], said["place"]
        return answer


@pytest.fixture
def tab(owner: Browser, world: World) -> Tab:
    """A tab with a new proposal of which nothing is saved yet."""
    return Tab(owner, "one", *new_proposal(world))


def fees(proposal: Proposal) -> list[int]:
    return [tier.amount for tier in lifecycle.tiers_of(proposal)]


def test_a_delayed_request_of_the_first_save_changes_nothing(tab: Tab) -> None:
    new = tab.url
    tab.type(title="First")
    tab.url, tab.revision = new, 0  # the answer never arrived
    tab.type(title="Second")
    tab.count, tab.url, tab.revision = 0, new, 0
    assert tab.type(title="First, and late").status_code == 409
    assert Proposal.objects.get().title == "Second"


def test_a_draft_is_deleted_on_request_and_what_was_sent_never(tab: Tab) -> None:
    tab.type(title="Begun by mistake", **{"extra-0-price": "abc"})
    draft = Proposal.objects.get()
    delete = reverse("dashboard:proposal_delete", args=[draft.pk])
    page = tab.browser.get(reverse("dashboard:proposal", args=[draft.pk]))
    assert f'action="{delete}"' in page.text and "Delete this draft?" in page.text
    assert tab.browser.post(delete).status_code == 302
    assert not Proposal.objects.exists()

    kept = Tab(tab.browser, "two", reverse("dashboard:proposal_new", args=[draft.client_id]), {})
    kept.type(**tab.data | {"extra-0-price": ""})
    sent = Proposal.objects.get()
    lifecycle.send_proposal(proposal=sent, actor="Nan", now=NOW)
    delete = reverse("dashboard:proposal_delete", args=[sent.pk])
    assert "was sent and is frozen" in tab.browser.post(delete, follow=True).text
    assert Proposal.objects.get() == sent


def test_opening_a_new_proposal_shows_what_the_client_will_see_and_stores_nothing(
    owner: Browser, world: World
) -> None:
    client = world.client()
    page = owner.get(reverse("dashboard:proposal_new", args=[client.pk]), {"package": "web"})
    frame = reverse("dashboard:proposal_new_frame", args=[client.pk])
    assert f'src="{frame}?package=web"' in page.text
    seen = owner.get(frame, {"package": "web"})
    assert "components/offer.html" in [template.name for template in seen.templates]
    assert "Proposal for Baan Coffee" in seen.text and "Ploy decides and signs." in seen.text
    assert not Proposal.objects.exists()


def test_the_first_save_makes_one_draft_although_its_answer_was_lost(tab: Tab) -> None:
    new = tab.url
    assert tab.type(title="Social for Baan").status_code == 200
    tab.url, tab.revision = new, 0  # the answer never arrived
    assert tab.type(title="Social for Baan Coffee").status_code == 200
    assert Proposal.objects.get().title == "Social for Baan Coffee"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tier-0-fee", "abc"),
        ("tier-0-fee", "-1"),
        ("tier-0-fee", ""),
        ("tier-0-name", ""),
        ("tier-1-hours", "many"),
        ("notice_days", "9999"),
        ("starts_on", "soon"),
        ("ends_on", "2020-01-01"),
        ("extra-0-title", "Only a title"),
        ("add-0-title", "No last day"),
        ("section-0-title", "Only a title"),
        ("faq-0-answer", "Only an answer"),
        ("overage_fee", "x"),
        ("page-goals", "\n".join("goal" for _ in range(9))),
        ("next-name", "Growth"),
        ("title", ""),
    ],
)
def test_what_cannot_be_read_stays_as_typed_and_blocks_nothing_else(
    tab: Tab, name: str, value: str
) -> None:
    tab.type(**{"title": "Before", "page-goals": "More guests"})
    before = Proposal.objects.get()
    answer = tab.type(**{"title": "After", "recommended_because": "It fits.", name: value})
    assert answer.status_code == 200
    assert answer.json()["faults"] and answer.json()["faults"][0]["message"]
    draft = Proposal.objects.get()
    assert draft.recommended_because == "It fits."
    assert draft.title == ("Before" if name == "title" else "After")
    assert (draft.notice_days, draft.starts_on) == (30, before.starts_on)
    assert fees(draft) == fees(before) == [3_000_00, 5_000_00, 10_000_00]
    page = tab.browser.get(tab.url)
    assert page.context["folds"] and value in page.content.decode()
    assert 'class="invalid-feedback"' in page.text or "is-invalid" in page.text
    tab.type(**dict.fromkeys(["title", name], "Fine") if name == "title" else {})


def test_a_fee_that_cannot_be_read_in_another_currency_is_no_sum_of_it(tab: Tab) -> None:
    tab.type(title="In dollars")
    tab.type(**{"currency": "JPY", "tier-0-fee": "3,000.50"})
    draft = Proposal.objects.get()
    assert draft.currency == "JPY" and fees(draft) == [5_000, 10_000]
    tab.type(**{"tier-0-fee": "3,000"})
    assert fees(draft) == [3_000, 5_000, 10_000]


def test_a_draft_that_cannot_be_read_or_breaks_a_rule_cannot_be_sent(tab: Tab) -> None:
    tab.type(**{"tier-0-fee": "abc"})
    draft = Proposal.objects.get()
    send = reverse("dashboard:proposal_send", args=[draft.pk])
    page = tab.browser.get(reverse("dashboard:proposal", args=[draft.pk])).text
    assert "Something is missing:" in page and send not in page
    tab.browser.post(send)
    answer = tab.type(**{"tier-0-fee": "6000"})  # more than the second tier
    assert "Tier 2 must cost more" in answer.json()["faults"][0]["message"]
    assert fees(Proposal.objects.get()) == [6_000_00, 5_000_00, 10_000_00]
    tab.browser.post(send)
    assert Proposal.objects.get().state == "draft"
    tab.type(**{"tier-0-fee": "4000"})
    tab.browser.post(send)
    assert Proposal.objects.get().state == "sent"


def test_two_tabs_never_overwrite_each_other_and_each_sees_the_others_text(tab: Tab) -> None:
    tab.type(**{"title": "Of the first tab", "tier-0-fee": "$3,000.00", "tier-0-hours": "20"})
    other = Tab(tab.browser, "two", tab.url, dict(tab.data))
    other.revision = tab.revision
    there = {"tier-1-fee": "6000", "extra-0-title": "Call", "extra-0-price": "50"}
    assert other.type(title="Of the second tab", **there).status_code == 200
    clash = tab.type(title="Typed meanwhile")
    assert clash.status_code == 409
    assert clash.json()["revision"] == other.revision
    differs = {one["label"]: one["there"] for one in clash.json()["differs"]}
    assert differs["Title"] == "Of the second tab"
    assert (differs["Tier 2: Fee"], differs["Price (1)"]) == ("6000", "50.00")
    assert not {"Tier 1: Fee", "Tier 1: Included hours"} & set(differs)  # $3,000.00 is 3000
    assert Proposal.objects.get().title == "Of the second tab"
    tab.revision = clash.json()["revision"]  # "Use what was typed here"
    assert tab.type().status_code == 200
    assert Proposal.objects.get().title == "Typed meanwhile"


def test_without_the_script_an_old_page_is_shown_what_was_saved_since(tab: Tab) -> None:
    tab.type(title="Of the first tab")
    stale = tab.data | {"revision": 0, "title": "Typed meanwhile"}
    answer = tab.browser.post(tab.url, stale)
    assert answer.status_code == 409
    assert "Of the first tab" in answer.text and 'value="Typed meanwhile"' in answer.text
    again = stale | {"revision": answer.context["form"]["revision"].value()}
    assert tab.browser.post(tab.url, again).status_code == 302
    assert Proposal.objects.get().title == "Typed meanwhile"


def test_a_proposal_sent_meanwhile_is_never_changed_by_typing(tab: Tab) -> None:
    tab.type(title="As it was sent")
    lifecycle.send_proposal(proposal=Proposal.objects.get(), actor="Nan", now=NOW)
    late = tab.type(title="Too late")
    assert late.status_code == 409
    assert late.json()["over"] and "was sent" in late.json()["said"]
    assert Proposal.objects.get().title == "As it was sent"


def test_what_was_changed_since_it_was_looked_at_is_not_sent(tab: Tab) -> None:
    tab.type(title="As it was read")
    draft = Proposal.objects.get()
    page = tab.browser.get(reverse("dashboard:proposal", args=[draft.pk]))
    (seen,) = re.findall(r'name="seen" value="(\d+)"', page.text)
    tab.type(title="Typed in another tab meanwhile")
    send = reverse("dashboard:proposal_send", args=[draft.pk])
    answer = tab.browser.post(send, {"seen": seen}, follow=True)
    assert "Read it again before you send it." in answer.text
    assert Proposal.objects.get().is_draft
    (seen,) = re.findall(r'name="seen" value="(\d+)"', answer.text)
    tab.browser.post(send, {"seen": seen})
    assert Proposal.objects.get().is_sent


def test_a_draft_without_a_readable_tier_opens_on_every_page_and_can_be_completed(
    tab: Tab,
) -> None:
    empty = {f"tier-{place}-{name}": "" for place in range(3) for name in ("name", "fee")}
    answer = tab.type(**empty | {"tier-0-fee": "abc"}, title="Begun")
    assert answer.status_code == 200
    draft = Proposal.objects.get()
    assert not fees(draft)
    for name in ("", "_edit", "_frame", "_preview", "_copy", "_pdf"):
        page = tab.browser.get(reverse(f"dashboard:proposal{name}", args=[draft.pk]))
        assert page.status_code == (302 if name == "_pdf" else 200)
    for name in ("proposals", "pipeline", "home"):
        assert tab.browser.get(reverse(f"dashboard:{name}")).status_code == 200
    for name in ("_try", "_send", "_revise"):
        tab.browser.post(reverse(f"dashboard:proposal{name}", args=[draft.pk]))
    assert Proposal.objects.get().is_draft
    tab.type(**{"tier-0-name": "Essential", "tier-0-fee": "3000"})
    assert fees(draft) == [3_000_00]


def picture(color: str) -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (60, 30), color).save(out, "JPEG")
    return SimpleUploadedFile(f"{color}.jpg", out.getvalue(), "image/jpeg")


def test_a_picture_is_sent_once_and_stays_with_its_section(
    tab: Tab, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    first = {"section-0-title": "Plan", "section-0-body": "B", "section-0-kept": ""}
    second = {"section-1-title": "Team", "section-1-body": "C"}
    answer = tab.type(**first, **second, **{"section-1-picture": picture("teal")}).json()
    del tab.data["section-1-picture"]
    kept = answer["pictures"]["section-1"]
    tab.type(**{"section-1-kept": kept, "section-0-title": "", "section-0-body": ""})
    (section,) = Proposal.objects.get().sections
    assert (section["title"], section["picture"], section["width"]) == ("Team", kept, 60)
    somebodys = "pictures/" + "0" * 64 + ".webp"
    tab.type(**first | {"section-0-kept": somebodys})
    assert "picture" not in Proposal.objects.get().sections[0]


def test_only_the_preview_can_be_framed_only_by_this_site_and_it_runs_no_script(tab: Tab) -> None:
    tab.type(title="Framed")
    draft = Proposal.objects.get()
    frame = tab.browser.get(reverse("dashboard:proposal_frame", args=[draft.pk]))
    policy = frame["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in policy and "script-src 'none'" in policy
    assert frame["X-Frame-Options"] == "SAMEORIGIN" and "<script" not in frame.text
    page = tab.browser.get(tab.url)
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    for other in (page, tab.browser.get(reverse("dashboard:proposal_preview", args=[draft.pk]))):
        assert "frame-ancestors 'none'" in other["Content-Security-Policy"]
        assert other["X-Frame-Options"] == "DENY"


def test_another_interval_restates_what_is_paid_with_every_fee_and_nothing_that_is_paid_once(
    owner: Browser, world: World
) -> None:
    _url, data = new_proposal(world)
    extras = {"extra-0-title": "Call", "extra-0-price": "500"}
    extras |= {"extra-1-title": "Audit", "extra-1-price": "1200", "extra-1-once": "on"}
    extras |= {"extra-2-title": "Odd", "extra-2-price": "abc"}
    chosen = {"stated_for": "monthly", "interval": "yearly"}
    answer = owner.post(reverse("dashboard:restated_tiers"), data | extras | chosen)
    prices = [row["price"].value() for row in answer.context["extras"].rows]
    assert prices[:3] == ["$6,000", "1200", "abc"]
    assert answer.context["tiers"][0]["fee"].value() == "$36,000"
    assert 'hx-swap-oob="true"' in answer.text


def test_one_save_asks_the_database_no_more_for_a_longer_proposal(
    tab: Tab, django_assert_max_num_queries: Any
) -> None:
    tab.type(title="Short")
    for rows in (1, 3):
        more = {f"extra-{n}-title": f"E{n}" for n in range(rows)}
        more |= {f"extra-{n}-price": "5" for n in range(rows)}
        with django_assert_max_num_queries(32):
            assert not tab.type(**more, intro=f"{rows}").json()["faults"]


def test_a_contact_that_cannot_be_read_loses_nothing_that_was_typed(
    owner: Browser, world: World
) -> None:
    client = world.client()
    page = reverse("dashboard:proposal_new", args=[client.pk])
    typed = {"tab": "t1", "count": "1", "title": "Only a title", "contact": ""}
    assert owner.post(page, typed, headers={"accept": "application/json"}).status_code == 200
    draft = Proposal.objects.get()
    assert (draft.title, draft.contact) == ("Only a title", world.person(client))


def test_a_draft_without_a_tier_has_no_pdf_yet(owner: Browser, world: World) -> None:
    draft = world.proposal(send=False)
    draft.tiers.all().delete()
    answer = owner.get(reverse("dashboard:proposal_download", args=[draft.pk]), follow=True)
    assert "Give this proposal a tier first" in answer.text


def test_a_draft_that_can_credit_a_trial_is_not_deleted(owner: Browser, world: World) -> None:
    draft = world.proposal(send=False)
    Proposal.objects.filter(pk=draft.pk).update(after_trial=world.running())
    owner.post(reverse("dashboard:proposal_delete", args=[draft.pk]))
    assert Proposal.objects.filter(pk=draft.pk).exists()


def send(draft: Proposal) -> None:
    lifecycle.send_proposal(proposal=draft, actor="Nan", now=NOW)


def delete(draft: Proposal) -> None:
    draft.delete()


@pytest.mark.parametrize("is_new", [True, False])
@pytest.mark.parametrize(
    ("act", "said"), [(send, "was sent and is frozen"), (delete, "This draft was deleted")]
)
def test_a_draft_that_is_over_while_it_is_saved_is_said_to_be_so(
    tab: Tab, monkeypatch: pytest.MonkeyPatch, is_new: bool, act: Any, said: str
) -> None:
    new = tab.url
    tab.type(title="Before")
    draft = Proposal.objects.get()
    if is_new:
        tab.url, tab.revision = new, 0  # the answer never arrived
    name = "begin" if is_new else "save"
    save = getattr(typed_draft, name)

    def over_meanwhile(**values: Any) -> Any:
        """After the request has read the draft, and before it locks it to save."""
        act(Proposal.objects.get(pk=draft.pk))
        monkeypatch.setattr(typed_draft, "begun", lambda client, tab: draft)
        return save(**values)

    monkeypatch.setattr(typed_draft, name, over_meanwhile)
    answer = tab.type(title="After")
    told = answer.json()
    assert (answer.status_code, told["over"]) == (409, True) and said in told["said"]
    is_there = Proposal.objects.filter(pk=draft.pk).exists()
    there = reverse("dashboard:proposal", args=[draft.pk])
    assert told["next"] == (there if is_there else reverse("dashboard:proposals"))
    assert not Proposal.objects.filter(title="After").exists()


def test_the_tab_of_a_draft_that_was_sent_does_not_begin_a_second_one(tab: Tab) -> None:
    new = tab.url
    tab.type(title="Before")
    send(Proposal.objects.get())
    tab.url, tab.revision = new, 0  # the answer never arrived
    assert tab.type(title="After").json()["over"]
    assert Proposal.objects.get().title == "Before"


def test_the_tab_of_a_deleted_draft_is_told(tab: Tab) -> None:
    tab.type(title="Before")
    Proposal.objects.get().delete()
    answer = tab.type(title="After")
    assert answer.status_code == 409 and "This draft was deleted" in answer.json()["said"]
    assert not Proposal.objects.exists()


def test_a_deleted_draft_that_another_tab_had_changed_is_said_to_be_deleted(
    tab: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab.type(title="Before")
    another = Tab(tab.browser, "two", tab.url, tab.data)
    save = typed_draft.save

    def deleted(**values: Any) -> Any:
        try:
            return save(**values)
        finally:
            Proposal.objects.all().delete()

    monkeypatch.setattr(typed_draft, "save", deleted)
    answer = another.type(title="After")
    assert answer.status_code == 409 and answer.json()["over"]


def test_pictures_are_not_uploaded_without_end(
    tab: Tab, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(composer, "UPLOADS_AN_HOUR", 2)
    for number in range(4):
        data = io.BytesIO()
        Image.new("RGB", (9, 9 + number)).save(data, "PNG")
        picture = SimpleUploadedFile("p.png", data.getvalue(), "image/png")
        answer = tab.type(
            **{"section-0-title": "T", "section-0-body": "B", "section-0-picture": picture}
        ).json()
        assert bool(answer["faults"]) == (number >= 2), answer["faults"]
    (fault,) = answer["faults"]
    assert fault["name"] == "section-0-picture" and "within the last hour" in fault["message"]
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 2
    del tab.data["section-0-picture"]
    assert not tab.type(title="What is typed is saved").json()["faults"]


def test_test_emails_are_not_sent_without_end(owner: Browser, world: World) -> None:
    draft = world.proposal(send=False)
    page = reverse("dashboard:proposal_try", args=[draft.pk])
    for _number in range(TEST_EMAILS_AN_HOUR + 2):
        said = owner.post(page, follow=True).text
    assert OutboxEmail.objects.filter(kind="proposal_trial").count() == TEST_EMAILS_AN_HOUR
    assert "test emails within the last hour" in said

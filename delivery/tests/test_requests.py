"""Client requests: whether they fit, when they are first answered, and who is told of each step."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.models import Agreement
from billing.runs.billing_run import run_billing
from clients import client_records
from core.database.state_moves import move
from core.errors import NotAllowedNow
from core.models import OutboxEmail
from delivery.hours import hours_left, time_log
from delivery.models import Deliverable, Handover, Request, RequestMessage
from delivery.requests import (
    client_requests,
    owner_replies,
    request_messages,
    request_reminders,
    scope_check,
)
from delivery.rules.errors import BadHandover, NoText, NotOpen
from delivery.rules.states import RequestState
from delivery.work import checklist_actions
from tests.browsers import logged_in
from tests.test_tenancy import inside
from tests.world import NOW, World

H = timedelta(hours=1)
TIER = {"name": "Growth", "response_hours": 10, "deliverables": [{"title": "posts", "promised": 4}]}
S = RequestState


def begun(world: World, **fields: Any) -> Agreement:
    agreement = world.running(tier=TIER, **fields)
    run_billing(now=NOW, door="test")
    checklist_actions.open_checklists(now=NOW)
    return agreement


def asked(
    agreement: Agreement, text: str = "A banner\n3 m wide", now: Any = NOW, **more: Any
) -> Request:
    return client_requests.create_request(
        contact=agreement.contact, agreement=agreement, text=text, now=now, **more
    )


def emails(kind: str, to: str = "") -> list[OutboxEmail]:
    found = OutboxEmail.objects.filter(kind=kind).order_by("created_at", "id")
    return list(found.filter(to=to) if to else found)


def test_a_request_takes_its_title_from_the_first_line_and_states_the_hours_left(
    world: World,
) -> None:
    agreement = begun(world)
    time_log.log_time(agreement=agreement, on=NOW.date(), minutes=17 * 60, note="Work", now=NOW)
    row = asked(agreement, estimate=3 * 60)
    assert (row.title, row.fits, row.left, row.estimate) == ("A banner", "hours", 3 * 60, 180)
    assert row.left == hours_left.statement_of(row.period).remaining, (
        "one source for hours (rule 26)"
    )
    assert row.respond_by == NOW + 10 * H
    assert asked(agreement, estimate=181).fits == "word"
    (email, _) = emails("request", world.business.owner.email)
    assert email.reply_to == agreement.contact.email and "A banner\n3 m wide" in email.text
    assert f"/requests/{row.pk}/" in email.text


def test_without_hours_a_request_is_in_scope_while_work_is_open(world: World) -> None:
    agreement = begun(world, minutes=0)
    assert asked(agreement).fits == "scope"
    checklist_actions.set_done(
        deliverable=Deliverable.objects.select_related("period").get(), done=4
    )
    assert asked(agreement).fits == "word"


@pytest.mark.parametrize("state", ["paused", "ended"])
def test_requests_to_paused_and_ended_agreements_need_a_talk_first(
    world: World, state: str
) -> None:
    agreement = begun(world)
    Agreement.objects.filter(pk=agreement.pk).update(state=state)
    agreement.refresh_from_db()
    assert asked(agreement).fits == "word"


def test_empty_requests_and_requests_to_foreign_agreements_are_refused(world: World) -> None:
    agreement = begun(world)
    for text in ("", " \n\t", "\x00", "x" * 5001):
        with pytest.raises(NoText):
            asked(agreement, text)
    other = world.running(client=world.client("Other"))
    with pytest.raises(NotOpen):
        client_requests.create_request(
            contact=other.contact, agreement=agreement, text="Mine?", now=NOW
        )
    assert not Request.objects.exists()


def test_the_same_form_twice_is_one_request_and_one_message(world: World) -> None:
    agreement = begun(world)
    one, two = asked(agreement, once="m"), asked(agreement, once="m")
    assert one == two and Request.objects.count() == 1 and len(emails("request")) == 1
    said = [
        client_requests.add_message(
            request=one, contact=agreement.contact, text="And round", now=NOW, once="n"
        )
        for _again in range(2)
    ]
    assert said == [True, False] and RequestMessage.objects.count() == 2
    assert asked(agreement, once="other") != one


def test_different_text_in_a_resubmitted_form_is_not_lost(world: World) -> None:
    agreement = begun(world)
    one, two = asked(agreement, once="m"), asked(agreement, "A film", once="m")
    assert one != two and two.title == "A film"
    facts: dict[str, Any] = {"request": two, "contact": agreement.contact, "now": NOW, "once": "n"}
    assert client_requests.add_message(text="Short", **facts) and client_requests.add_message(
        text="And loud", **facts
    )


def test_the_first_answer_is_measured_once(world: World) -> None:
    row = asked(begun(world))
    assert owner_replies.answer_request(request=row, text="Tomorrow.", now=NOW + 3 * H)
    owner_replies.answer_request(request=row, text="Here is more.", now=NOW + 30 * H, to=S.STARTED)
    row.refresh_from_db()
    assert row.responded_at == NOW + 3 * H and row.state == "started"
    page = (
        logged_in(world.business.owner)
        .get(reverse("dashboard:request", args=[row.pk]))
        .content.decode()
    )
    assert "Answered in 3 h, as promised" in page
    late = asked(Agreement.objects.get())
    owner_replies.answer_request(request=late, text="Sorry.", now=NOW + 12 * H)
    page = (
        logged_in(world.business.owner)
        .get(reverse("dashboard:request", args=[late.pk]))
        .content.decode()
    )
    assert "Answered in 12 h; it was promised by" in page


def test_every_step_is_emailed_to_the_participants_and_nobody_else(world: World) -> None:
    agreement = begun(world)
    boss = client_records.add_contact(
        client=agreement.client, name="Boss", email="boss@baan.example", now=NOW
    )
    client_records.add_contact(
        client=agreement.client, name="Silent", email="silent@baan.example", now=NOW
    )
    row = asked(agreement)
    client_requests.add_message(request=row, contact=boss, text="In blue, please", now=NOW)
    owner_replies.answer_request(request=row, text="", now=NOW + H, to=S.STARTED)
    owner_replies.answer_request(request=row, text="Have a look.", now=NOW + 2 * H, to=S.DONE)
    owner_replies.answer_request(request=row, text="", now=NOW + 3 * H, to=S.STARTED)
    owner_replies.answer_request(
        request=row, text="Too large for this month.", now=NOW + 4 * H, to=S.DECLINED
    )
    subjects = [one.subject for one in emails("request_answer", "boss@baan.example")]
    assert subjects == [
        "Started: A banner",
        "Done: A banner",
        "Started: A banner",
        "Not possible: A banner",
    ]
    assert {one.to for one in emails("request_answer")} == {
        "ploy@baan.example",
        "boss@baan.example",
    }
    assert row.done_at == NOW + 4 * H


def test_names_in_a_subject_are_not_escaped(world: World) -> None:
    agreement = begun(world, client=world.client("Baan & Co's"))
    asked(agreement, "Nan's <b> banner")
    assert emails("request")[0].subject == "Baan & Co's asks: Nan's <b> banner"
    assert "<b>" not in emails("request")[0].html


def test_declining_needs_a_text_and_a_withdrawn_request_is_closed(world: World) -> None:
    agreement = begun(world)
    row = asked(agreement)
    with pytest.raises(NoText):
        owner_replies.answer_request(request=row, text="", now=NOW, to=S.DECLINED)
    with pytest.raises(NoText):
        owner_replies.answer_request(request=row, text=" ", now=NOW)
    mine, theirs = Request.objects.get(), Request.objects.get()
    client_requests.withdraw_request(request=mine, contact=agreement.contact, now=NOW)
    with pytest.raises(NotAllowedNow):
        owner_replies.answer_request(request=theirs, text="Done!", now=NOW, to=S.DONE)
    assert Request.objects.get().state == "withdrawn" and RequestMessage.objects.count() == 1, (
        "the loser writes nothing"
    )
    assert not emails("request_answer") and len(emails("request_end")) == 1
    for act in (
        lambda: owner_replies.answer_request(request=mine, text="Still?", now=NOW),
        lambda: client_requests.add_message(
            request=mine, contact=agreement.contact, text="Still?", now=NOW
        ),
    ):
        with pytest.raises(NotOpen):
            act()


def test_a_request_done_with_a_link_is_on_the_checklist_and_at_the_request(world: World) -> None:
    agreement = begun(world)
    row = asked(agreement, "🎪 A banner")
    gift = owner_replies.answer_with_handover(
        request=row, actor="Nan", now=NOW, text="Here.", to=S.DONE, url="https://x.example/a"
    )
    assert (gift.deliverable.title, gift.deliverable.done) == ("A banner", 1), (
        "what cannot be printed is left out"
    )
    assert [one.handover for one in request_messages.messages_of(row)] == [None, gift]
    assert "https://x.example/a" in emails("request_answer")[0].text
    posts = Deliverable.objects.select_related("period__agreement").get(title="posts")
    again = asked(agreement)
    owner_replies.answer_with_handover(
        request=again, actor="Nan", now=NOW, deliverable=posts, url="https://x.example/b"
    )
    posts.refresh_from_db()
    again.refresh_from_db()
    assert posts.done == 1 and again.state == "asked" and again.responded_at == NOW
    with pytest.raises(BadHandover):
        owner_replies.answer_with_handover(
            request=again, actor="Nan", now=NOW, to=S.DONE, url="javascript:x"
        )
    again.refresh_from_db()
    assert again.state == "asked" and Handover.objects.count() == 2


def test_the_reminder_comes_once_before_the_promise_breaks(world: World) -> None:
    agreement = begun(world)
    row, answered = asked(agreement), asked(agreement, "Other")
    owner_replies.answer_request(request=answered, text="Yes.", now=NOW)
    assert [request_reminders.remind_due(now=NOW + n * H) for n in (7, 8, 9, 30)] == [0, 1, 0, 0]
    (email,) = emails("request_due")
    assert email.ref == str(row.pk) and email.subject == "Answer soon: A banner"
    home = logged_in(world.business.owner).get(reverse("dashboard:home")).content.decode()
    assert "asks for “A banner”" in home and "Other" not in home


def test_the_client_sees_the_fit_before_and_after_asking_and_never_a_price(world: World) -> None:
    agreement = begun(world)
    browser = inside(agreement.contact)
    page = browser.get(reverse("portal:request_new")).content.decode()
    assert "20 h of 20 h are left." in page and "within 10 working hours" in page
    assert "It fits" not in page  # nothing was asked for yet
    small = browser.get(reverse("portal:request_fits"), {"estimate": "60"}).text
    assert "It fits: 20 h of 20 h are left." in small
    fit = browser.get(
        reverse("portal:request_fits"), {"agreement": agreement.pk, "estimate": "9999"}
    ).content.decode()
    assert "Let's talk first: 20 h are left." in fit and "Without your approval" in fit
    assert (
        browser.get(reverse("portal:request_fits"), {"estimate": "x", "agreement": "y"}).status_code
        == 200
    )
    refused = browser.post(
        reverse("portal:request_new"), {"text": "", "agreement": agreement.pk, "estimate": "60"}
    )
    assert refused.status_code == 422
    data = {"text": "A <b>banner</b>", "agreement": agreement.pk, "estimate": "60", "once": "m"}
    shown = browser.post(reverse("portal:request_new"), data, follow=True)
    browser.post(reverse("portal:request_new"), data)
    assert Request.objects.count() == 1
    text = shown.content.decode()
    assert (
        "It fits: 20 h were left" in text and "Answer promised by" in text and "&lt;b&gt;" in text
    )
    assert "$" not in text + page + fit


def test_a_client_can_only_ask_about_their_own_agreements(world: World) -> None:
    agreement = begun(world)
    neighbour = world.running(client=world.client("Neighbour"))
    data = {"text": "Mine", "agreement": neighbour.pk, "estimate": ""}
    assert inside(agreement.contact).post(reverse("portal:request_new"), data).status_code == 422
    stranger = World().running()
    data["agreement"] = stranger.pk
    assert inside(agreement.contact).post(reverse("portal:request_new"), data).status_code == 422
    assert not Request.objects.exists()


def test_another_clients_deliverable_cannot_be_chosen(world: World) -> None:
    agreement = begun(world)
    row = asked(agreement)
    other = begun(world, client=world.client("Other"))
    foreign = Deliverable.objects.get(period__agreement=other)
    data = {"act": "done", "url": "https://x.example", "deliverable": foreign.pk}
    answered = logged_in(world.business.owner).post(
        reverse("dashboard:request", args=[row.pk]), data
    )
    assert answered.status_code == 422 and not Handover.objects.exists()


def test_the_freelancer_answers_with_a_file_estimates_and_logs_time(world: World) -> None:
    agreement = begun(world)
    row = asked(agreement)
    owner = logged_in(world.business.owner)
    url = reverse("dashboard:request", args=[row.pk])
    assert owner.post(url, {"act": "answer", "text": ""}).status_code == 422
    bad = {
        "act": "done",
        "text": "Kept words",
        "file": SimpleUploadedFile("x.svg", b"<svg onload=x>"),
    }
    refused = owner.post(url, bad)
    assert refused.status_code == 422 and "Kept words" in refused.content.decode()
    assert (
        Request.objects.get().state == "asked"
        and not Deliverable.objects.filter(title="A banner").exists()
    )
    file = SimpleUploadedFile("banner.pdf", b"%PDF-1.7")
    assert owner.post(url, {"act": "done", "text": "", "file": file}).status_code == 302
    assert Request.objects.get().state == "done"
    assert (
        "banner.pdf"
        in inside(agreement.contact).get(reverse("portal:request", args=[row.pk])).content.decode()
    )
    assert (
        owner.post(
            reverse("dashboard:request_estimate", args=[row.pk]), {"minutes": "2h"}
        ).status_code
        == 302
    )
    assert (
        owner.post(
            reverse("dashboard:request_estimate", args=[row.pk]), {"minutes": "x"}
        ).status_code
        == 422
    )
    assert Request.objects.get().estimate == 120
    time = {
        "agreement": agreement.pk,
        "on": agreement.starts_on.isoformat(),
        "minutes": "1:30",
        "note": "Banner",
    }
    time |= {"billable": "on", "consumes": "on", "deliverable": ""}
    assert owner.post(reverse("dashboard:request_time", args=[row.pk]), time).status_code == 302
    assert hours_left.statements_of([agreement])[row.period_id].used == 90


def test_the_inbox_has_the_most_urgent_first(world: World) -> None:
    agreement = begun(world)
    slow = world.running(client=world.client("Slow"), tier=TIER | {"response_hours": 48})
    first, second = asked(slow, "Slow one"), asked(agreement, "Quick one")
    owner_replies.answer_request(
        request=asked(agreement, "Begun"), text="On it", now=NOW, to=S.STARTED
    )
    owner = logged_in(world.business.owner)
    page = owner.get(reverse("dashboard:requests")).content.decode()
    assert page.index("Quick one") < page.index("Slow one") and "Begun" not in page
    assert re.search(r'rh-tally">\s*2<', page)
    assert "Begun" in owner.get(reverse("dashboard:requests"), {"state": "open"}).content.decode()
    move(first, S.DONE, {S.ASKED: frozenset({S.DONE})})
    assert (
        "Slow one" in owner.get(reverse("dashboard:requests"), {"state": "done"}).content.decode()
    )
    assert owner.get(reverse("dashboard:requests"), {"state": "nonsense"}).status_code == 200
    assert second.respond_by < first.respond_by


def test_the_portals_home_page_takes_as_many_queries_for_many_requests_as_for_few(
    world: World,
) -> None:
    agreement = begun(world)
    browser = inside(agreement.contact)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(reverse("portal:home")).status_code == 200
        return len(queries)

    def more(n: int) -> None:
        for _each in range(n):
            another = world.running(client=agreement.client, tier=TIER)
            run_billing(now=NOW, door="test")
            row = asked(another)
            owner_replies.answer_with_handover(
                request=row, actor="Nan", now=NOW, url="https://x.example"
            )
        checklist_actions.open_checklists(now=NOW)

    more(2)
    few = count()
    more(4)
    assert count() == few


def test_the_scope_is_the_same_for_one_agreement_and_for_many(world: World) -> None:
    agreements = [begun(world), begun(world, client=world.client("Other"), minutes=0)]
    together = scope_check.scopes_of(agreements, now=NOW)
    for row in agreements:
        assert together[row.pk] == scope_check.scopes_of([row], now=NOW)[row.pk]

"""A client approves what was delivered, or asks for a change where it is listed (rule 77)."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from agreements.models import Agreement
from billing.models import Invoice
from billing.runs.billing_run import run_billing
from core.audit import chain
from core.errors import NotAllowedNow
from core.models import OutboxEmail, OwnerNote
from core.models.notification import Event, Hears
from delivery.models import Deliverable, Handover, Request, WorkAnswer
from delivery.reports import report_run
from delivery.requests import client_requests, owner_replies, work_answers
from delivery.rules.errors import AlreadySent, NoText
from delivery.rules.states import RequestState
from delivery.tests.test_deliverables import begun, period_of, reported, row
from delivery.work import checklist_actions, hand_over, pieces
from delivery.work.pieces import Piece
from tests.browsers import logged_in
from tests.test_tenancy import inside
from tests.world import HERE, NOW, World

LATER = NOW + timedelta(days=1)


def given(agreement: Agreement, title: str = "A reel", count: int = 1) -> Handover:
    return hand_over.hand_over(
        deliverable=row(agreement),
        actor="Nan",
        now=NOW,
        title=title,
        count=count,
        url="https://drive.example/x",
    )


def shown(agreement: Agreement, title: str = "posts") -> list[Piece]:
    rows = pieces.delivered(Deliverable.objects.filter(pk=row(agreement, title).pk))
    return [piece for each in rows for piece in pieces.pieces_of(each)]


def by(agreement: Agreement) -> dict[str, Any]:
    return {
        "period": period_of(agreement),
        "contact": agreement.contact,
        "now": LATER,
        "origin": HERE,
    }


def change(agreement: Agreement, place: int = 0, text: str = "Brighter, please") -> Request:
    return work_answers.ask_for_change(piece=shown(agreement)[place], text=text, **by(agreement))


def page(world: World, agreement: Agreement) -> str:
    url = reverse("portal:work", args=[period_of(agreement).pk])
    return str(inside(agreement.contact).get(url).text)


def test_who_approved_what_and_when_is_recorded(world: World) -> None:
    agreement = begun(world)
    given(agreement)
    work_answers.approve(chosen=shown(agreement), **by(agreement))
    (piece,) = shown(agreement)
    assert piece.is_approved and piece.answer and piece.answer.contact == agreement.contact
    assert piece.answer.created_at == LATER
    event = chain(agreement.pk)[-1]
    assert (event.event, event.ip) == ("work_approved", HERE.ip)
    assert "Ploy" in event.actor and event.data["words"] == "1 × posts"


def test_the_client_approves_each_or_all_where_it_is_listed(world: World) -> None:
    agreement = begun(world)
    one, two = given(agreement, "One"), given(agreement, "Two")
    checklist_actions.set_done(deliverable=row(agreement), done=5)  # three without a file
    browser, period = inside(agreement.contact), period_of(agreement)
    answer = reverse("portal:work_answer", args=[one.deliverable_id])
    browser.post(answer, {"piece": one.pk, "act": "approve"})
    assert [piece.is_approved for piece in shown(agreement)] == [True, False, False]
    home = browser.get(reverse("portal:home")).text
    assert "November 2026: 4 delivered items wait for your approval" in home
    everything = reverse("portal:work", args=[period.pk])
    browser.post(everything, {"seen": " ".join(piece.seen for piece in shown(agreement))})
    assert [piece.is_approved for piece in shown(agreement)] == [True, True, True]
    assert "wait for your approval" not in browser.get(reverse("portal:home")).text
    assert two in [piece.handover for piece in shown(agreement)]


def test_a_change_is_a_request_with_its_words_and_its_promised_answer(world: World) -> None:
    agreement = begun(world)
    made = given(agreement, "Reel 3")
    url = reverse("portal:work_answer", args=[made.deliverable_id])
    inside(agreement.contact).post(url, {"piece": made.pk, "act": "change", "text": "Brighter"})
    request = Request.objects.get()
    assert request.title == "Change: Reel 3" and request.respond_by > request.created_at
    assert request.messages.get().text == "Brighter"
    assert request.change.handover == made
    (piece,) = shown(agreement)
    assert piece.open_change == request and not piece.waits


def test_a_change_without_words_is_refused_at_its_field(world: World) -> None:
    agreement = begun(world)
    made = given(agreement)
    url = reverse("portal:work_answer", args=[made.deliverable_id])
    answer = inside(agreement.contact).post(url, {"piece": made.pk, "act": "change", "text": " "})
    assert answer.status_code == 422 and "This field is required." in answer.text
    with pytest.raises(NoText):
        change(agreement, text=" ")
    assert not Request.objects.exists() and not WorkAnswer.objects.exists()


def test_what_is_delivered_again_asks_anew_and_counts_once(world: World) -> None:
    agreement = begun(world)
    old = given(agreement, "Draft", count=2)
    request = change(agreement)
    new = owner_replies.answer_with_handover(
        request=request, actor="Nan", now=LATER, url="https://drive.example/2"
    )
    (piece,) = shown(agreement)
    assert (piece.handover, piece.count, piece.waits, piece.is_new_version) == (new, 2, True, True)
    assert row(agreement).done == 2
    work_answers.approve(chosen=[piece], **by(agreement))
    assert shown(agreement)[0].is_approved
    with pytest.raises(NotAllowedNow):
        hand_over.undo_handover(handover=old)
    hand_over.undo_handover(handover=new)
    assert row(agreement).done == 2 and [one.handover for one in shown(agreement)] == [old]


def test_the_owner_reads_what_a_file_does_before_and_after_the_report(world: World) -> None:
    agreement = begun(world)
    given(agreement)
    url = reverse("dashboard:request", args=[change(agreement).pk])
    owner, replaces = logged_in(world.business.owner), "replaces what you delivered"
    assert replaces in owner.get(url).text
    reported(agreement, NOW + timedelta(days=31))
    text = owner.get(url).text
    assert "counts as new work" in " ".join(text.split()) and replaces not in text


def test_a_new_version_has_the_name_of_what_it_replaces(world: World) -> None:
    agreement = begun(world)
    given(agreement, "Reel 3")
    checklist_actions.set_done(deliverable=row(agreement, "review"), done=1)
    (counted,) = shown(agreement, "review")
    other = work_answers.ask_for_change(piece=counted, text="Add March", **by(agreement))
    for request in (change(agreement), other):
        owner_replies.answer_with_handover(
            request=request, actor="Nan", now=LATER, url="https://drive.example/2"
        )
    assert [shown(agreement)[0].title, shown(agreement, "review")[0].title] == ["Reel 3", "review"]


def test_a_change_that_is_done_without_a_new_file_asks_anew(world: World) -> None:
    agreement = begun(world)
    checklist_actions.set_done(deliverable=row(agreement, "review"), done=1)
    (piece,) = shown(agreement, "review")
    request = work_answers.ask_for_change(piece=piece, text="Add March", **by(agreement))
    owner_replies.answer_request(request=request, text="Added", now=LATER, to=RequestState.DONE)
    (piece,) = shown(agreement, "review")
    assert piece.waits and piece.is_new_version
    work_answers.approve(chosen=[piece], **by(agreement))
    assert shown(agreement, "review")[0].is_approved


def test_a_change_that_is_cancelled_or_declined_leaves_the_question_open(world: World) -> None:
    agreement = begun(world)
    given(agreement)
    request = change(agreement)
    client_requests.withdraw_request(request=request, contact=agreement.contact, now=LATER)
    (piece,) = shown(agreement)
    assert piece.waits and not piece.is_new_version


def test_more_that_is_counted_later_asks_anew(world: World) -> None:
    agreement = begun(world)
    for done, approved in ((3, True), (4, False)):
        checklist_actions.set_done(deliverable=row(agreement), done=done)
        if approved:
            work_answers.approve(chosen=shown(agreement), **by(agreement))
        assert shown(agreement)[0].is_approved is approved


def test_an_approval_is_taken_back_until_the_report_is_sent(world: World) -> None:
    agreement = begun(world)
    made = given(agreement)
    url = reverse("portal:work_answer", args=[made.deliverable_id])
    browser = inside(agreement.contact)
    browser.post(url, {"piece": made.pk, "act": "approve"})
    browser.post(url, {"piece": made.pk, "act": "take_back"})
    assert shown(agreement)[0].waits
    assert chain(agreement.pk)[-1].event == "work_approval_taken_back"
    work_answers.approve(chosen=shown(agreement), **by(agreement))
    reported(agreement, NOW + timedelta(days=31))
    (piece,) = shown(agreement)
    for verb in (
        lambda: work_answers.take_back(piece=piece, **by(agreement)),
        lambda: work_answers.approve(chosen=[piece], **by(agreement)),
        lambda: work_answers.ask_for_change(piece=piece, text="No", **by(agreement)),
    ):
        with pytest.raises(AlreadySent):
            verb()
    assert "Take approval back" not in page(world, agreement)


def test_nobody_answers_the_same_twice(world: World) -> None:
    agreement = begun(world)
    given(agreement)
    before = shown(agreement)
    work_answers.approve(chosen=before, **by(agreement))
    with pytest.raises(NotAllowedNow):
        work_answers.approve(chosen=before, **by(agreement))
    with pytest.raises(NotAllowedNow):
        work_answers.ask_for_change(piece=before[0], text="Now", **by(agreement))
    assert WorkAnswer.objects.count() == 1


def test_the_report_says_how_many_were_approved(world: World) -> None:
    agreement = begun(world)
    for number in range(12):
        given(agreement, f"Post {number}")
    work_answers.approve(chosen=shown(agreement)[:11], **by(agreement))
    report = reported(agreement, NOW + timedelta(days=31))
    assert report.snapshot["deliverables"][0]["approved"] == 11
    url = reverse("portal:report", args=[report.pk])
    assert "11 of 12 approved" in inside(agreement.contact).get(url).text


def test_a_report_about_work_that_nobody_approved_says_nothing_of_it(world: World) -> None:
    agreement = begun(world)
    given(agreement)
    report = reported(agreement, NOW + timedelta(days=31))
    url = reverse("portal:report", args=[report.pk])
    assert "approved" not in inside(agreement.contact).get(url).text


@pytest.mark.parametrize("hears", list(Hears))
def test_the_owner_hears_of_an_approval_as_they_chose(world: World, hears: Hears) -> None:
    agreement = begun(world)
    world.hears(hears, Event.APPROVED)
    given(agreement, "One")
    given(agreement, "Two")
    work_answers.approve(chosen=shown(agreement), **by(agreement))
    emailed = OutboxEmail.objects.filter(kind="work_approved")
    noted = OwnerNote.objects.filter(kind="work_approved", told_at__isnull=True)
    assert (emailed.count(), noted.count()) == {"now": (1, 0), "daily": (0, 1)}.get(hears, (0, 0))
    if hears == Hears.NOW:
        assert "approved 2 delivered items: posts" in emailed.get().text


def test_the_owner_sees_the_answers_on_the_work_page_and_the_history(world: World) -> None:
    agreement = begun(world)
    given(agreement, "One")
    given(agreement, "Two")
    work_answers.approve(chosen=shown(agreement)[:1], **by(agreement))
    change(agreement, 1)
    owner = logged_in(world.business.owner)
    work = owner.get(reverse("dashboard:work", args=[period_of(agreement).pk])).text
    assert "1 of 2 approved" in work and "approved by Ploy" in work and "Change: Two" in work
    client = owner.get(reverse("dashboard:client", args=[agreement.client_id])).text
    assert "Delivered work approved" in client
    assert "Change: Two" in owner.get(reverse("dashboard:todo")).text


def test_work_that_waits_for_approval_is_billed_and_the_page_says_so(world: World) -> None:
    agreement = begun(world)
    given(agreement)
    assert "invoices and payments do not depend on it" in page(world, agreement)
    change(agreement)
    report_run.run_reports(now=NOW + timedelta(days=31), door="test")
    run_billing(now=NOW + timedelta(days=31), door="test")
    assert Invoice.objects.filter(agreement=agreement).count() == 2


def test_another_clients_work_is_not_found(world: World) -> None:
    agreement = begun(world)
    made = given(agreement)
    neighbour = inside(world.person(world.client("The neighbour")))
    url = reverse("portal:work_answer", args=[made.deliverable_id])
    assert neighbour.post(url, {"piece": made.pk, "act": "approve"}).status_code == 404
    own = inside(agreement.contact)
    own.post(url, {"piece": "x", "act": "approve"})
    assert not WorkAnswer.objects.exists()


def test_a_handover_that_is_taken_back_takes_its_answer_with_it(world: World) -> None:
    agreement = begun(world)
    made = given(agreement)
    work_answers.approve(chosen=shown(agreement), **by(agreement))
    hand_over.undo_handover(handover=made)
    assert not WorkAnswer.objects.exists() and shown(agreement) == []
    assert [event.event for event in chain(agreement.pk)].count("work_approved") == 1

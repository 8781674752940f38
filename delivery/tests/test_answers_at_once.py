"""A client answers what they saw, whatever happened since they opened the page (rule 77)."""

import re
from datetime import timedelta

from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from agreements.models import Agreement, Period
from billing.runs.billing_run import run_billing
from core.audit import chain
from core.models import Business, OutboxEmail
from core.models.notification import Event, Hears
from delivery.models import Request, WorkAnswer
from delivery.requests import owner_replies, work_answers
from delivery.tests.test_deliverables import begun, period_of, row
from delivery.tests.test_work_answers import LATER, by, change, given, page, shown
from delivery.work import checklist_actions, hand_over
from tests.browsers import logged_in
from tests.test_tenancy import inside
from tests.world import World

HOME = reverse("portal:home")
CHANGED = "This was changed in the meantime"


def work_url(agreement: Agreement) -> str:
    return reverse("portal:work", args=[period_of(agreement).pk])


def fields_of(text: str, name: str) -> list[str]:
    return re.findall(rf'name="{name}" value="([^"]*)"', text)


def approve_all(browser: Browser, agreement: Agreement, text: str) -> str:
    seen = {"seen": fields_of(text, "seen")}
    return str(browser.post(work_url(agreement), seen, follow=True).text)


def test_what_was_delivered_since_the_page_was_opened_is_not_approved(world: World) -> None:
    agreement = begun(world)
    given(agreement, "One")
    browser = inside(agreement.contact)
    opened = browser.get(work_url(agreement)).text
    given(agreement, "Never seen")
    after = approve_all(browser, agreement, opened)
    assert [piece.is_approved for piece in shown(agreement)] == [True, False]
    assert "1 delivered item waits for your approval" in after


def test_what_was_counted_since_the_page_was_opened_is_not_approved(world: World) -> None:
    agreement = begun(world)
    checklist_actions.set_done(deliverable=row(agreement), done=3)
    browser = inside(agreement.contact)
    count = fields_of(browser.get(work_url(agreement)).text, "count")[0]
    checklist_actions.set_done(deliverable=row(agreement), done=5)
    answer = browser.post(
        reverse("portal:work_answer", args=[row(agreement).pk]),
        {"piece": "", "count": count, "act": "approve"},
        follow=True,
    )
    assert CHANGED in answer.text and not WorkAnswer.objects.exists()


def test_a_version_that_was_replaced_meanwhile_is_not_answered_and_no_word_is_lost(
    world: World,
) -> None:
    agreement = begun(world)
    old = given(agreement)
    request, browser = change(agreement), inside(agreement.contact)
    owner_replies.answer_with_handover(
        request=request, actor="Nan", now=LATER, url="https://drive.example/2"
    )
    url = reverse("portal:work_answer", args=[old.deliverable_id])
    approved = browser.post(url, {"piece": old.pk, "act": "approve"}, follow=True)
    assert approved.status_code == 200 and CHANGED in approved.text
    asked = browser.post(url, {"piece": old.pk, "act": "change", "text": "Still too dark"})
    assert asked.status_code == 409 and "Still too dark" in asked.text and CHANGED in asked.text
    assert Request.objects.count() == 1 and shown(agreement)[0].waits


def test_a_handover_that_was_taken_back_meanwhile_says_so(world: World) -> None:
    agreement = begun(world)
    made, browser = given(agreement), inside(agreement.contact)
    hand_over.undo_handover(handover=made)
    answer = browser.post(
        reverse("portal:work_answer", args=[made.deliverable_id]),
        {"piece": made.pk, "act": "change", "text": "Brighter"},
        follow=True,
    )
    assert answer.status_code == 200 and CHANGED in answer.text


def test_two_colleagues_who_approve_the_same_give_one_answer_and_one_email(world: World) -> None:
    agreement = begun(world)
    world.hears(Hears.NOW, Event.APPROVED)
    given(agreement, "One")
    given(agreement, "Two")
    one, two = inside(agreement.contact), inside(agreement.contact)
    opened = one.get(work_url(agreement)).text
    approve_all(one, agreement, opened)
    assert "This was answered or changed in the meantime." in approve_all(two, agreement, opened)
    assert WorkAnswer.objects.count() == 2
    assert OutboxEmail.objects.filter(kind="work_approved").count() == 1


def test_one_press_is_one_line_of_the_history(world: World) -> None:
    agreement = begun(world)
    for number in range(20):
        given(agreement, f"Reel {number}")
    work_answers.approve(chosen=shown(agreement), **by(agreement))
    words = [event.data["words"] for event in chain(agreement.pk) if event.event == "work_approved"]
    assert words == ["20 × posts"]


def test_the_owner_hears_that_an_approval_was_taken_back(world: World) -> None:
    agreement = begun(world)
    world.hears(Hears.NOW, Event.APPROVED)
    given(agreement)
    work_answers.approve(chosen=shown(agreement), **by(agreement))
    work_answers.take_back(piece=shown(agreement)[0], **by(agreement))
    email = OutboxEmail.objects.get(kind="work_approval_taken_back")
    assert "Ploy of Baan Coffee took back the approval of: posts." in email.text


def test_what_replaces_pieces_that_were_approved_asks_anew(world: World) -> None:
    agreement = begun(world)
    checklist_actions.set_done(deliverable=row(agreement), done=3)
    work_answers.approve(chosen=shown(agreement), **by(agreement))
    checklist_actions.set_done(deliverable=row(agreement), done=2)
    assert shown(agreement)[0].is_approved
    checklist_actions.set_done(deliverable=row(agreement), done=3)
    assert not shown(agreement)[0].is_approved
    checklist_actions.set_done(deliverable=row(agreement), done=0)
    checklist_actions.set_done(deliverable=row(agreement), done=1)
    assert not shown(agreement)[0].is_approved


def test_the_home_page_counts_all_that_waits_in_the_newest_periods(world: World) -> None:
    """200 deliverables of this month are counted, and old months fill no page."""
    now = timezone.now()
    begun_at = now - timedelta(days=150)
    tier = {"name": "Growth", "deliverables": [{"title": "posts", "promised": 4}]}
    agreement = world.running(now=begun_at, starts_on=begun_at.date(), tier=tier)
    for month in range(6):
        run_billing(now=begun_at + timedelta(days=30 * month), door="test")
    checklist_actions.open_checklists(now=now)
    periods = list(Period.objects.order_by("-starts_on"))
    for period in periods:
        checklist_actions.set_done(deliverable=period.deliverables.get(), done=4)
    for number in range(200):
        added = checklist_actions.add_deliverable(
            period=periods[0], title=f"Extra {number}", promised=1, now=now
        )
        checklist_actions.set_done(deliverable=added, done=1)
    home = inside(agreement.contact).get(HOME).text
    assert "204 delivered items wait for your approval" in home
    assert home.count("wait for your approval") == 3


def test_a_business_that_asks_for_no_approval_shows_none(world: World) -> None:
    agreement = begun(world)
    made = given(agreement)
    owner, settings = logged_in(world.business.owner), reverse("dashboard:settings_business")
    form = owner.get(settings).context["form"]
    typed = {name: form[name].value() or "" for name in form.fields if name != "asks_approval"}
    assert owner.post(settings, typed).status_code == 302
    assert not Business.objects.get(pk=world.business.pk).asks_approval
    browser = inside(agreement.contact)
    text = browser.get(work_url(agreement)).text
    assert "Approve" not in text and "Ask for a change" not in text and "A reel" in text
    assert "approval" not in browser.get(HOME).text
    url = reverse("portal:work_answer", args=[made.deliverable_id])
    for act in ("approve", "change"):
        browser.post(url, {"piece": made.pk, "act": act, "text": "Brighter"})
    assert not WorkAnswer.objects.exists() and not Request.objects.exists()


def test_what_was_approved_before_stays_and_can_be_taken_back(world: World) -> None:
    agreement = begun(world)
    given(agreement)
    work_answers.approve(chosen=shown(agreement), **by(agreement))
    Business.objects.filter(pk=world.business.pk).update(asks_approval=False)
    text = page(world, agreement)
    assert "Approved" in text and "Take approval back" in text
    agreement = type(agreement).objects.get(pk=agreement.pk)
    work_answers.take_back(piece=shown(agreement)[0], **by(agreement))
    assert shown(agreement)[0].waits

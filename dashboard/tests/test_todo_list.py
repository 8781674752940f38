"""The to-do list: what matters first, errors in their place, the way back, no end of rows."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from agreements.models import Agreement, Period
from billing.models import BankStatementLine
from billing.runs.billing_run import run_billing
from clients.models import Contact
from core.dates import local_day
from core.models import OutboxEmail
from dashboard.todo import done
from delivery.models import Deliverable, EarlyWarning, Handover, Report, Request
from delivery.renewing import warning_actions, warning_texts
from delivery.reports import report_run, send_reports
from delivery.requests import client_requests, owner_replies
from delivery.work.checklist_actions import open_checklists
from tests.test_lists import fill
from tests.world import World

LIST = reverse("dashboard:todo")
WORDS = {"comment": "A good month.", "next_text": "", "decision": ""}


def retainer(world: World, name: str = "Baan Coffee", days: int = 40, **fields: Any) -> Agreement:
    """A retainer that began `days` ago and was billed then."""
    then = timezone.now() - timedelta(days=days)
    signed = {"signed_at": timezone.now()}  # so that nothing waits for its seal yet
    agreement = world.running(world.client(name, now=then), now=then, **signed | fields)
    run_billing(now=then, door="test")
    return agreement


def reported(world: World, *names: str) -> list[Report]:
    """Drafts of reports for clients of these names."""
    for name in names:
        retainer(world, name)
    report_run.run_reports(now=timezone.now(), door="test")
    return list(Report.objects.order_by("client__name"))


def warned(world: World) -> EarlyWarning:
    """An open warning in a period that still runs."""
    period = Period.objects.get(agreement=retainer(world, days=9))
    return EarlyWarning.objects.create(
        business=world.business,
        client=period.agreement.client,
        period=period,
        day=10,
        note="Two posts are late.",
        findings=[warning_texts.work_finding("posts", 0, 4, 2, 100)],
    )


def arrived(world: World, on: date, amount: int = 100_00, text: str = "T") -> BankStatementLine:
    return BankStatementLine.objects.create(
        business=world.business,
        fingerprint=f"{on} {amount} {text}",
        on=on,
        currency="USD",
        amount=amount,
        text=text,
    )


def keys(owner: Browser) -> list[str]:
    return [entry.key for entry in owner.get(LIST).context["queue"].entries]


def press(owner: Browser, row: Any, act: str, kind: str, **typed: Any) -> Any:
    url = reverse(f"dashboard:todo_{kind}", args=[row.pk])
    return owner.post(url, {"act": act, "next": ""} | typed)


def page(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def undo(owner: Browser) -> Any:
    """Press Undo beside what was done last."""
    token = owner.get(LIST).context["last"].token
    return owner.post(reverse("dashboard:todo_undo"), {"token": token}, follow=True)


def test_money_and_promises_come_first_then_what_is_due_next(world: World, owner: Browser) -> None:
    draft = reported(world, "Aurora")[0]
    agreement = Agreement.objects.get()
    asked = [
        client_requests.create_request(
            contact=agreement.contact, agreement=agreement, text=text, now=timezone.now()
        )
        for text in ("Later", "Sooner")
    ]
    Request.objects.filter(pk=asked[1].pk).update(respond_by=timezone.now())
    today = timezone.now().date()
    new = arrived(world, today)
    old = arrived(world, today - timedelta(days=3))
    assert keys(owner) == [
        f"transfer-{old.pk}",
        f"transfer-{new.pk}",
        f"request-{asked[1].pk}",
        f"request-{asked[0].pk}",
        f"report-{draft.pk}",
    ]


def test_the_next_entry_is_open_once_one_is_done_with_and_without_a_script(
    world: World, owner: Browser
) -> None:
    first, second, third = reported(world, "Aurora", "Boreal", "Corona")
    Report.objects.filter(pk=first.pk).update(send_at=timezone.now() + timedelta(hours=2))
    Report.objects.filter(pk=second.pk).update(send_at=timezone.now() + timedelta(hours=3))
    Report.objects.filter(pk=third.pk).update(send_at=timezone.now() + timedelta(hours=4))
    shown = owner.get(LIST)
    assert shown.context["queue"].at.key == f"report-{first.pk}"
    following = re.search(r'name="next" value="([a-z]+-[^"]*)"', shown.content.decode())
    assert following
    answer = press(owner, first, "send", "report", **WORDS | {"next": following[1]})
    assert answer["Location"] == f"{LIST}?at=report-{second.pk}#open"
    part = owner.post(
        reverse("dashboard:todo_report", args=[second.pk]),
        WORDS | {"act": "send", "next": f"report-{third.pk}"},
        headers={"HX-Request": "true"},
    )
    assert part.status_code == 200 and part.content.lstrip().startswith(b'<div id="todo"')
    assert part.context["queue"].at.key == f"report-{third.pk}"
    assert "HX-Request" in part["Vary"]


def test_a_report_is_shown_as_the_client_will_read_it_and_sent_after_ten_minutes(
    world: World, owner: Browser
) -> None:
    draft = reported(world, "Aurora")[0]
    before = draft.send_at
    assert "Report for" in page(owner.get(LIST)) and "rh-verdict" in page(owner.get(LIST))
    press(owner, draft, "send", "report", **WORDS)
    draft.refresh_from_db()
    assert draft.send_at and draft.is_draft and draft.comment == "A good month."
    send_reports.send_due(now=draft.send_at - timedelta(minutes=1))
    draft.refresh_from_db()
    assert draft.is_draft, "it can be taken back for ten minutes"
    assert "is a draft again" in page(undo(owner))
    draft.refresh_from_db()
    assert draft.send_at == before and draft.comment == "A good month."
    assert f"report-{draft.pk}" in keys_of(owner.get(LIST, {"at": f"report-{draft.pk}"}))
    press(owner, draft, "send", "report", **WORDS)
    send_reports.send_due(now=timezone.now() + timedelta(minutes=11))
    draft.refresh_from_db()
    assert draft.is_sent
    assert "sent and can no longer be changed" in page(undo(owner))


def keys_of(answer: Any) -> list[str]:
    return [entry.key for entry in answer.context["queue"].entries]


def test_a_report_for_nobody_is_not_sent_and_says_so_in_its_entry(
    world: World, owner: Browser
) -> None:
    draft = reported(world, "Aurora")[0]
    Contact.objects.update(is_active=False)
    answer = press(owner, draft, "send", "report", **WORDS)
    assert answer.status_code == 422 and 'role="alert"' in page(answer)
    draft.refresh_from_db()
    assert draft.reviewed_at is None, "nothing is written"


def test_what_can_be_taken_back_comes_back(world: World, owner: Browser) -> None:
    line, warning = arrived(world, timezone.now().date()), warned(world)
    press(owner, line, "ignore", "transfer")
    press(owner, warning, "dismiss", "warning", note="N")
    assert keys(owner) == []
    assert "open again" in page(undo(owner))
    assert keys(owner) == [f"warning-{warning.pk}"]
    token = owner.get(LIST).context["acts"][0].token
    owner.post(reverse("dashboard:todo_undo"), {"token": token})
    assert keys(owner) == [f"transfer-{line.pk}", f"warning-{warning.pk}"]


def test_a_report_that_is_taken_back_is_listed_again_as_a_draft_with_its_words(
    world: World, owner: Browser
) -> None:
    draft = reported(world, "Aurora")[0]
    for act in ("send", "keep"):
        press(owner, draft, act, "report", **WORDS)
        draft.refresh_from_db()
        assert draft.reviewed_at and keys(owner) == []
        undo(owner)
        draft.refresh_from_db()
        assert draft.reviewed_at is None and keys(owner) == [f"report-{draft.pk}"]
        assert WORDS["comment"] in page(owner.get(LIST))


@pytest.mark.parametrize(("left", "offered"), [(1, True), (-1, False)])
def test_an_undo_is_offered_until_its_time_is_over(left: int, offered: bool) -> None:
    now = timezone.now()
    act = done.Act("t", "report:1", "Sent", "", {}, now + timedelta(minutes=left), now)
    assert act.can_undo is offered


def test_an_undo_never_overwrites_a_later_decision(world: World, owner: Browser) -> None:
    draft = reported(world, "Aurora")[0]
    press(owner, draft, "send", "report", **WORDS)
    later = timezone.now() + timedelta(days=2)
    Report.objects.filter(pk=draft.pk).update(send_at=later)
    assert "Its time was changed since" in page(undo(owner))
    draft.refresh_from_db()
    assert draft.send_at == later and draft.reviewed_at


def test_the_same_form_is_done_once_by_a_script_too(world: World, owner: Browser) -> None:
    retainer(world, tier={"name": "G", "deliverables": [{"title": "posts", "promised": 4}]})
    open_checklists(now=timezone.now() - timedelta(days=40))
    row = Deliverable.objects.get()
    url = reverse("dashboard:todo_deliverable", args=[row.pk])
    day = owner.get(f"{LIST}?at=deliverable-{row.pk}").context["form"].initial["on"]
    data = {"act": "hand", "count": "1", "on": day.isoformat(), "once": "T", "title": ""}
    for _again in range(2):
        owner.post(url, data, headers={"HX-Request": "true"})
    assert Handover.objects.count() == 1


def test_a_handover_begins_with_the_day_of_the_client(world: World, owner: Browser) -> None:
    tier = {"name": "G", "deliverables": [{"title": "posts", "promised": 4}]}
    agreement = retainer(world, tier=tier)
    Agreement.objects.filter(pk=agreement.pk).update(time_zone="Pacific/Pago_Pago")
    open_checklists(now=timezone.now() - timedelta(days=40))
    row = Deliverable.objects.get()
    form = owner.get(f"{LIST}?at=deliverable-{row.pk}").context["form"]
    assert form.initial["on"] == local_day(timezone.now(), "Pacific/Pago_Pago")


def test_a_handover_is_taken_back(world: World, owner: Browser) -> None:
    retainer(world, tier={"name": "G", "deliverables": [{"title": "posts", "promised": 4}]})
    open_checklists(now=timezone.now() - timedelta(days=40))
    row = Deliverable.objects.get()
    press(owner, row, "hand", "deliverable", count="4")
    assert Handover.objects.count() == 1 and keys(owner) == []
    undo(owner)
    assert Handover.objects.count() == 0 and keys(owner) == [f"deliverable-{row.pk}"]


def test_what_was_done_elsewhere_meanwhile_is_not_done_again(world: World, owner: Browser) -> None:
    warning = warned(world)
    warning_actions.dismiss_warning(warning=warning, now=timezone.now())
    answer = press(owner, warning, "send", "warning", note="N")
    assert answer.status_code == 409 and "Nothing happened" in page(answer)
    assert not OutboxEmail.objects.filter(kind="early_note").exists()
    agreement = Agreement.objects.get()
    asked = client_requests.create_request(
        contact=agreement.contact, agreement=agreement, text="A banner", now=timezone.now()
    )
    owner_replies.answer_request(request=asked, text="Yes.", now=timezone.now())
    answer = press(owner, asked, "answer", "request", text="Yes, again.")
    assert answer.status_code == 409 and asked.messages.count() == 2


def test_a_report_that_is_on_its_way_is_not_sent_again_from_another_tab(
    world: World, owner: Browser
) -> None:
    draft = reported(world, "Aurora")[0]
    press(owner, draft, "send", "report", **WORDS)
    draft.refresh_from_db()
    again = press(owner, draft, "send", "report", **WORDS | {"comment": "Other words."})
    assert again.status_code == 409 and "Nothing happened" in page(again)
    at, words = draft.send_at, draft.comment
    draft.refresh_from_db()
    assert (draft.send_at, draft.comment) == (at, words)
    undo(owner)
    assert press(owner, draft, "send", "report", **WORDS).status_code == 302


def test_an_error_is_said_in_the_entry_and_what_was_typed_stays(
    world: World, owner: Browser
) -> None:
    agreement = retainer(world, days=9)
    asked = client_requests.create_request(
        contact=agreement.contact, agreement=agreement, text="A banner", now=timezone.now()
    )
    assert press(owner, asked, "decline", "request", text="").status_code == 422
    bad = press(owner, asked, "answer", "request", text="On Friday", url="no link")
    assert bad.status_code == 422 and "On Friday" in page(bad)
    line = arrived(world, timezone.now().date())
    answer = press(owner, line, "match", "transfer")
    assert answer.status_code == 422 and "Choose an invoice." in page(answer)
    assert keys(owner) == [f"transfer-{line.pk}", f"request-{asked.pk}"]


def test_likely_invoices_are_one_press_away(world: World, owner: Browser) -> None:
    now = timezone.now()
    for name, amount in (("Aurora", 1_000_00), ("Boreal", 2_000_00)):
        world.running(
            world.client(name, now=now), now=now, card="", collect_by="transfer", amount=amount
        )
    run_billing(now=now, door="test")
    arrived(world, now.date(), 2_000_00, "BOREAL INC")
    likely = owner.get(LIST).context["likely"]
    assert [one.invoice.client.name for one in likely] == ["Boreal", "Aurora"]
    assert likely[0].is_proposed and not likely[0].difference and likely[1].difference


def test_an_entry_is_put_off_until_tomorrow(world: World, owner: Browser) -> None:
    line = arrived(world, timezone.now().date())
    press(owner, line, "later", "transfer")
    shown = owner.get(LIST)
    assert keys(owner) == [] and "1 thing is put off until tomorrow" in page(shown)
    owner.post(reverse("dashboard:todo_take_up"))
    assert keys(owner) == [f"transfer-{line.pk}"]


def test_an_empty_list_says_what_comes_next_and_when(world: World, owner: Browser) -> None:
    retainer(world, days=9)
    shown = page(owner.get(LIST))
    assert "Nothing is waiting for you" in shown
    assert "The next report to review: Baan Coffee, from" in shown
    assert "The next payment: $3,000 from Baan Coffee on" in shown


def test_the_list_costs_the_same_for_three_hundred_things_and_names_the_first(
    world: World, owner: Browser
) -> None:
    agreement = retainer(world, "Aurora")
    report_run.run_reports(now=timezone.now(), door="test")
    line = arrived(world, timezone.now().date())

    def queries() -> int:
        owner.get(LIST)
        with CaptureQueriesContext(connection) as caught:
            answer = owner.get(LIST)
        assert len(answer.context["queue"].entries) <= 31
        return len(caught)

    client_requests.create_request(
        contact=agreement.contact, agreement=agreement, text="A", now=timezone.now()
    )
    fill(world, agreement, 10)
    few = queries()
    fill(world, agreement, 60)
    BankStatementLine.objects.bulk_create(
        BankStatementLine(
            business=world.business,
            fingerprint=str(n),
            on=line.on,
            currency="USD",
            amount=1,
            text="T",
        )
        for n in range(300)
    )
    assert queries() <= few
    assert owner.get(LIST).context["queue"].count > 300
    assert "the first 30 are listed" in page(owner.get(LIST))


def test_the_overview_folds_all_but_five_and_tells_of_transfers_without_an_invoice(
    world: World, owner: Browser
) -> None:
    arrived(world, timezone.now().date())
    arrived(world, timezone.now().date(), 200_00)
    reported(world, *(f"Client {n}" for n in range(6)))
    shown = owner.get(reverse("dashboard:home"))
    assert "2 transfers are not matched yet" in page(shown)
    assert "things need you" not in page(shown), "the list has another number"
    assert page(shown).index("Work through the list") < page(shown).index("<summary>")


def test_the_overview_and_the_palette_lead_to_the_list(world: World, owner: Browser) -> None:
    arrived(world, timezone.now().date())
    reported(world, "Aurora")
    assert f'href="{LIST}"' in page(owner.get(reverse("dashboard:home")))
    found = owner.get(reverse("dashboard:search"), {"q": "to do"})
    assert LIST in [line.url for line in found.context["found"]]


def test_a_running_business_sees_its_first_steps_below_its_income(
    world: World, owner: Browser
) -> None:
    home = reverse("dashboard:home")
    world.proposal(now=timezone.now(), starts_on=timezone.now().date())
    page_before = page(owner.get(home))
    assert page_before.index("Get started") < page_before.index("Guaranteed every month")
    retainer(world, "Aurora", days=9)
    running = page(owner.get(home))
    assert running.index("Guaranteed every month") < running.index("Get started")
    assert running.index('id="ret"') < running.index("Get started")

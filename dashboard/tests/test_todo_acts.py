"""What is done in the to-do list writes the same rows as on the thing's own page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from agreements.models import Agreement, Period
from agreements.proposals import client_actions
from billing.models import BankStatementLine, Invoice, WithholdingCertificate
from billing.runs import hold
from billing.runs.billing_run import run_billing
from core import nudge
from core.dates import local_day
from core.models import OutboxEmail, User
from core.models.outbox import OutboxState
from core.outbox import emails
from delivery.models import Deliverable, EarlyWarning, Overage, Report
from delivery.renewing import warning_texts
from delivery.reports import report_run, send_reports
from delivery.reports.holding import held_sending
from delivery.requests import client_requests
from delivery.work.checklist_actions import open_checklists
from tests.browsers import logged_in
from tests.rows import written_by
from tests.world import HERE, World

pytestmark = pytest.mark.rendering


@dataclass
class Way:
    """One thing that waits: how its own page does it, and which button of the list says so."""

    page: str
    row: Any
    own: dict[str, str]
    act: str
    typed: dict[str, str]
    own_row: Any = None


def billed(world: World) -> Agreement:
    """A retainer whose first period is over, with posts that are owed."""
    then = timezone.now() - timedelta(days=40)
    tier = {"name": "Growth", "deliverables": [{"title": "posts", "promised": 4}]}
    agreement = world.running(now=then, tier=tier)
    run_billing(now=then, door="test")
    open_checklists(now=then)
    return agreement


def report(world: World) -> Way:
    billed(world)
    report_run.run_reports(now=timezone.now(), door="test")
    words = {"comment": "A good month.", "next_text": "", "decision": ""}
    at = local_time(world, timezone.now() + held_sending.HELD)
    own = words | {"schedule": "yes", "send_at": at}
    return Way("report", Report.objects.get(), own, "send", words)


def kept_report(world: World) -> Way:
    way = report(world)
    return Way("report", way.row, way.typed, "keep", way.typed)


def request(world: World) -> Way:
    agreement = billed(world)
    asked = client_requests.create_request(
        contact=agreement.contact, agreement=agreement, text="A banner", now=timezone.now()
    )
    typed = {"text": "It is yours on Friday.", "once": "a" * 32}
    return Way("request", asked, typed | {"act": "start"}, "start", typed)


def question(world: World) -> Way:
    offered = world.proposal(now=timezone.now(), starts_on=timezone.now().date())
    asked = client_actions.ask_question(
        proposal=offered,
        contact=offered.contact,
        text="Are drafts included?",
        now=timezone.now(),
        origin=HERE,
    )
    typed = {"text": "Yes, three."}
    return Way("question", asked, typed, "answer", typed)


def warning(world: World) -> EarlyWarning:
    now = timezone.now()
    world.running(now=now - timedelta(days=9))
    run_billing(now=now - timedelta(days=9), door="test")
    period = Period.objects.get()
    return EarlyWarning.objects.create(
        business=world.business,
        client=period.agreement.client,
        period=period,
        day=10,
        note="Two posts are late.",
        findings=[warning_texts.work_finding("posts", 0, 4, 2, 100)],
    )


def sent_warning(world: World) -> Way:
    note = {"note": "Two posts follow this week."}
    return Way("warning", warning(world), note, "send", note)


def dismissed_warning(world: World) -> Way:
    return Way("warning", warning(world), {"let_be": "yes"}, "dismiss", {})


def transfer(world: World) -> Way:
    now = timezone.now()
    agreement = world.running(now=now, card="", collect_by="transfer")
    run_billing(now=now, door="test")
    invoice = Invoice.objects.get(agreement=agreement)
    line = BankStatementLine.objects.create(
        business=world.business,
        fingerprint="f",
        on=local_day(now, world.business.time_zone),
        currency="USD",
        amount=invoice.total,
        text="BAAN COFFEE",
    )
    own = {"invoice": str(invoice.pk)}
    return Way("bank_line", line, own, f"invoice-{invoice.pk}", {})


def strange_transfer(world: World) -> Way:
    way = transfer(world)
    return Way("bank_line", way.row, {}, "ignore", {})


def signature(world: World) -> Way:
    agreement = world.signed(
        world.picked(now=timezone.now(), countersigns=True), now=timezone.now()
    )
    return Way("agreement_countersign", agreement, {}, "sign", {})


def deliverable(world: World) -> Way:
    billed(world)
    today = local_day(timezone.now(), "Asia/Bangkok").isoformat()
    typed = {"url": "https://files.example/posts", "count": "4", "on": today, "title": "Posts"}
    return Way("hand_over", Deliverable.objects.get(), typed, "hand", typed)


def unseen(world: World) -> Way:
    way = report(world)
    send_reports.send_report(report=way.row, actor="Nan", now=timezone.now())
    Report.objects.update(task_at=timezone.now())
    return Way("report_talked", way.row, {}, "talked", {})


def late_transfer(world: World) -> Way:
    then = timezone.now() - timedelta(days=25)
    world.running(now=then, card="", collect_by="transfer")
    run_billing(now=then, door="test")
    run_billing(now=timezone.now(), door="test")
    today = local_day(timezone.now(), "Asia/Bangkok").isoformat()
    typed = {"amount": "3000", "on": today, "reference": "R-77"}
    return Way("invoice_transfer", Invoice.objects.get(), typed, "record", typed)


def held(world: World) -> Way:
    now = timezone.now()
    agreement = world.running(now=now)
    hold.hold_billing(agreement=agreement, reason="A pause", actor="Nan", now=now)
    return Way("park_release", agreement, {"how": "skip"}, "skip", {})


def certificate(world: World) -> WithholdingCertificate:
    invoice = world.billed(now=timezone.now())
    return WithholdingCertificate.objects.create(
        business=world.business,
        client=invoice.client,
        invoice=invoice,
        currency="USD",
        amount=100,
    )


def asked_certificate(world: World) -> Way:
    return Way("certificate", certificate(world), {"chase": "yes"}, "ask", {})


def received_certificate(world: World) -> Way:
    typed = {"number": "50-1", "on": timezone.now().date().isoformat()}
    return Way("certificate", certificate(world), typed, "record", typed)


def trial_that_failed(world: World) -> Way:
    now = timezone.now()
    today = local_day(now, world.business.time_zone)
    agreement = world.running(now=now, interval="once", ends_on=today + timedelta(days=2))
    typed = {"words": "Two of eight posts reached more people."}
    return Way("trial_decide", agreement, typed | {"how": "no"}, "no", typed)


def trial_that_succeeded(world: World) -> Way:
    way = trial_that_failed(world)
    return Way("trial_decide", way.row, way.typed | {"how": "yes"}, "yes", way.typed)


def overage(world: World) -> Way:
    billed(world)
    period = Period.objects.order_by("starts_on").first()
    assert period
    asked = Overage.objects.create(
        business=world.business,
        client=period.agreement.client,
        period=period,
        minutes=120,
        rate=150_00,
        currency="USD",
        note="A second landing page",
    )
    return Way("overage_withdraw", asked, {}, "withdraw", {})


def failed_email(world: World) -> Way:
    emails.write(
        kind="note",
        ref="1",
        to="ploy@baan.example",
        template="note",
        context={"subject": "Hello", "paragraphs": ["Hello"], "link": "https://x.example"},
        language="en",
        business=world.business,
        now=timezone.now(),
    )
    OutboxEmail.objects.update(state=OutboxState.FAILED, error="SMTPException: no such mailbox")
    return Way("letter_again", OutboxEmail.objects.get(), {}, "again", {})


KINDS: dict[str, tuple[str, Callable[[World], Way]]] = {
    "a report that is sent": ("report", report),
    "a report that is left to its day": ("report", kept_report),
    "a request": ("request", request),
    "a question": ("question", question),
    "a note to a client": ("warning", sent_warning),
    "a warning that is dismissed": ("warning", dismissed_warning),
    "a transfer": ("transfer", transfer),
    "a transfer for no invoice": ("transfer", strange_transfer),
    "a signature": ("agreement", signature),
    "a late deliverable": ("deliverable", deliverable),
    "a report nobody has seen": ("unseen", unseen),
    "a transfer that is recorded": ("invoice", late_transfer),
    "billing on hold": ("hold", held),
    "a certificate that is asked for": ("certificate", asked_certificate),
    "a certificate that has come": ("certificate", received_certificate),
    "a trial that failed": ("trial", trial_that_failed),
    "a trial that succeeded": ("trial", trial_that_succeeded),
    "extra hours without an answer": ("overage", overage),
    "an email that failed": ("email", failed_email),
}


def local_time(world: World, at: Any) -> str:
    return f"{at.astimezone(ZoneInfo(world.business.time_zone)):%Y-%m-%dT%H:%M:%S}"


@pytest.mark.parametrize("what", KINDS)
def test_done_in_the_list_is_what_its_own_page_does(world: World, what: str) -> None:
    kind, made = KINDS[what]
    way = made(world)
    browser = logged_in(world.business.owner)
    listed = browser.get(reverse("dashboard:todo")).context["queue"].entries
    assert f"{kind}-{way.row.pk}" in {entry.key for entry in listed}

    def on_its_page() -> None:
        answer = browser.post(reverse(f"dashboard:{way.page}", args=[way.row.pk]), way.own)
        assert answer.status_code == 302

    def in_the_list() -> None:
        url = reverse(f"dashboard:todo_{kind}", args=[way.row.pk])
        answer = browser.post(url, way.typed | {"act": way.act, "next": ""})
        assert (answer.status_code, answer["Location"]) == (302, reverse("dashboard:todo"))
        left = browser.get(reverse("dashboard:todo")).context["queue"].entries
        assert f"{kind}-{way.row.pk}" not in {entry.key for entry in left}

    own, here = written_by(on_its_page, (User,)), written_by(in_the_list, (User,))
    assert own and own == here, [
        pair for pair in zip(own, here, strict=False) if pair[0] != pair[1]
    ]


def test_billing_starts_at_once_after_the_last_signature_from_the_list(
    world: World, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    row, rung = signature(world).row, []
    monkeypatch.setattr(nudge, "_send", lambda *given: rung.append(given[0]))
    with django_capture_on_commit_callbacks(execute=True):
        url = reverse("dashboard:todo_agreement", args=[row.pk])
        logged_in(world.business.owner).post(url, {"act": "sign", "next": ""})
    row.refresh_from_db()
    assert row.signed_at
    assert "billing.tasks.bill" in rung

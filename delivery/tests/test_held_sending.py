"""A report that is sent from the to-do list waits ten minutes for its owner (rule 72)."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from agreements.rules.errors import NoRecipient
from billing.runs.billing_run import run_billing
from clients.models import Contact
from core import audit, nudge
from delivery.models import Report
from delivery.reports import report_run, review_draft, send_reports
from delivery.reports.holding import held_sending
from delivery.rules.errors import AlreadySent
from tests.world import World

WORDS = {"comment": "A good month.", "next_text": "", "decision": ""}


@pytest.fixture
def draft(world: World) -> Report:
    """A draft of a report whose month is over."""
    then = timezone.now() - timedelta(days=40)
    world.running(now=then)
    run_billing(now=then, door="test")
    report_run.run_reports(now=timezone.now(), door="test")
    return Report.objects.select_related("period__agreement").get()


def test_a_worker_is_asked_to_send_it_once_its_moment_is_over(
    draft: Report, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr(nudge, "_send", lambda *given: asked.append(given))
    with django_capture_on_commit_callbacks(execute=True):
        held_sending.send_soon(report=draft, actor="Nan", now=timezone.now(), **WORDS)
    assert asked == [("delivery.tasks.send_reports", (), 600)]


def test_taken_back_it_goes_on_its_day_again_or_waits_where_that_has_passed(draft: Report) -> None:
    now = timezone.now()
    for before, then in ((now + timedelta(days=1), now + timedelta(days=1)), (now, None)):
        held_sending.send_soon(report=draft, actor="Nan", now=now, **WORDS)
        assert draft.send_at == now + held_sending.HELD
        back = held_sending.take_back(report=draft, send_at=before, reviewed_at=None, now=now)
        assert (back.send_at, back.reviewed_at, back.comment) == (then, None, WORDS["comment"])


def test_a_sent_report_is_neither_held_nor_taken_back(draft: Report) -> None:
    now = timezone.now()
    send_reports.send_report(report=draft, actor="Nan", now=now)
    with pytest.raises(AlreadySent):
        held_sending.send_soon(report=draft, actor="Nan", now=now, **WORDS)
    with pytest.raises(AlreadySent):
        held_sending.take_back(report=draft, send_at=None, reviewed_at=None, now=now)


def test_without_a_reader_nothing_is_written(draft: Report) -> None:
    Contact.objects.update(is_active=False)
    before = draft.send_at
    with pytest.raises(NoRecipient):
        held_sending.send_soon(report=draft, actor="Nan", now=timezone.now(), **WORDS)
    draft.refresh_from_db()
    assert (draft.comment, draft.reviewed_at, draft.send_at) == ("", None, before)


def test_the_person_who_released_it_is_recorded_and_not_the_job(draft: Report) -> None:
    now = timezone.now()
    held_sending.send_soon(report=draft, actor="Nan <nan@studio.example>", now=now, **WORDS)
    report_run.run_reports(now=now + held_sending.HELD, door="test")
    (event,) = audit.chain(draft.pk)
    assert (event.event, event.actor) == ("report_sent", "Nan <nan@studio.example>")


def test_so_is_whoever_chose_its_time_until_that_is_taken_back(draft: Report) -> None:
    now = timezone.now()
    later = now + timedelta(hours=1)
    review_draft.schedule_report(report=draft, at=later, actor="Nan", now=now)
    held_sending.send_soon(report=draft, actor="Ploy", now=now, **WORDS)
    back = held_sending.take_back(
        report=draft, send_at=later, reviewed_at=now, released_by="Nan", now=now
    )
    assert back.released_by == "Nan"
    held_sending.take_back(report=draft, send_at=later, reviewed_at=None, now=now)
    report_run.run_reports(now=later, door="test")
    (event,) = audit.chain(draft.pk)
    assert event.actor == send_reports.JOB_ACTOR

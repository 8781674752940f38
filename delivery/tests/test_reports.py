"""A report is drafted once for each period that is over, and is frozen when it is sent."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from billing.run import bill
from core.errors import NotAllowedNow, RuleError
from core.models import Outbox
from delivery import log, review, run, send
from delivery.models import Report
from tests.world import NOW, World

LATER = NOW + timedelta(days=31)


@pytest.fixture
def drafted(world: World) -> Report:
    agreement = world.signed()
    bill(now=NOW, door="test")
    log.log_time(agreement=agreement, on=NOW.date(), minutes=90, note="Content plan", now=NOW)
    run.report(now=LATER, door="test")
    return Report.objects.get()


def test_running_the_job_twice_drafts_one_and_tells_the_owner_once(drafted: Report) -> None:
    assert run.report(now=LATER, door="test").result["drafted"] == 0
    assert Outbox.objects.filter(kind="report_drafted").count() == 1


def test_nothing_is_drafted_before_the_period_is_over(world: World) -> None:
    world.signed()
    bill(now=NOW, door="test")
    run.report(now=NOW + timedelta(days=29), door="test")
    assert not Report.objects.exists()


def test_a_sent_report_tells_its_story_in_the_letter_and_never_changes(drafted: Report) -> None:
    review.save_words(report=drafted, comment="A strong month.", next_text="Video.")
    send.send_report(report=drafted, actor="Nan", now=LATER)
    letter = Outbox.objects.get(kind="report")
    for words in ("A strong month.", "1.5 h", "posts", "Video."):
        assert words in letter.text
    assert letter.attachment
    assert drafted.sha256 == send.digest(drafted.snapshot)
    with pytest.raises(NotAllowedNow):
        send.send_report(report=drafted, actor="Nan", now=LATER)
    with pytest.raises(RuleError):
        review.save_words(report=drafted, comment="Other", next_text="")
    with pytest.raises(DatabaseError), transaction.atomic():
        Report.objects.update(snapshot={})
    assert Outbox.objects.filter(kind="report").count() == 1


def test_late_time_goes_to_the_open_period_with_a_note(drafted: Report) -> None:
    send.send_report(report=drafted, actor="Nan", now=LATER)
    bill(now=LATER, door="test")
    entry = log.log_time(agreement=drafted.period.agreement, on=NOW.date(), minutes=30, note="Forgotten", now=LATER)
    assert entry.period_id != drafted.period_id
    assert NOW.date().isoformat() in entry.note

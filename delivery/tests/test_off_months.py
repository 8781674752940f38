"""An off month is seen by its owner before its report goes out, and it still arrives (rule 66)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from billing.runs.billing_run import run_billing
from core.dates import local_day
from core.models import OutboxEmail
from core.outbox import emails
from delivery.models import Deliverable, Report
from delivery.reports import report_run, review_draft
from delivery.reports.holding import off_month_rules
from delivery.rules import off_months
from delivery.rules.off_months import OffMonth
from tests.world import NOW, World

TIER = {"name": "Growth", "deliverables": [{"title": "posts", "promised": 4}]}
LATER = NOW + timedelta(days=31)
DUE = datetime(2026, 12, 6, 9, 0, tzinfo=ZoneInfo("Asia/Bangkok"))
EVENING = DUE.replace(hour=18)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def off(world: World) -> Report:
    """The draft of a month in which none of four posts was published."""
    world.running(world.client("Aurora"), card="", tier=TIER)
    run_billing(now=NOW, door="test")
    report_run.run_reports(now=LATER, door="test")
    return Report.objects.get()


def run(now: datetime) -> int:
    return int(report_run.run_reports(now=now, door="test").result["sent"])


def told() -> list[OutboxEmail]:
    return list(OutboxEmail.objects.filter(kind="reports_held"))


def test_an_off_month_is_held_on_its_day_and_the_owner_is_told_with_the_deadline(
    off: Report,
) -> None:
    assert (run(DUE), run(DUE + MINUTE)) == (0, 0)
    off.refresh_from_db()
    assert (off.held_at, off.send_at, off.sent_at) == (DUE, EVENING, None)
    emails.send_due(now=DUE)
    (email,) = told()
    assert email.to == off.business.owner.email
    assert "Aurora" in email.subject
    assert "6 Dec 2026, 18:00" in email.text


def test_it_still_arrives_on_the_agreed_day_with_its_numbers_in_sentences(off: Report) -> None:
    run(DUE)
    assert (run(EVENING - MINUTE), run(EVENING), run(EVENING)) == (0, 1, 0)
    off.refresh_from_db()
    assert off.unreviewed and off.sent_at == EVENING
    assert off.snapshot["comment"] == "The four posts are still to come."


def test_the_first_email_about_the_draft_already_names_the_off_month_and_its_deadline(
    off: Report,
) -> None:
    emails.send_due(now=LATER)
    email = OutboxEmail.objects.get(kind="reports_drafted")
    assert "an off month" in email.text and "6 Dec 2026, 18:00" in email.text


def test_a_month_that_is_not_off_is_sent_in_the_morning(off: Report) -> None:
    Deliverable.objects.update(done=4)
    assert run(DUE) == 1
    assert not told()


def test_what_was_reviewed_is_sent_in_the_morning(off: Report) -> None:
    review_draft.save_texts(report=off, comment="The studio was closed.", next_text="", now=LATER)
    assert run(DUE) == 1
    off.refresh_from_db()
    assert not off.unreviewed and off.held_at is None


def test_the_owner_may_choose_that_it_goes_out_like_any_other(off: Report) -> None:
    off_month_rules.set_rule(business=off.business, choice=OffMonth.SEND, now=LATER)
    assert run(DUE) == 1
    assert not told()


def test_the_owner_may_choose_that_it_never_goes_out_unseen(off: Report) -> None:
    off_month_rules.set_rule(business=off.business, choice=OffMonth.WAIT, now=LATER)
    assert [run(DUE + timedelta(days=days)) for days in (0, 1, 30)] == [0, 0, 0]
    off.refresh_from_db()
    assert off.send_at is None and len(told()) == 1
    later = DUE + timedelta(days=30)
    off_month_rules.set_rule(business=off.business, choice=OffMonth.SEND, now=later)
    assert run(later) == 1


def test_an_agreement_may_have_a_rule_of_its_own(off: Report) -> None:
    agreement = off.period.agreement
    off_month_rules.set_rule(business=off.business, choice=OffMonth.SEND, now=LATER)
    off_month_rules.set_rule(
        business=off.business, agreement=agreement, choice=OffMonth.HOLD, now=LATER
    )
    assert run(DUE) == 0
    off_month_rules.set_rule(business=off.business, agreement=agreement, choice=None, now=LATER)
    assert off_month_rules.rules_of([off])[off.pk] == OffMonth.SEND


def test_the_page_shows_the_deadline_and_changes_the_rule(off: Report) -> None:
    browser = Browser()
    browser.force_login(off.business.owner, backend="django.contrib.auth.backends.ModelBackend")
    page = reverse("dashboard:report", args=[off.pk])
    assert "6 Dec 2026, 18:00" in browser.get(page).content.decode()
    url = reverse("dashboard:report_off_month", args=[off.pk])
    assert browser.post(url, {"choice": "send"}).status_code == 302
    assert off_month_rules.rules_of([off])[off.pk] == OffMonth.SEND
    assert browser.post(reverse("dashboard:off_month_rule"), {"choice": "wait"}).status_code == 302
    assert off_month_rules.rule_of_business(off.business) == OffMonth.WAIT
    browser.post(url, {"choice": ""})
    assert off_month_rules.rules_of([off])[off.pk] == OffMonth.WAIT


def test_holding_twelve_takes_as_many_queries_as_three(world: World) -> None:
    def asked(count: int) -> int:
        for n in range(count):
            world.running(world.client(f"C{count}-{n}"), card="", tier=TIER)
        run_billing(now=NOW, door="test")
        report_run.run_reports(now=LATER, door="test")
        OutboxEmail.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            assert run(DUE) == 0
        assert Report.objects.filter(held_at=DUE).count() == count
        Report.objects.update(held_at=NOW)
        return len(queries)

    assert asked(12) == asked(3)


ZONES = ("Asia/Bangkok", "Europe/Berlin", "Pacific/Honolulu", "Pacific/Auckland", "UTC")
moments = st.integers(0, 60 * 24 * 800).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + n * MINUTE)


@given(moments, moments, st.sampled_from(ZONES))
def test_a_deadline_leaves_a_working_day_and_is_at_most_a_day_and_a_half_away(
    send_at: datetime, now: datetime, zone: str
) -> None:
    begun = max(send_at, now)
    until = off_months.deadline(send_at, now, zone)
    assert off_months.LEAST_HELD <= until - begun <= timedelta(hours=34)
    assert until.astimezone(ZoneInfo(zone)).hour == off_months.HOUR


def test_a_report_due_in_the_morning_still_arrives_on_its_agreed_day() -> None:
    until = off_months.deadline(DUE, DUE, "Asia/Bangkok")
    assert local_day(until, "Asia/Bangkok") == DUE.date()

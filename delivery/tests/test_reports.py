"""A report is drafted when its period ends, sent on its day, and never changes after that.

See rules 38 and 40.
"""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from agreements.changing import pause
from agreements.models import Agreement, Period
from agreements.tests.test_amending import upgrade
from agreements.tests.test_signers import sign_as
from billing.runs.billing_run import run_billing
from clients.models import Contact
from core import audit
from core.digest import digest
from core.errors import NotAllowedNow, RuleError
from core.models import Business, Link, OutboxEmail, OwnerNote
from core.models.notification import Event, Hears
from core.outbox import emails
from delivery.hours import time_log
from delivery.kpis import kpi_changes
from delivery.models import Deliverable, Report
from delivery.reports import (
    client_decision,
    report_pdf,
    report_reminders,
    report_run,
    review_draft,
    send_reports,
    view_tracking,
)
from delivery.reports.report_emails import NUDGE, report_of_image
from delivery.reports.report_texts import template_context
from tests.world import HERE, NOW, World

LATER = NOW + timedelta(days=31)  # 3 December, noon in Bangkok: the first period ended on the 2nd
DUE = datetime(
    2026, 12, 6, 9, 0, tzinfo=ZoneInfo("Asia/Bangkok")
)  # five days after the last day of the period
WAITS = {
    "seller": {"name": "S", "legal_name": "S"},
    "buyer": {"legal_name": "B"},
    "report_unreviewed": "wait",
}


@pytest.fixture
def drafted(world: World) -> Report:
    agreement = world.signed()
    run_billing(now=NOW, door="test")
    time_log.log_time(agreement=agreement, on=NOW.date(), minutes=90, note="Content plan", now=NOW)
    report_run.run_reports(now=LATER, door="test")
    return Report.objects.get()


def words(report: Report, now: datetime = LATER, **more: Any) -> Report:
    texts = {
        "comment": "A strong month.",
        "next_text": "Video.",
        "decision": "Shall we add video?",
    } | more
    return review_draft.save_texts(report=report, now=now, **texts)


def sent(report: Report, now: datetime = LATER) -> Report:
    """Freeze the report, render its PDF and send its email."""
    send_reports.send_report(report=report, actor="Nan", now=now)
    report_pdf.render_due(now=now)
    emails.send_due(now=now)
    report.refresh_from_db()
    return report


def email(kind: str = "report") -> OutboxEmail:
    return OutboxEmail.objects.get(kind=kind)


# Drafted


def test_running_the_job_twice_drafts_one_report_and_tells_the_owner_once(drafted: Report) -> None:
    assert report_run.run_reports(now=LATER, door="test").result["drafted"] == 0
    assert OutboxEmail.objects.filter(kind="reports_drafted").count() == 1


def test_nothing_is_drafted_before_the_period_is_over(world: World) -> None:
    world.signed()
    run_billing(now=NOW, door="test")
    report_run.run_reports(now=NOW + timedelta(days=29), door="test")
    assert not Report.objects.exists()


def test_a_paused_period_has_no_report_and_the_next_one_says_so(world: World) -> None:
    agreement = world.running()
    run_billing(now=NOW, door="test")
    pause.skip_next_period(agreement=agreement, reason="Holidays", actor="Nan", now=NOW)
    for months in (1, 2, 3):
        run_billing(now=NOW + months * timedelta(days=31), door="test")
    report_run.run_reports(now=NOW + timedelta(days=95), door="test")
    assert list(
        Report.objects.order_by("period__index").values_list("period__index", flat=True)
    ) == [0, 2]
    shot = send_reports.current_snapshot(
        Report.objects.select_related("period").get(period__index=2)
    )
    assert shot["silent"] == [{"starts_on": "2026-12-02", "because": "Holidays"}]


def test_an_agreement_that_ends_inside_a_period_gets_its_last_report_then(world: World) -> None:
    agreement = world.running()
    run_billing(now=NOW, door="test")
    Agreement.objects.filter(pk=agreement.pk).update(ends_on=date(2026, 11, 16), state="ended")
    report_run.run_reports(now=NOW + timedelta(days=15), door="test")
    shot = send_reports.current_snapshot(Report.objects.get())
    assert (shot["period"]["ends_on"], shot["ended_on"]) == ("2026-11-16", "2026-11-16")


def test_drafting_and_sending_forty_reports_take_as_many_queries_as_four(world: World) -> None:
    def questions(clients: int) -> int:
        for n in range(clients):
            world.running(world.client(f"C{clients}-{n}"), card="")
        run_billing(now=NOW, door="test")
        with CaptureQueriesContext(connection) as asked:
            assert report_run.run_reports(now=LATER, door="test").result["drafted"] == clients
            assert report_run.run_reports(now=DUE, door="test").result["sent"] == clients
        return len(asked)

    assert questions(40) == questions(4)


# What it says


def test_a_report_says_what_was_promised_done_measured_and_requested(drafted: Report) -> None:
    shot = send_reports.current_snapshot(drafted)
    assert shot["hours"]["used"] == 90
    assert (
        shot["deliverables"][0] | {"title": "posts", "promised": 4, "done": 0}
        == shot["deliverables"][0]
    )
    assert shot["requests"]["asked"] == 0 and shot["requests"]["median_minutes"] is None


def test_a_kpi_without_a_reading_says_so_and_from_zero_there_is_no_percentage(
    drafted: Report,
) -> None:
    agreement = drafted.period.agreement
    facts = {
        "agreement": agreement,
        "unit": "",
        "baseline": Decimal(0),
        "less_is_better": False,
        "now": NOW,
    }
    kpi_changes.add_kpi(name="Visits", target=Decimal(100), **facts)
    signups = kpi_changes.add_kpi(name="Sign-ups", target=Decimal(50), **facts)
    kpi_changes.write_reading(
        kpi=signups, period=drafted.period, value=Decimal(20), on=NOW.date(), now=NOW
    )
    sent(drafted)
    text = email().text
    assert "Visits: no reading, target 100" in text
    assert "from 0 at the start" in text and "Visits: 0" not in text


def test_the_chosen_kpis_are_shown_first_and_at_most_three(drafted: Report) -> None:
    made = [
        kpi_changes.add_kpi(
            agreement=drafted.period.agreement,
            name=f"K{n}",
            unit="",
            baseline=Decimal(1),
            target=Decimal(2),
            less_is_better=False,
            now=NOW + timedelta(seconds=n),
        )
        for n in range(5)
    ]
    words(drafted, chosen=[str(made[n].pk) for n in (4, 4, 0)])
    shown = [(row["name"], row["shown"]) for row in send_reports.current_snapshot(drafted)["kpis"]]
    assert shown == [("K4", True), ("K0", True), ("K1", False), ("K2", False), ("K3", False)]


# Sent and frozen


def test_a_sent_report_is_complete_in_its_email_and_never_changes(drafted: Report) -> None:
    sent(words(drafted))
    for phrase in (
        "A strong month.",
        "1.5 of 20 hours used",
        "posts",
        "Video.",
        "Shall we add video?",
    ):
        assert phrase in email().text
    assert email().attachment == drafted.document or email().attachment
    drafted.refresh_from_db()
    assert drafted.sha256 == digest(drafted.snapshot)
    with pytest.raises(NotAllowedNow):
        send_reports.send_report(report=drafted, actor="Nan", now=LATER)
    with pytest.raises(RuleError):
        words(drafted, comment="Other")
    with pytest.raises(DatabaseError), transaction.atomic():
        Report.objects.update(snapshot={})
    assert OutboxEmail.objects.filter(kind="report").count() == 1


def test_a_report_that_was_sent_before_keeps_its_sentences(drafted: Report) -> None:
    """Its opening and its hours were not frozen with it, and are written as they were then."""
    shot = send_reports.current_snapshot(drafted)
    del shot["said"]
    then = template_context(shot)
    assert then["verdict_text"] == (
        "This month fell short of its targets. What happens next is at the end of this report."
    )
    assert then["hours_text"].startswith("1.5 h of 20 h used")
    assert (then["changed_text"], then["next_text"]) == ("", "")


def test_a_report_names_what_changed_since_the_one_before(drafted: Report) -> None:
    sent(words(drafted))
    run_billing(now=LATER, door="test")
    report_run.run_reports(now=LATER + timedelta(days=31), door="test")
    second = sent(Report.objects.get(state="draft"), now=LATER + timedelta(days=31))
    assert second.snapshot["said"]["changed"] == (
        "Compared with November: 0 hours used instead of 1.5."
    )


def test_unprintable_characters_do_not_stop_a_report(drafted: Report) -> None:
    Deliverable.objects.update(title="posts 🎉")
    assert sent(drafted).document
    assert "🎉" in email().text


def test_two_workers_render_one_pdf_and_send_one_email(drafted: Report) -> None:
    send_reports.send_report(report=drafted, actor="Nan", now=LATER)
    one, other = Report.objects.get(), Report.objects.get()
    first = report_pdf.ensure_pdf(report=one, now=LATER)
    second = report_pdf.ensure_pdf(report=other, now=LATER + timedelta(minutes=1))
    assert first == second
    assert OutboxEmail.objects.filter(kind="report").count() == 1


def test_late_time_goes_to_the_open_period_with_a_note(drafted: Report) -> None:
    send_reports.send_report(report=drafted, actor="Nan", now=LATER)
    run_billing(now=LATER, door="test")
    entry = time_log.log_time(
        agreement=drafted.period.agreement, on=NOW.date(), minutes=30, note="Forgotten", now=LATER
    )
    assert entry.period_id != drafted.period_id
    assert NOW.date().isoformat() in entry.note


# It always goes out


def test_a_quarterly_report_is_not_called_a_month(world: World) -> None:
    silent = {
        "seller": {"name": "S", "legal_name": "S"},
        "buyer": {"legal_name": "B"},
        "report_days": None,
    }
    world.running(interval="quarterly", terms=silent)
    for now in (NOW, NOW + timedelta(days=93)):
        run_billing(now=now, door="test")
    report_run.run_reports(now=NOW + timedelta(days=93), door="test")
    report = Report.objects.get()
    assert send_reports.report_title(report) == "Report for November 2026 – January 2027"
    opening = template_context(review_draft.contents_shown(report))["verdict_text"]
    assert "period" in opening and "month" not in opening
    assert report.send_at and report.send_at.date() == date(2027, 2, 6), (
        "five days, where the terms say nothing"
    )


def test_an_unreviewed_report_is_sent_on_the_agreed_day_with_the_figures_alone(
    drafted: Report,
) -> None:
    assert drafted.send_at == DUE
    Deliverable.objects.update(done=4)
    assert report_run.run_reports(now=DUE - timedelta(minutes=1), door="test").result["sent"] == 0
    assert report_run.run_reports(now=DUE, door="test").result["sent"] == 1
    assert report_run.run_reports(now=DUE, door="test").result["sent"] == 0
    drafted.refresh_from_db()
    assert drafted.unreviewed and drafted.snapshot["decision"] == ""
    assert "all four posts" in drafted.snapshot["comment"]
    (event,) = audit.chain(drafted.pk)
    assert (event.event, event.actor) == ("report_sent", "Retainer Hub")


def test_saved_texts_are_sent_with_the_report(drafted: Report) -> None:
    words(drafted)
    report_run.run_reports(now=DUE, door="test")
    drafted.refresh_from_db()
    assert not drafted.unreviewed and drafted.snapshot["comment"] == "A strong month."


def test_a_report_that_must_be_reviewed_waits_and_its_reminders_grow_rarer_and_end(
    world: World,
) -> None:
    world.running(terms=WAITS)
    run_billing(now=NOW, door="test")
    for day in range(60):
        report_run.run_reports(now=LATER + timedelta(days=day), door="test")
    assert Report.objects.get().send_at is None
    assert Report.objects.get().sent_at is None
    told = OutboxEmail.objects.filter(kind__in=("reports_drafted", "reports_waiting"))
    days = [(row.created_at - LATER).days for row in told.order_by("created_at")]
    assert days == [0, 3, 9, 21]


def test_a_change_of_tier_keeps_the_report_terms_and_the_value_adds(
    world: World,
) -> None:
    added = [{"title": "An audit", "minutes": 60, "ends_on": "2027-06-30", "reason": "A start"}]
    agreement = world.signed(card="", report_unreviewed="wait", value_adds=added)
    sign_as(upgrade(agreement), agreement.contact)
    for days in (0, 31, 62):
        run_billing(now=NOW + timedelta(days=days), door="test")
    report_run.run_reports(now=NOW + timedelta(days=62), door="test")
    report = Report.objects.get(period__amendment__isnull=False)
    assert report.send_at is None and send_reports.current_snapshot(report)["value_adds"] == [
        "An audit"
    ]


def test_a_job_that_is_weeks_late_leaves_a_day_for_review_and_then_sends_each_report_once(
    world: World,
) -> None:
    world.running()
    for months in range(3):
        run_billing(now=NOW + months * timedelta(days=31), door="test")
    late = NOW + timedelta(days=80)
    report_run.run_reports(now=late, door="test")
    assert Report.objects.filter(send_at__gte=late + timedelta(hours=24)).count() == 2
    for hours in range(72):
        report_run.run_reports(now=late + timedelta(hours=hours), door="test")
    report_pdf.render_due(now=late)
    assert OutboxEmail.objects.filter(kind="report").count() == 2


def test_a_scheduled_report_is_sent_at_its_time(drafted: Report) -> None:
    at = LATER + timedelta(days=1)
    review_draft.schedule_report(report=words(drafted), at=at, actor="Nan", now=LATER)
    report_run.run_reports(now=at, door="test")
    drafted.refresh_from_db()
    assert drafted.sent_at == at and not drafted.unreviewed
    with pytest.raises(RuleError):
        review_draft.schedule_report(report=drafted, at=at - timedelta(days=3), actor="Nan", now=at)


def test_without_an_active_contact_the_report_stays_a_draft(
    drafted: Report,
) -> None:
    Deliverable.objects.update(done=4)
    Contact.objects.update(is_active=False)
    with pytest.raises(RuleError):
        send_reports.send_report(report=drafted, actor="Nan", now=LATER)
    assert report_run.run_reports(now=DUE, door="test").result["sent"] == 0
    Contact.objects.update(is_active=True)
    assert report_run.run_reports(now=DUE, door="test").result["sent"] == 1


def test_a_reminder_is_never_sent_to_a_former_contact(drafted: Report) -> None:
    report = sent(drafted)
    Contact.objects.update(is_active=False)
    report_reminders.remind_clients_due(now=LATER + timedelta(hours=73))
    emails.send_due(now=LATER + timedelta(hours=73))
    assert (
        report.nudged_at is None and email(NUDGE).to == "" and "NoRecipient" in email(NUDGE).error
    )
    assert not Link.objects.filter(created_at__gt=LATER + timedelta(hours=72)).exists()


# Seen and answered


def test_views_are_stored_and_missing_views_stay_unknown(drafted: Report) -> None:
    sent(drafted)
    assert (drafted.letter_opened_at, drafted.opened_at, drafted.read_seconds) == (None, None, None)
    token = re.search(r"/p/seen/(.+?)\.gif", email().html)
    assert (
        token
        and report_of_image(token[1]) == drafted.pk.hex
        and report_of_image("x" + token[1]) is None
    )
    view_tracking.record_email_opened(report_id=drafted.pk.hex, now=LATER)
    view_tracking.record_email_opened(report_id=drafted.pk.hex, now=DUE)
    for seconds in (15, 9999, -5):
        view_tracking.record_seconds(report=drafted, seconds=seconds)
    drafted.refresh_from_db()
    assert (drafted.letter_opened_at, drafted.read_seconds) == (LATER, 75)


def test_without_the_picture_no_email_records_that_it_was_opened(drafted: Report) -> None:
    Business.objects.update(tracking_picture=False)
    sent(drafted)
    assert "/p/seen/" not in email().html and "<img" not in email().html
    view_tracking.record_email_opened(report_id=drafted.pk.hex, now=LATER)  # of an earlier email
    drafted.refresh_from_db()
    assert drafted.letter_opened_at is None


def test_an_unseen_report_gets_one_reminder_after_72_hours_and_then_a_task(drafted: Report) -> None:
    sent(drafted)
    step, minute = timedelta(hours=72), timedelta(minutes=1)
    for n in range(1, 4):  # the email was sent a moment after the task began
        report_reminders.remind_clients_due(now=LATER + n * step + minute)
    assert OutboxEmail.objects.filter(kind=NUDGE).count() == 1
    assert report_reminders.create_tasks_due(now=LATER + step + step) == 0
    assert report_reminders.create_tasks_due(now=LATER + step + step + minute) == 1


def test_of_several_unseen_reports_only_the_latest_becomes_a_task(
    drafted: Report,
) -> None:
    sent(drafted)
    month = timedelta(days=31)
    run_billing(now=LATER, door="test")
    report_run.run_reports(now=LATER + month, door="test")
    last = sent(Report.objects.exclude(pk=drafted.pk).get(), now=LATER + month)
    Report.objects.update(task_at=LATER + month)
    assert list(report_reminders.open_tasks(Report.objects.all())) == [last]
    report_reminders.complete_task(report=last, now=LATER + month)
    assert not report_reminders.open_tasks(Report.objects.all())


def test_a_report_that_was_seen_gets_no_reminder(drafted: Report) -> None:
    sent(drafted)
    view_tracking.record_opened(report=drafted, now=LATER)
    assert report_reminders.remind_clients_due(now=LATER + timedelta(days=9)) == 0


def test_a_decision_is_answered_once_and_emailed_to_the_freelancer(drafted: Report) -> None:
    sent(words(drafted))
    contact = drafted.period.agreement.contact
    client_decision.store_answer(
        report=drafted, answer="yes", contact=contact, now=LATER, origin=HERE, words="Please do"
    )
    with pytest.raises(NotAllowedNow):
        client_decision.store_answer(
            report=drafted, answer="no", contact=contact, now=LATER, origin=HERE
        )
    emails.send_due(now=LATER)
    assert "Please do" in email("report_answered").text
    assert audit.is_whole(audit.chain(drafted.pk)) and len(audit.chain(drafted.pk)) == 2


def test_an_answer_is_in_the_daily_summary_where_the_owner_chose_so(
    drafted: Report, world: World
) -> None:
    world.hears(Hears.DAILY, Event.DECIDED)
    sent(words(drafted))
    contact = drafted.period.agreement.contact
    client_decision.store_answer(
        report=drafted, answer="yes", contact=contact, now=LATER, origin=HERE
    )
    said = drafted.client.name + " answered “Yes, go ahead”: Shall we add video?"
    assert OwnerNote.objects.get().sentence == said
    assert not OutboxEmail.objects.filter(kind="report_answered").exists()


def test_a_report_without_a_decision_accepts_no_answer(drafted: Report) -> None:
    sent(words(drafted, decision=""))
    with pytest.raises(NotAllowedNow):
        client_decision.store_answer(
            report=drafted,
            answer="yes",
            contact=drafted.period.agreement.contact,
            now=LATER,
            origin=HERE,
        )
    assert "answer=" not in email().html


def test_the_same_contents_give_the_same_hash_whatever_the_day(drafted: Report) -> None:
    before = digest(send_reports.current_snapshot(drafted))
    assert before == digest(send_reports.current_snapshot(Report.objects.get()))
    assert Period.objects.count() == 1

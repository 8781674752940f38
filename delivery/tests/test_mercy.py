"""A mistake is taken back: removed time, a skipped period, and what a sent report said wrong."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.test import Client as Browser
from django.urls import reverse

from agreements.changing import pause
from agreements.models import Agreement, Pause, Period
from agreements.rules.errors import TooSoon
from billing.runs.billing_run import run_billing
from core import audit
from core.errors import NotAllowedNow, RuleError
from core.models import OutboxEmail
from core.outbox import emails
from delivery.hours import hours_left, time_log
from delivery.kpis import kpi_changes
from delivery.models import Report, ReportCorrection, TimeEntry
from delivery.reports import report_run, send_reports
from delivery.reports.corrections import correct_report
from delivery.rules.errors import NoPeriod, TooMuch
from tests.world import HERE, NOW, World

FIRST, DAY = date(2026, 11, 2), timedelta(days=1)
LATER = NOW + 31 * DAY


@pytest.fixture
def agreement(world: World) -> Agreement:
    made = world.running(card="")
    run_billing(now=NOW, door="test")
    return made


def dashboard(world: World) -> Browser:
    browser = Browser()
    browser.force_login(world.business.owner, backend="django.contrib.auth.backends.ModelBackend")
    return browser


# Removed time


def removed(agreement: Agreement) -> TimeEntry:
    entry = time_log.log_time(
        agreement=agreement, on=FIRST, minutes=90, note="Plan", actor="Nan", now=NOW
    )
    time_log.delete_time(entry=entry, now=NOW, actor="Nan")
    return TimeEntry.history.get(pk=entry.pk)


def test_removed_time_comes_back_as_it_was(agreement: Agreement) -> None:
    entry = removed(agreement)
    back = time_log.restore_time(entry=entry, now=NOW, actor="Nan")
    assert (back.on, back.minutes, back.note, back.period) == (FIRST, 90, "Plan", entry.period)
    assert back.replaces == entry
    assert hours_left.statement_of(back.period).used == 90
    assert not time_log.deleted_entries(agreement.business)
    with pytest.raises(NoPeriod):
        time_log.restore_time(entry=entry, now=NOW)


def test_removed_time_comes_back_only_where_the_day_has_room_for_it(agreement: Agreement) -> None:
    entry = removed(agreement)
    time_log.log_time(agreement=agreement, on=FIRST, minutes=23 * 60, note="Long", now=NOW)
    with pytest.raises(TooMuch):
        time_log.restore_time(entry=entry, now=NOW)
    assert time_log.deleted_entries(agreement.business).get() == entry


def test_the_list_of_removed_entries_brings_one_back(world: World, agreement: Agreement) -> None:
    entry, browser = removed(agreement), dashboard(world)
    page = browser.get(reverse("dashboard:time") + "?state=taken").content.decode()
    url = reverse("dashboard:time_restore", args=[entry.pk])
    assert url in page
    assert browser.post(url).status_code == 302
    assert TimeEntry.objects.get().minutes == 90
    other = Browser()
    other.force_login(World().business.owner, backend="django.contrib.auth.backends.ModelBackend")
    assert other.post(url).status_code == 404


# A skipped period


def skipped(agreement: Agreement) -> Pause:
    return pause.skip_next_period(agreement=agreement, reason="Holidays", actor="Nan", now=NOW)


def test_a_skipped_period_is_taken_up_again_and_billed(agreement: Agreement) -> None:
    row = skipped(agreement)
    pause.take_up_skipped(skip=row, actor="Nan", now=NOW + DAY)
    assert not Pause.objects.exists()
    run_billing(now=LATER, door="test")
    period = Period.objects.get(index=1)
    assert (period.amount, period.minutes) == (agreement.amount, agreement.minutes)
    assert audit.chain(agreement.pk)[-1].event == "skip_taken_back"
    email = OutboxEmail.objects.get(kind="skip_taken_back")
    assert "2 December 2026" in email.text and "as usual" in email.text


def test_it_is_too_late_on_its_first_day(agreement: Agreement) -> None:
    row = skipped(agreement)
    with pytest.raises(TooSoon):
        pause.take_up_skipped(skip=row, actor="Nan", now=NOW + 30 * DAY)
    assert Pause.objects.get() == row


def test_the_agreement_offers_to_take_it_up_again(world: World, agreement: Agreement) -> None:
    row = skipped(agreement)
    Pause.objects.filter(pk=row.pk).update(starts_on=date(2999, 1, 2), ends_on=date(2999, 2, 2))
    browser, url = dashboard(world), reverse("dashboard:skip_undo", args=[row.pk])
    page = browser.get(reverse("dashboard:agreement", args=[agreement.pk])).content.decode()
    assert url in page
    assert browser.post(url).status_code == 302
    assert not Pause.objects.exists()


# A correction


@pytest.fixture
def wrong(agreement: Agreement) -> Report:
    """A report that was sent with 3.6, where 3.4 is right."""
    kpi = kpi_changes.add_kpi(
        agreement=agreement,
        name="Engagement",
        unit="%",
        baseline=Decimal(3),
        target=Decimal("3.5"),
        less_is_better=False,
        kind="engagement",
        now=NOW,
    )
    reading = {"kpi": kpi, "period": Period.objects.get(), "on": FIRST + 20 * DAY}
    kpi_changes.write_reading(value=Decimal("3.6"), now=NOW, **reading)
    report_run.run_reports(now=LATER, door="test")
    send_reports.send_report(report=Report.objects.get(), actor="Nan", now=LATER)
    kpi_changes.write_reading(value=Decimal("3.4"), now=LATER, **reading)
    return Report.objects.select_related("period__agreement__contact", "client", "business").get()


def test_a_correction_names_what_changed_and_the_report_stays_as_it_was_sent(
    wrong: Report,
) -> None:
    before = wrong.sha256
    made = correct_report.correct_report(
        report=wrong, note="We misread the chart.", actor="Nan", now=LATER, origin=HERE
    )
    assert made.lines == ["Engagement: 3.4 %; the report said 3.6 %"]
    wrong.refresh_from_db()
    assert (wrong.sha256, wrong.snapshot["kpis"][0]["value"]) == (before, "3.60")
    assert audit.chain(wrong.pk)[-1].event == "report_corrected"
    emails.send_due(now=LATER)
    email = OutboxEmail.objects.get(kind="report_corrected")
    assert email.to == "ploy@baan.example"
    assert "We misread the chart." in email.text and "the report said 3.6 %" in email.text
    with pytest.raises(DatabaseError), transaction.atomic():
        ReportCorrection.objects.update(note="x")


def test_what_a_second_correction_names_is_counted_from_the_first(wrong: Report) -> None:
    facts = {"report": wrong, "actor": "Nan", "now": LATER}
    correct_report.correct_report(note="We misread the chart.", **facts)
    assert correct_report.changed_since(wrong) == []
    again = correct_report.correct_report(note="And the budget was 900.", **facts)
    assert again.lines == []


def test_only_a_sent_report_is_corrected_and_a_correction_has_words(wrong: Report) -> None:
    with pytest.raises(RuleError):
        correct_report.correct_report(report=wrong, note="  ", actor="Nan", now=LATER)
    draft = Report(period=wrong.period, business=wrong.business, client=wrong.client)
    with pytest.raises(NotAllowedNow):
        correct_report.correct_report(report=draft, note="x", actor="Nan", now=LATER)


def test_both_sides_read_the_correction_above_the_report(world: World, wrong: Report) -> None:
    browser, page = dashboard(world), reverse("dashboard:report", args=[wrong.pk])
    assert "the report said 3.6 %" in browser.get(page).content.decode()
    url = reverse("dashboard:report_correct", args=[wrong.pk])
    assert browser.post(url, {"note": "We misread the chart."}).status_code == 302
    shown = browser.get(page).content.decode()
    assert "We misread the chart." in shown and shown.count("the report said 3.6 %") == 1

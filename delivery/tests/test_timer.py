"""The timer: it survives anything, is logged once, and never logs time that nobody worked."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from agreements.models import Agreement, Period
from agreements.rules.states import AGREEMENT, AgreementState
from billing.runs.billing_run import run_billing
from core.database.state_moves import move
from core.errors import NotAllowedNow, RuleError
from core.outbox import emails
from delivery.hours import time_log, timer
from delivery.models import Deliverable, Report, TimeEntry, Timer
from delivery.reports import report_run, send_reports
from delivery.rules.errors import DurationRequired, NoPeriod, TooMuch
from delivery.work import checklist_actions
from tests.world import NOW, World

H = timedelta(hours=1)
PROMISED = {"name": "Growth", "deliverables": [{"title": "posts", "promised": 4}]}


@pytest.fixture
def agreement(world: World) -> Agreement:
    found = world.running(tier=PROMISED)
    run_billing(now=NOW, door="test")
    checklist_actions.open_checklists(now=NOW)
    return found


def start(agreement: Agreement, now: Any = NOW, **more: Any) -> Timer:
    facts = {
        "user": agreement.business.owner,
        "agreement": agreement,
        "note": "Posts",
        "actor": "Nan",
    } | more
    return timer.start_timer(now=now, **facts)


def stop(row: Timer, now: Any, minutes: int | None = None) -> list[TimeEntry]:
    facts = {"user": row.user, "business": row.business, "pk": row.pk, "actor": "Nan"}
    return timer.stop_timer(now=now, minutes=minutes, **facts)


def test_the_time_of_the_timer_is_logged_to_the_nearest_minute(agreement: Agreement) -> None:
    promised = Deliverable.objects.get()
    row = start(agreement, deliverable=promised, consumes=False)
    (entry,) = stop(row, NOW + 90 * timedelta(minutes=1) + timedelta(seconds=30))
    assert (entry.on, entry.minutes, entry.note, entry.deliverable) == (
        date(2026, 11, 2),
        91,
        "Posts",
        promised,
    )
    assert (entry.billable, entry.consumes, entry.actor) == (True, False, "Nan")
    assert not Timer.objects.exists()


def test_a_timer_over_midnight_logs_time_on_both_days(agreement: Agreement) -> None:
    row = start(agreement, NOW + 11 * H)  # 23:00 in Bangkok
    assert [(entry.on.day, entry.minutes) for entry in stop(row, NOW + 14 * H)] == [
        (2, 60),
        (3, 120),
    ]


def test_a_timer_over_the_end_of_a_period_logs_time_in_both_periods(agreement: Agreement) -> None:
    last = NOW + timedelta(days=29) + 11 * H  # 1 December, 23:00
    row = start(agreement, last, deliverable=Deliverable.objects.get())
    first, second = stop(row, last + 2 * H)
    assert first.period.ends_on == second.period.starts_on == second.on
    assert first.deliverable and second.deliverable is None


def test_starting_another_timer_logs_the_first_one(world: World, agreement: Agreement) -> None:
    start(agreement)
    other = world.running(world.client("B"), card="")
    row = start(other, NOW + H, note="Other")
    assert Timer.objects.get() == row
    assert TimeEntry.objects.get().minutes == 60


def test_starting_another_timer_changes_nothing_if_the_first_cannot_be_logged(
    world: World, agreement: Agreement
) -> None:
    row = start(agreement)
    with pytest.raises(DurationRequired):
        start(world.running(world.client("B"), card=""), NOW + 13 * H, note="Other")
    assert Timer.objects.get() == row
    assert not TimeEntry.objects.exists()


def test_starting_the_same_timer_again_lets_it_run(agreement: Agreement) -> None:
    row = start(agreement)
    assert start(agreement, NOW + H) == row
    assert Timer.objects.get().started_at == NOW


def test_after_twelve_hours_a_person_enters_the_time_and_never_more_than_has_passed(
    agreement: Agreement,
) -> None:
    row = start(agreement)
    with pytest.raises(DurationRequired):
        stop(row, NOW + 25 * H)
    with pytest.raises(TooMuch):
        stop(row, NOW + 25 * H, minutes=25 * 60 + 1)
    assert not TimeEntry.objects.exists()
    (entry,) = stop(row, NOW + 25 * H, minutes=90)
    assert (entry.minutes, entry.on) == (90, date(2026, 11, 2))


def test_a_second_stop_logs_nothing(agreement: Agreement) -> None:
    row = start(agreement)
    stop(row, NOW + H)
    with pytest.raises(NotAllowedNow):
        stop(row, NOW + H)
    again = start(agreement, NOW + 2 * H)
    with pytest.raises(NotAllowedNow):
        stop(row, NOW + 3 * H)  # the tab shows the one before
    assert Timer.objects.get() == again
    assert TimeEntry.objects.count() == 1


def test_when_the_agreement_has_ended_the_timer_stays_and_can_be_changed(
    world: World, agreement: Agreement
) -> None:
    row = start(agreement, NOW + timedelta(days=40))
    Agreement.objects.filter(pk=agreement.pk).update(ends_on=date(2026, 12, 2), opens_at=None)
    move(agreement, AgreementState.ENDED, AGREEMENT)
    later = NOW + timedelta(days=40) + H
    Period.objects.filter(starts_on__gte=date(2026, 12, 2)).delete()
    with pytest.raises(NoPeriod):
        stop(row, later)
    assert Timer.objects.get() == row
    other = world.running(world.client("B"), card="")
    words = {"note": "Posts", "deliverable": None, "billable": True, "consumes": True}
    timer.change_timer(user=row.user, business=row.business, pk=row.pk, agreement=other, **words)
    assert stop(row, later)[0].period.agreement == other


def test_when_the_report_was_sent_meanwhile_the_time_goes_to_the_open_period(
    agreement: Agreement,
) -> None:
    last = NOW + timedelta(days=29)
    row = start(agreement, last)
    run_billing(now=last + timedelta(days=1), door="test")
    report_run.run_reports(now=last + timedelta(days=1), door="test")
    send_reports.send_report(report=Report.objects.get(), actor="Nan", now=last + timedelta(days=1))
    (entry,) = stop(row, last + timedelta(days=1), minutes=60)
    assert entry.period.starts_on == date(2026, 12, 2)
    assert "2026-12-01" in entry.note


def test_for_a_client_in_another_time_zone_the_freelancers_day_counts(world: World) -> None:
    """8:00 in Bangkok is still the day before, the agreement's first, in Los Angeles."""
    at = NOW - 4 * H
    client = world.client(time_zone="America/Los_Angeles")
    agreement = world.running(client, starts_on=date(2026, 11, 1), now=at - H)
    run_billing(now=at, door="test")
    (entry,) = stop(start(agreement, at - H), at)
    assert entry.on == date(2026, 11, 2)
    assert (
        time_log.log_time(
            agreement=agreement, on=date(2026, 11, 2), minutes=5, note="N", now=at
        ).period
        == entry.period
    )


def test_an_entry_always_has_a_note(agreement: Agreement) -> None:
    (entry,) = stop(start(agreement, note="", deliverable=Deliverable.objects.get()), NOW + H)
    assert entry.note == "posts"
    (entry,) = stop(start(agreement, NOW + H, note=""), NOW + 2 * H)
    assert entry.note == "Work"


@pytest.mark.parametrize(
    ("begun", "passed", "warned"),
    [(0, 7.9, False), (0, 8.1, True), (10, 3.9, False), (10, 4.1, True), (3, 7.9, False)],
)
def test_a_forgotten_timer_is_emailed_once(
    agreement: Agreement, begun: int, passed: float, warned: bool
) -> None:
    """The timer starts `begun` hours after noon; it is forgotten after eight hours, or after four
    when midnight has passed."""
    begins = NOW + begun * H
    start(agreement, begins)
    for _time in range(2):
        timer.warn_due(now=begins + passed * H)
    emails.send_due(now=timezone.now())
    assert len([email for email in mail.outbox if "timer" in email.subject]) == warned


# In the dashboard


@pytest.fixture
def dashboard(world: World) -> Browser:
    browser = Browser()
    browser.force_login(world.business.owner, backend="django.contrib.auth.backends.ModelBackend")
    return browser


@pytest.fixture
def runs(world: World) -> Callable[..., Timer]:
    """Start a timer that has already run for `passed`."""
    now = timezone.now()
    agreement = world.running(
        now=now - timedelta(days=3), starts_on=(now - timedelta(days=3)).date()
    )

    def begin(passed: timedelta, **more: Any) -> Timer:
        return start(agreement, now - passed, **more)

    return begin


def test_the_timer_is_shown_on_every_page_and_can_be_stopped_there(
    dashboard: Browser, runs: Callable[..., Timer]
) -> None:
    row = runs(2 * H)
    page = dashboard.get(reverse("dashboard:clients"))
    assert 'data-clock="72' in page.content.decode()
    back = {"timer": row.pk, "next": reverse("dashboard:clients")}
    for _time in range(2):
        answer = dashboard.post(reverse("dashboard:timer_stop"), back)
        assert answer.status_code == 302
    assert sum(entry.minutes for entry in TimeEntry.objects.all()) == 120
    assert "data-clock" not in dashboard.get(reverse("dashboard:clients")).content.decode()


def test_stopping_never_redirects_to_another_site(
    dashboard: Browser, runs: Callable[..., Timer]
) -> None:
    for elsewhere in ("https://evil.example/", "//evil.example", "nonsense"):
        answer = dashboard.post(
            reverse("dashboard:timer_stop"), {"timer": runs(H).pk, "next": elsewhere}
        )
        assert answer["Location"] == reverse("dashboard:time")


def test_a_forgotten_timer_is_on_the_overview_and_asks_how_long_the_work_took(
    dashboard: Browser, runs: Callable[..., Timer]
) -> None:
    row = runs(13 * H)
    assert "has been running since" in dashboard.get(reverse("dashboard:home")).content.decode()
    answer = dashboard.post(reverse("dashboard:timer_stop"), {"timer": row.pk}, follow=True)
    assert "how long the work really took" in answer.content.decode()
    words = {
        "timer": row.pk,
        "agreement": row.agreement_id,
        "note": "Kept",
        "billable": "on",
        "stop": "",
    }
    refused = dashboard.post(reverse("dashboard:timer"), words | {"minutes": "99:00"})
    assert refused.status_code == 422
    assert "99:00" in refused.content.decode()
    assert not TimeEntry.objects.exists()
    assert (
        dashboard.post(reverse("dashboard:timer"), words | {"minutes": "1:30"}).status_code == 302
    )
    # Two entries if the work went on past midnight, which depends on when this test runs.
    entries = TimeEntry.objects.all()
    assert (sum(entry.minutes for entry in entries), {entry.note for entry in entries}) == (
        90,
        {"Kept"},
    )


def test_discarding_writes_nothing(dashboard: Browser, runs: Callable[..., Timer]) -> None:
    row = runs(H)
    dashboard.post(reverse("dashboard:timer_discard"), {"timer": row.pk})
    assert not Timer.objects.exists()
    assert not TimeEntry.objects.exists()


def test_a_timer_can_be_started_again_from_an_entry(
    dashboard: Browser, runs: Callable[..., Timer]
) -> None:
    row = runs(H)
    dashboard.post(reverse("dashboard:timer_stop"), {"timer": row.pk})
    page = dashboard.get(reverse("dashboard:time")).content.decode()
    form = re.search(r'<form method="post" action="/timer/start/">.*?</form>', page, re.S)
    assert form
    words = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[0]))
    dashboard.post(reverse("dashboard:timer_start"), words)
    again = Timer.objects.get()
    assert (again.note, again.agreement, again.billable, again.consumes) == (
        "Posts",
        row.agreement,
        True,
        True,
    )


def test_a_timer_without_an_agreement_is_refused_in_the_form(
    dashboard: Browser, runs: Callable[..., Timer]
) -> None:
    answer = dashboard.post(
        reverse("dashboard:timer_start"), {"agreement": "", "note": "Kept words"}
    )
    assert answer.status_code == 422
    assert "Kept words" in answer.content.decode()


def test_nobody_can_stop_another_persons_timer(dashboard: Browser) -> None:
    other = World()
    row = start(other.running())
    with pytest.raises(RuleError):
        timer.stop_timer(user=World().business.owner, business=other.business, pk=row.pk, now=NOW)
    dashboard.post(reverse("dashboard:timer_stop"), {"timer": row.pk})
    assert Timer.objects.get() == row

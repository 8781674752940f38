"""The week on one page: totals by day and by client, and quick ways to log time."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from agreements.models import Agreement
from billing.runs.billing_run import run_billing
from core.dates import local_day
from delivery.hours import time_log
from delivery.hours.week import monday_of, week_of
from delivery.models import Deliverable, TimeEntry
from delivery.work import checklist_actions
from tests.world import NOW, World

MONDAY = date(2026, 11, 2)
PROMISED = {"name": "Growth", "deliverables": [{"title": "posts", "promised": 4}]}


def test_a_week_has_sums_by_day_by_client_and_in_total(world: World) -> None:
    one, other = world.running(world.client("B")), world.running(world.client("A"), card="")
    run_billing(now=NOW, door="test")
    later = NOW + timedelta(days=8)
    done = [(one, 0, 30), (one, 0, 60), (one, 6, 5), (other, 1, 45), (one, 7, 600)]
    for agreement, days, minutes in done:
        time_log.log_time(
            agreement=agreement,
            on=MONDAY + timedelta(days=days),
            minutes=minutes,
            note="N",
            now=later,
        )
    week = week_of(world.business, MONDAY, later.date())
    assert [(row.agreement, row.minutes) for row in week.rows] == [(other, 45), (one, 95)]
    assert [day.minutes for day in week.days] == [90, 45, 0, 0, 0, 0, 5]
    assert week.minutes == 140
    assert week.rows[1].left == 20 * 60 - 695


def test_time_can_be_added_on_past_days_of_a_running_agreement(world: World) -> None:
    agreement = world.running(starts_on=date(2026, 11, 3))
    (row,) = week_of(world.business, MONDAY, date(2026, 11, 5)).rows
    assert row.agreement == agreement
    assert [cell.can_add for cell in row.cells] == [False, True, True, True, False, False, False]


@pytest.mark.parametrize("day", ["2026-11-02", "2026-11-05", "2026-11-08"])
def test_a_week_begins_on_monday(day: str) -> None:
    assert monday_of(date.fromisoformat(day)) == MONDAY


# In the dashboard


@pytest.fixture
def dashboard(world: World) -> Browser:
    browser = Browser()
    browser.force_login(world.business.owner, backend="django.contrib.auth.backends.ModelBackend")
    return browser


@pytest.fixture
def today(world: World) -> date:
    return local_day(timezone.now(), world.business.time_zone)


def runs(world: World, today: date, name: str = "Baan Coffee") -> Agreement:
    now = timezone.now()
    begun = today - timedelta(days=1)
    found = world.running(
        world.client(name), card="", starts_on=begun, now=now - timedelta(days=2), tier=PROMISED
    )
    run_billing(now=now, door="test")
    checklist_actions.open_checklists(now=now)
    return found


def words(agreement: Agreement, day: date, **more: Any) -> dict[str, Any]:
    return {
        "agreement": agreement.pk,
        "on": day,
        "minutes": "1:30",
        "note": "Work",
        "billable": "on",
        **more,
    }


def test_time_is_added_in_a_cell(dashboard: Browser, world: World, today: date) -> None:
    agreement = runs(world, today)
    url = f"{reverse('dashboard:time_week')}?on={today}&day={today}&agreement={agreement.pk}"
    assert dashboard.post(url, words(agreement, today, minutes="25:00")).status_code == 422
    refused = dashboard.post(url, words(agreement, today, minutes="-1", note="Kept words"))
    assert "Kept words" in refused.content.decode()
    assert "Write a time" in refused.content.decode()
    answer = dashboard.post(url, words(agreement, today), follow=True)
    assert answer.redirect_chain[-1][0].endswith("#cell")
    assert TimeEntry.objects.get().minutes == 90


@pytest.mark.parametrize(
    "asked",
    ["?on=x", "?on=9999-12-31", "?day=0001-01-01&agreement=x", "?agreement=0&day=2026-11-02"],
)
def test_invalid_parameters_show_the_current_week(
    dashboard: Browser, world: World, today: date, asked: str
) -> None:
    runs(world, today)
    assert dashboard.get(reverse("dashboard:time_week") + asked).status_code == 200


def test_the_form_proposes_the_choices_of_the_last_entry(
    dashboard: Browser, world: World, today: date
) -> None:
    runs(world, today, "Another")
    agreement = runs(world, today)
    assert f'value="{agreement.pk}" selected' not in field(
        dashboard.get(reverse("dashboard:time")), "agreement"
    )
    dashboard.post(reverse("dashboard:time"), words(agreement, today, billable=""))
    page = dashboard.get(reverse("dashboard:time"))
    assert f'value="{agreement.pk}" selected' in field(page, "agreement")
    assert (
        "checked" not in re.findall(r'<input[^>]*name="billable"[^>]*>', page.content.decode())[0]
    )


def field(page: Any, name: str) -> str:
    return re.findall(rf'<select[^>]*name="{name}".*?</select>', page.content.decode(), re.S)[0]


def test_the_offered_deliverables_follow_the_client_and_the_day(
    dashboard: Browser, world: World, today: date
) -> None:
    agreement, other = runs(world, today), runs(world, today, "Another")
    mine, theirs = (Deliverable.objects.get(period__agreement=each) for each in (agreement, other))
    both = field(dashboard.get(reverse("dashboard:time")), "deliverable")
    assert str(mine.pk) in both
    assert str(theirs.pk) in both, "without a script every client's is there"
    asked = {"agreement": agreement.pk, "on": today}
    shown = field(dashboard.get(reverse("dashboard:time_promises"), asked), "deliverable")
    assert str(mine.pk) in shown
    assert str(theirs.pk) not in shown
    asked["on"] = today - timedelta(days=60)
    assert str(mine.pk) not in field(
        dashboard.get(reverse("dashboard:time_promises"), asked), "deliverable"
    )
    refused = dashboard.post(
        reverse("dashboard:time"), words(agreement, today, deliverable=theirs.pk)
    )
    assert refused.status_code == 422
    assert "promised to another client" in refused.content.decode()
    dashboard.post(reverse("dashboard:time"), words(agreement, today, deliverable=mine.pk))
    assert TimeEntry.objects.get().deliverable == mine


def test_the_page_says_who_logged_corrected_and_deleted_an_entry(
    dashboard: Browser, world: World, today: date
) -> None:
    agreement = runs(world, today)
    dashboard.post(reverse("dashboard:time"), words(agreement, today, note="First words"))
    edit = reverse("dashboard:time_edit", args=[TimeEntry.objects.get().pk])
    dashboard.post(edit, words(agreement, today, minutes="2", note="Second words"))
    entry = TimeEntry.objects.get()
    page = dashboard.get(reverse("dashboard:time_edit", args=[entry.pk])).content.decode()
    email = world.business.owner.email
    for said in ("First words", "1.5 h", "Second words", "2 h", "corrected", "recorded"):
        assert said in page
    assert page.count(email) >= 2
    dashboard.post(reverse("dashboard:time_remove", args=[entry.pk]))
    assert "Second words" not in dashboard.get(reverse("dashboard:time")).content.decode()
    taken = dashboard.get(reverse("dashboard:time"), {"state": "taken"}).content.decode()
    assert "Second words" in taken
    assert email in taken
    assert "First words" not in taken, "it was replaced, not taken back"

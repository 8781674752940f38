"""The week on one page: totals by day and by client, and quick ways to log time."""

import re
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from agreements.models import Agreement, Period
from billing.runs.billing_run import run_billing
from core.dates import local_day
from core.errors import RuleError
from delivery.hours import day_plan, time_log
from delivery.hours.week import monday_of, week_of
from delivery.models import Deliverable, PlannedTime, TimeEntry
from delivery.work import checklist_actions
from tests.test_lists import fill
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


@pytest.mark.parametrize("seed", range(4))
def test_the_sums_are_of_all_agreements_however_few_are_shown(world: World, seed: int) -> None:
    random, today = Random(seed), date(2026, 11, 5)
    fill(world, world.signed(), 12)
    for row in Agreement.objects.all():
        row.state = random.choice(["active", "paused", "ended"])
        row.ends_on = random.choice([None, MONDAY + timedelta(days=random.randrange(9))])
        row.save(update_fields=["state", "ends_on"])
    for period in random.sample(list(Period.objects.order_by("agreement__client__name")), 9):
        own = {"business": world.business, "on": MONDAY + timedelta(days=random.randrange(-1, 8))}
        minutes = random.randrange(1, 300)
        TimeEntry.objects.create(period=period, minutes=minutes, note="N", **own)
        PlannedTime.objects.create(agreement=period.agreement, minutes=minutes, **own)
    whole = week_of(world.business, MONDAY, today)
    parts = [week_of(world.business, MONDAY, today, [row.agreement]) for row in whole.rows]
    assert {part.total for part in parts} == {len(whole.rows)}
    assert whole.minutes == sum(row.minutes for row in whole.rows) == sum_of(TimeEntry)
    assert whole.planned == sum_of(PlannedTime)
    for column, day in enumerate(whole.days):
        assert day.minutes == sum(cell.minutes for cell in day.cells)
        assert day.planned == sum(cell.planned for cell in day.cells)
        assert day.can_add == any(cell.can_add for cell in day.cells)
        assert day.can_plan == any(cell.can_plan for cell in day.cells)
        for part in parts:
            shown = part.days[column]
            assert (shown.minutes, shown.planned, shown.runs) == (
                day.minutes,
                day.planned,
                day.runs,
            )


def sum_of(rows: type[TimeEntry | PlannedTime]) -> int:
    """The minutes of the week, added up row by row."""
    week = (MONDAY, MONDAY + timedelta(days=6))
    return sum(row.minutes for row in rows._default_manager.filter(on__range=week))


# In the dashboard


def test_a_week_of_many_agreements_is_shown_fifty_at_a_time(
    dashboard: Browser, world: World
) -> None:
    fill(world, world.signed(), 60)
    last = Agreement.objects.get(client__name="Client 0059")
    address = f"{reverse('dashboard:time_week')}?on={MONDAY}"
    first = dashboard.get(address).text
    assert "50 of 61 agreements" in first
    assert "Client 0048" in first
    assert "Client 0049" not in first
    assert "5 h" in first, "the sum of all: five minutes for each of 60"
    more = re.findall(r'<a[^>]*href="([^"]*after=[^"]*)"', first)[0].replace("&amp;", "&")
    second = dashboard.get(reverse("dashboard:time_week") + more).text
    assert "Client 0049" in second
    assert "Client 0048" not in second
    found = dashboard.get(f"{address}&q=0059").text
    assert "1 of 61 agreements" in found
    assert "Client 0059" in found
    opened = dashboard.get(f"{address}&day={MONDAY}&agreement={last.pk}").text
    assert 'aria-current="true"' in opened, "it is shown beside the page that it is not on"
    few = dashboard.get(f"{address}&day={MONDAY}").context["entries"]
    assert len(few) == 60, "of an opened day all entries are there"


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


def test_time_is_planned_for_days_to_come_and_taken_back(world: World, dashboard: Browser) -> None:
    agreement = world.running(card="")
    today = local_day(timezone.now(), world.business.time_zone)
    monday = monday_of(today) + timedelta(days=7)
    day_plan.plan_time(agreement=agreement, on=monday, minutes=90, now=timezone.now())
    week = week_of(world.business, monday, today)
    assert (week.planned, week.minutes) == (90, 0)
    assert [cell.planned for cell in week.rows[0].cells] == [90, 0, 0, 0, 0, 0, 0]
    assert all(cell.can_plan and not cell.can_add for cell in week.rows[0].cells)

    address = reverse("dashboard:time_week")
    page = dashboard.get(f"{address}?on={today}").text
    assert f"?on={monday}" in page.replace("&amp;", "&")  # the next week, also from this one
    words = {"agreement": agreement.pk, "on": monday, "minutes": "2:00"}
    answer = dashboard.post(reverse("dashboard:time_plan"), words)
    assert answer.status_code == 302
    assert "2" in dashboard.get(answer["Location"]).text
    assert week_of(world.business, monday, today).planned == 120
    dashboard.post(reverse("dashboard:time_plan"), words | {"minutes": ""})
    assert week_of(world.business, monday, today).planned == 0
    assert (
        dashboard.post(reverse("dashboard:time_plan"), words | {"minutes": "x"}).status_code == 422
    )


def test_a_day_that_has_gone_or_an_agreement_that_ends_is_not_planned(world: World) -> None:
    agreement = world.running(starts_on=date(2026, 11, 3), card="")
    for on in (date(2026, 11, 2), NOW.date() - timedelta(days=1)):
        with pytest.raises(RuleError):
            day_plan.plan_time(agreement=agreement, on=on, minutes=60, now=NOW)
    with pytest.raises(RuleError):
        day_plan.plan_time(agreement=agreement, on=date(2026, 11, 4), minutes=1441, now=NOW)


def test_a_day_has_a_note_which_no_client_reads(world: World, dashboard: Browser) -> None:
    agreement = world.running(card="")
    today = local_day(timezone.now(), world.business.time_zone)
    address = reverse("dashboard:time_day_note")
    answer = dashboard.post(address, {"on": today, "text": "Shot the new menu"})
    assert answer.status_code == 302
    assert "Shot the new menu" in dashboard.get(answer["Location"]).text
    week = week_of(world.business, monday_of(today), today)
    assert [day.note for day in week.days if day.day == today] == ["Shot the new menu"]
    dashboard.post(address, {"on": today, "text": ""})
    assert not any(day.note for day in week_of(world.business, monday_of(today), today).days)
    assert dashboard.post(address, {"on": today, "text": "x" * 301}).status_code == 422
    assert agreement

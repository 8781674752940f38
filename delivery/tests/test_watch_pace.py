"""Warnings on days 10 and 20 about what is behind, in one email a day (rule 39)."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from agreements.changing import pause
from agreements.models import Agreement, Period
from billing.runs.billing_run import run_billing
from core import audit
from core.errors import NotAllowedNow
from core.models import OutboxEmail
from delivery.hours import time_log
from delivery.kpis import kpi_changes
from delivery.models import Deliverable, EarlyWarning
from delivery.renewing import warning_actions, watch_pace
from delivery.rules import pace_rules
from delivery.rules.pace_rules import Off, PeriodProgress
from delivery.work import checklist_actions
from tests.world import NOW, World

FIRST = date(2026, 11, 2)
H, DAY = 60, timedelta(days=1)
TIER = {"name": "Growth", "deliverables": [{"title": "posts", "promised": 12}]}


def running(world: World, name: str = "Baan Coffee", **fields: Any) -> Agreement:
    facts = {"minutes": 30 * H, "tier": TIER} | fields
    agreement = world.running(world.client(name), card="", **facts)
    run_billing(now=NOW, door="test")
    checklist_actions.open_checklists(now=NOW)
    return agreement


def on_track(agreement: Agreement) -> None:
    """Log work and readings so that nothing is behind on day 10, 9 days after the first."""
    Deliverable.objects.filter(period__agreement=agreement).update(done=4)
    time_log.log_time(agreement=agreement, on=FIRST, minutes=9 * H, note="Work", now=NOW)


def on_day(n: int) -> Any:
    return NOW + (n - 1) * DAY


def kinds() -> list[list[str]]:
    return [
        [one["kind"] for one in row.findings] for row in EarlyWarning.objects.order_by("created_at")
    ]


def test_before_day_10_and_on_track_there_is_no_warning(world: World) -> None:
    agreement = running(world)
    assert watch_pace.warn_due(now=on_day(9)) == 0
    on_track(agreement)
    assert watch_pace.warn_due(now=on_day(10)) == 0
    assert (
        not EarlyWarning.objects.exists()
        and not OutboxEmail.objects.filter(kind="early_warnings").exists()
    )


def test_what_is_off_track_is_warned_about_once_on_each_check_day(world: World) -> None:
    running(world)
    counts = [watch_pace.warn_due(now=on_day(n)) for n in (10, 10, 11, 15, 20, 21, 28)]
    assert counts == [1, 0, 0, 0, 1, 0, 0]
    assert [row.day for row in EarlyWarning.objects.order_by("day")] == [10, 20]
    assert kinds()[0] == ["work", "unused"]
    assert OutboxEmail.objects.filter(kind="early_warnings").count() == 2


def test_a_quarter_is_checked_after_one_third_and_two_thirds(world: World) -> None:
    running(world, interval="quarterly")
    counts = [watch_pace.warn_due(now=on_day(n)) for n in (10, 20, 29, 30, 31, 60, 61, 80)]
    assert counts == [0, 0, 0, 1, 0, 0, 1, 0]


def test_a_job_that_missed_both_days_warns_only_for_the_later_one(world: World) -> None:
    running(world)
    assert watch_pace.warn_due(now=on_day(23)) == 1
    assert EarlyWarning.objects.get().day == 20


def test_two_warnings_are_at_least_a_week_apart(world: World) -> None:
    running(world)
    assert [watch_pace.warn_due(now=on_day(n)) for n in (18, 20, 24, 25)] == [1, 0, 0, 1]


def test_each_kind_is_found_and_the_worst_is_listed_first(world: World) -> None:
    agreement = running(world)
    on_track(agreement)
    time_log.log_time(
        agreement=agreement, on=FIRST + DAY, minutes=10 * H, note="More", now=on_day(2)
    )
    kpi = kpi_changes.add_kpi(
        agreement=agreement,
        name="Sign-ups",
        unit="",
        baseline=Decimal(0),
        target=Decimal(300),
        kind="conversion",
        less_is_better=False,
        now=NOW,
    )
    period = Period.objects.get()
    kpi_changes.write_reading(
        kpi=kpi, period=period, value=Decimal(80), on=FIRST + 9 * DAY, now=on_day(10)
    )
    assert watch_pace.warn_due(now=on_day(10)) == 1
    assert kinds() == [["over", "kpi"]]
    row = EarlyWarning.objects.get()
    assert row.findings[1]["wanted"] == "90"
    assert row.findings[0]["ends"] == "2026-11-16"


def test_paused_and_ended_agreements_and_skipped_periods_are_left_alone(world: World) -> None:
    paused, ended, skipped = (running(world, name) for name in ("A", "B", "C"))
    pause.skip_next_period(agreement=skipped, reason="Holidays", actor="Nan", now=NOW)
    Agreement.objects.filter(pk=paused.pk).update(state="paused")
    Agreement.objects.filter(pk=ended.pk).update(state="ended")
    run_billing(now=NOW + 30 * DAY, door="test")
    assert Period.objects.filter(agreement=skipped).count() == 2
    assert watch_pace.warn_due(now=NOW + 42 * DAY) == 0


def test_the_check_day_is_counted_in_the_agreements_time_zone(world: World) -> None:
    running(world, time_zone="Pacific/Auckland")
    running(world, "Far west", time_zone="Pacific/Honolulu")
    run_billing(now=NOW + DAY, door="test")
    checklist_actions.open_checklists(now=NOW + DAY)
    eleven = on_day(10)  # 11 November: 18:00 in Auckland, still the tenth on Hawaii
    assert watch_pace.warn_due(now=eleven) == 1
    assert watch_pace.warn_due(now=eleven + DAY) == 1


def test_many_clients_take_one_email_and_a_fixed_number_of_queries(world: World) -> None:
    asked = []
    for count in (1, 12):
        for n in range(count):
            running(world, f"{count}-{n}", time_zone="Asia/Bangkok")
        EarlyWarning.objects.all().delete()
        OutboxEmail.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            made = watch_pace.warn_due(now=on_day(10))
        asked.append(len(queries))
    assert made == 13
    assert asked[0] == asked[1]
    email = OutboxEmail.objects.get(kind="early_warnings")
    assert (
        "13 clients" in email.subject
        and email.text.count("/warnings/") == 11
        and "3 more" in email.text
    )


def test_the_note_is_in_the_clients_language_and_the_change_in_the_freelancers(
    world: World,
) -> None:
    running(world, language="th")
    with translation.override("th"):
        watch_pace.warn_due(now=on_day(10))
    row = EarlyWarning.objects.get()
    assert "posts" in row.note and "posts" in row.change
    assert row.change.startswith("Keep time free")


def test_the_note_is_emailed_once_to_the_decision_maker_and_recorded(world: World) -> None:
    agreement = running(world)
    watch_pace.warn_due(now=on_day(10))
    row = EarlyWarning.objects.select_related(
        "client", "period__agreement__contact", "business__owner"
    ).get()
    warning_actions.send_note(
        warning=row, note="Two posts are late.\nThey come on Friday.", actor="Nan", now=on_day(10)
    )
    for act in (
        lambda: warning_actions.send_note(warning=row, note="Again", actor="Nan", now=on_day(10)),
        lambda: warning_actions.dismiss_warning(warning=row, now=on_day(10)),
    ):
        with pytest.raises(NotAllowedNow):
            act()
    email = OutboxEmail.objects.get(kind="early_note")
    assert email.to == "ploy@baan.example" and "They come on Friday." in email.text
    assert audit.chain(agreement.pk)[-1].event == "early_note_sent"


def test_no_note_is_sent_to_a_former_contact_and_the_typed_text_is_kept(
    world: World,
) -> None:
    running(world)
    watch_pace.warn_due(now=on_day(10))
    row = EarlyWarning.objects.get()
    row.client.contacts.update(is_active=False)
    dashboard = Browser()
    dashboard.force_login(world.business.owner, backend="django.contrib.auth.backends.ModelBackend")
    answer = dashboard.post(reverse("dashboard:warning", args=[row.pk]), {"note": "My own words."})
    page = answer.content.decode()
    assert answer.status_code == 422 and "Add a contact first" in page and "My own words." in page
    assert not OutboxEmail.objects.filter(kind="early_note").exists()


def test_a_new_warning_replaces_the_open_one(world: World) -> None:
    running(world)
    for n in (10, 20):
        watch_pace.warn_due(now=on_day(n))
    assert list(
        EarlyWarning.objects.filter(dismissed_at__isnull=True).values_list("day", flat=True)
    ) == [20]


# The rules themselves

days = st.integers(0, 60)


def stretch(length: int, gone: int) -> PeriodProgress:
    return PeriodProgress(FIRST, FIRST + length * DAY, FIRST + gone * DAY)


@given(st.integers(1, 400), days)
def test_a_checkpoint_is_never_before_its_day_and_never_after_the_end(
    length: int, gone: int
) -> None:
    found = stretch(length, gone).checkpoint
    assert found in (
        0,
        *(pace_rules.CHECKPOINTS if length <= 31 else (length // 3, length * 2 // 3)),
    )
    assert found <= gone + 1
    assert not (found and gone >= length)


@given(st.integers(0, 500), st.integers(5, 400), days, days)
def test_expected_pieces_grow_with_the_days_up_to_the_promise(
    promised: int, length: int, a: int, b: int
) -> None:
    first, then = sorted((a, b))
    one, other = (
        pace_rules.expected_pieces(promised, stretch(length, gone)) for gone in (first, then)
    )
    assert 0 <= one <= other <= promised
    assert pace_rules.expected_pieces(promised, stretch(length, length)) == promised
    assert pace_rules.expected_pieces(promised, stretch(length, 2), FIRST + DAY) == promised


@given(st.integers(0, 10_000), st.integers(1, 10_000), st.integers(1, 29))
def test_hours_on_the_line_are_on_track_and_more_use_never_ranks_as_less(
    used: int, had: int, gone: int
) -> None:
    at = stretch(30, gone)
    assert pace_rules.usage_pace(int(had * at.share), had, at) in (
        None,
        Off.UNUSED if had * gone < 60 else None,
    )
    ranks = {Off.UNUSED: 0, None: 1, Off.OVER: 2}
    assert (
        ranks[pace_rules.usage_pace(used, had, at)]
        <= ranks[pace_rules.usage_pace(used + 1, had, at)]
    )

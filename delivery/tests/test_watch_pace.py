"""Warnings about what is behind, in a digest on the 10th and on the 20th of the month (rule 39).

The periods begin on 2 November, so the 10th is their ninth day.
"""

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
from delivery.models import Deliverable, EarlyWarning, WarningDigest
from delivery.renewing import warning_actions, watch_pace
from delivery.rules import pace_rules
from delivery.rules.pace_rules import Off, PeriodProgress
from delivery.work import checklist_actions, hand_over
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
    """Log work and readings so that nothing is behind on the 10th."""
    Deliverable.objects.filter(period__agreement=agreement).update(done=3)
    time_log.log_time(agreement=agreement, on=FIRST, minutes=8 * H, note="Work", now=NOW)


def on(day: int) -> Any:
    """Noon of a day of November; the 40th is 10 December."""
    return NOW + (day - 2) * DAY


def kinds() -> list[list[str]]:
    return [
        [one["kind"] for one in row.findings] for row in EarlyWarning.objects.order_by("created_at")
    ]


def test_before_the_10th_and_on_track_there_is_no_warning(world: World) -> None:
    agreement = running(world)
    assert watch_pace.warn_due(now=on(9)) == 0
    on_track(agreement)
    assert watch_pace.warn_due(now=on(10)) == 0
    assert (
        not EarlyWarning.objects.exists()
        and not OutboxEmail.objects.filter(kind="early_warnings").exists()
    )


def test_what_is_off_track_is_told_once_on_the_10th_and_once_on_the_20th(world: World) -> None:
    running(world)
    counts = [watch_pace.warn_due(now=on(day)) for day in (10, 10, 11, 15, 20, 21, 28)]
    assert counts == [1, 0, 0, 0, 1, 0, 0]
    assert [row.day for row in EarlyWarning.objects.order_by("day")] == [9, 19]
    assert sorted(kinds()[0]) == ["unused", "work"]
    assert OutboxEmail.objects.filter(kind="early_warnings").count() == 2


def test_whoever_was_on_track_on_the_10th_is_not_looked_at_before_the_20th(world: World) -> None:
    on_track(running(world))
    assert [watch_pace.warn_due(now=on(day)) for day in (10, 11, 14)] == [0, 0, 0]
    assert watch_pace.warn_due(now=on(20)) == 1


def test_a_quarter_is_checked_after_one_third_and_two_thirds(world: World) -> None:
    running(world, interval="quarterly")
    days = (10, 20, 30, 40, 50, 61, 71, 81)  # from 10 November to 20 January
    assert [watch_pace.warn_due(now=on(day)) for day in days] == [0, 0, 0, 1, 0, 0, 1, 0]


def test_a_job_that_missed_the_day_makes_up_for_it_for_some_days(world: World) -> None:
    running(world)
    assert [watch_pace.warn_due(now=on(day)) for day in (19, 24, 25)] == [0, 1, 0]
    assert EarlyWarning.objects.get().day == 23


def test_a_period_is_left_alone_when_it_is_too_early_or_nothing_can_be_changed(
    world: World,
) -> None:
    for day in (16, 15, 14):  # the fifth, the sixth and the seventh day on the 20th
        running(world, f"From {day}", starts_on=date(2026, 11, day), now=on(day))
    run_billing(now=on(16), door="test")
    checklist_actions.open_checklists(now=on(16))
    Deliverable.objects.update(promised=60)
    watch_pace.warn_due(now=on(20))
    told = EarlyWarning.objects.values_list("client__name", flat=True)
    assert sorted(told) == ["From 14", "From 15"]
    EarlyWarning.objects.all().delete()
    watch_pace.warn_due(now=on(40))  # on 10 December four days are left of one, five of another
    assert sorted(told.all()) == ["From 14", "From 15", "From 16"]
    assert not pace_rules.PeriodProgress(FIRST, FIRST + 30 * DAY, FIRST + 27 * DAY).checkpoint


def test_each_kind_is_found_and_the_worst_is_listed_first(world: World) -> None:
    agreement = running(world)
    on_track(agreement)
    time_log.log_time(agreement=agreement, on=FIRST + DAY, minutes=10 * H, note="More", now=on(3))
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
        kpi=kpi, period=period, value=Decimal(70), on=FIRST + 8 * DAY, now=on(10)
    )
    assert watch_pace.warn_due(now=on(10)) == 1
    assert kinds() == [["over", "kpi"]]
    row = EarlyWarning.objects.get()
    assert row.findings[1]["wanted"] == "80"
    assert row.findings[0]["ends"] == "2026-11-15"


def test_paused_and_ended_agreements_and_skipped_periods_are_left_alone(world: World) -> None:
    paused, ended, skipped = (running(world, name) for name in ("A", "B", "C"))
    pause.skip_next_period(agreement=skipped, reason="Holidays", actor="Nan", now=NOW)
    Agreement.objects.filter(pk=paused.pk).update(state="paused")
    Agreement.objects.filter(pk=ended.pk).update(state="ended")
    run_billing(now=NOW + 30 * DAY, door="test")
    assert Period.objects.filter(agreement=skipped).count() == 2
    assert watch_pace.warn_due(now=on(40)) == 0


def test_the_digest_comes_on_the_10th_of_the_businesss_own_zone(world: World) -> None:
    running(world)
    before = on(9).replace(hour=16, minute=59)  # 23:59 in Bangkok
    assert watch_pace.warn_due(now=before) == 0
    assert watch_pace.warn_due(now=before + timedelta(minutes=1)) == 1


def test_many_clients_take_one_email_and_a_fixed_number_of_queries(world: World) -> None:
    asked = []
    for count in (1, 12):
        for n in range(count):
            running(world, f"{count}-{n}", time_zone="Asia/Bangkok")
        EarlyWarning.objects.all().delete()
        WarningDigest.objects.all().delete()
        OutboxEmail.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            made = watch_pace.warn_due(now=on(10))
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
    agreement = running(world, language="th")
    time_log.log_time(agreement=agreement, on=FIRST, minutes=8 * H, note="Work", now=NOW)
    with translation.override("th"):
        watch_pace.warn_due(now=on(10))
    row = EarlyWarning.objects.get()
    assert "posts" in row.note and "posts" in row.change
    assert row.change.startswith("Keep time free")


def test_the_note_is_emailed_once_to_the_decision_maker_and_recorded(world: World) -> None:
    agreement = running(world)
    watch_pace.warn_due(now=on(10))
    row = EarlyWarning.objects.select_related(
        "client", "period__agreement__contact", "business__owner"
    ).get()
    warning_actions.send_note(
        warning=row, note="Two posts are late.\nThey come on Friday.", actor="Nan", now=on(10)
    )
    for act in (
        lambda: warning_actions.send_note(warning=row, note="Again", actor="Nan", now=on(10)),
        lambda: warning_actions.dismiss_warning(warning=row, now=on(10)),
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
    watch_pace.warn_due(now=on(10))
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
    for day in (10, 20):
        watch_pace.warn_due(now=on(day))
    assert list(
        EarlyWarning.objects.filter(replaced_at__isnull=True).values_list("day", flat=True)
    ) == [19]
    assert not EarlyWarning.objects.filter(dismissed_at__isnull=False).exists()


# What is no news


def warned() -> EarlyWarning:
    related = EarlyWarning.objects.select_related("period__agreement", "client", "business")
    return related.latest("created_at")


def test_a_muted_item_is_named_no_more_until_it_is_unmuted(world: World) -> None:
    running(world)
    watch_pace.warn_due(now=on(10))
    row = warned()
    place = next(n for n, one in enumerate(row.findings) if one["kind"] == Off.WORK)
    muted = warning_actions.mute_item(warning=row, place=place, now=on(10))
    assert muted.name == "posts"
    watch_pace.warn_due(now=on(20))
    assert kinds()[-1] == ["unused"]
    warning_actions.unmute_item(item=muted)
    run_billing(now=on(40), door="test")
    checklist_actions.open_checklists(now=on(40))
    watch_pace.warn_due(now=on(40))
    assert "work" in kinds()[-1]


def test_what_was_dismissed_twice_is_told_again_only_when_it_is_clearly_worse(
    world: World,
) -> None:
    agreement = running(world)
    time_log.log_time(agreement=agreement, on=FIRST, minutes=8 * H, note="Work", now=NOW)
    for day, done in ((10, 1), (20, 4)):
        Deliverable.objects.update(done=done)
        assert watch_pace.warn_due(now=on(day)) == 1
        warning_actions.dismiss_warning(warning=warned(), now=on(day))
        time_log.log_time(
            agreement=agreement, on=FIRST + 9 * DAY, minutes=9 * H, note="Work", now=on(12)
        )
    run_billing(now=on(40), door="test")
    checklist_actions.open_checklists(now=on(40))
    later = {"agreement": agreement, "on": FIRST + 31 * DAY, "note": "Work", "now": on(40)}
    time_log.log_time(minutes=8 * H, **later)
    assert watch_pace.warn_due(now=on(40)) == 0  # three of twelve, as before
    time_log.log_time(minutes=9 * H, **later)
    assert watch_pace.warn_due(now=on(50)) == 1  # seven of twelve


def test_a_note_that_was_sent_shows_that_the_owner_wants_to_hear_of_it(world: World) -> None:
    running(world)
    watch_pace.warn_due(now=on(10))
    warning_actions.send_note(warning=warned(), note="Soon.", actor="Nan", now=on(10))
    assert watch_pace.warn_due(now=on(20)) == 1


def test_what_improves_after_it_was_told_is_not_told_again(world: World) -> None:
    agreement = running(world)
    time_log.log_time(agreement=agreement, on=FIRST, minutes=8 * H, note="Work", now=NOW)
    assert watch_pace.warn_due(now=on(10)) == 1  # three of twelve are missing
    time_log.log_time(agreement=agreement, on=FIRST + DAY, minutes=9 * H, note="W", now=on(12))
    Deliverable.objects.update(done=5)
    assert watch_pace.warn_due(now=on(20)) == 0  # two of twelve


def test_the_usual_pace_of_what_was_always_complete_is_no_news(world: World) -> None:
    agreement = running(world)
    for month in range(3):
        first = FIRST + (0, 30, 61)[month] * DAY
        now = NOW + (0, 30, 61)[month] * DAY
        run_billing(now=now, door="test")
        checklist_actions.open_checklists(now=now)
        piece = Deliverable.objects.get(period__starts_on=first)
        if month < 2:
            hand_over.hand_over(
                deliverable=piece, count=12, title="x", actor="", now=now + 20 * DAY
            )
    time_log.log_time(agreement=agreement, on=first, minutes=9 * H, note="Work", now=now)
    assert watch_pace.warn_due(now=on(71)) == 0
    Deliverable.objects.update(done=11)  # it was not complete after all
    Deliverable.objects.filter(period__starts_on=first).update(done=0)
    WarningDigest.objects.all().delete()
    assert watch_pace.warn_due(now=on(71)) == 1


def test_a_dismissed_warning_returns(world: World) -> None:
    running(world)
    watch_pace.warn_due(now=on(10))
    row = warned()
    warning_actions.dismiss_warning(warning=row, now=on(10))
    warning_actions.restore_warning(warning=row, now=on(11))
    assert row.is_open
    with pytest.raises(NotAllowedNow):
        warning_actions.restore_warning(warning=row, now=on(11))
    warning_actions.dismiss_warning(warning=row, now=on(11))
    with pytest.raises(NotAllowedNow):
        warning_actions.restore_warning(warning=row, now=on(40))


# The rules themselves

days = st.integers(0, 60)


def stretch(length: int, gone: int) -> PeriodProgress:
    return PeriodProgress(FIRST, FIRST + length * DAY, FIRST + gone * DAY)


@given(st.integers(1, 400), days)
def test_a_check_is_never_too_early_nor_when_nothing_can_be_changed(length: int, gone: int) -> None:
    found = stretch(length, gone).checkpoint
    assert found <= gone + 1
    if found:
        assert gone + 1 >= pace_rules.EARLIEST and length - gone >= pace_rules.LEAST_LEFT
    if found and length > 31:
        assert found in (length // 3, length * 2 // 3)


@given(st.dates(date(2026, 1, 1), date(2030, 1, 1)))
def test_a_month_has_two_digests_each_with_some_days_to_make_up_for_it(today: date) -> None:
    due = pace_rules.digest_day(today)
    assert (due is None) == (today.day not in (*range(10, 15), *range(20, 25)))
    assert due is None or (due.day in (10, 20) and 0 <= (today - due).days <= 4)


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
    assert pace_rules.usage_pace(used, had, at, kept=had) != Off.UNUSED
    ranks = {Off.UNUSED: 0, None: 1, Off.OVER: 2}
    assert (
        ranks[pace_rules.usage_pace(used, had, at)]
        <= ranks[pace_rules.usage_pace(used + 1, had, at)]
    )

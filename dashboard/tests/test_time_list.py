"""The list of time: a deliverable picked while typing, and several entries changed at once."""

import re
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from agreements.models import Agreement
from core.dates import local_day
from delivery.hours import time_log
from delivery.models import TimeEntry
from tests.test_tenancy import logged_in
from tests.world import World

PROMISED = {
    "name": "Growth",
    "deliverables": [{"title": "Reels", "promised": 4}, {"title": "Posts", "promised": 4}],
}
LIST, BULK, UNDO = "dashboard:time", "dashboard:time_bulk", "dashboard:time_bulk_undo"


@pytest.fixture
def agreement(world: World) -> Agreement:
    return world.under_way(tier=PROMISED)


@pytest.fixture
def owner(world: World) -> Browser:
    return logged_in(world.business.owner)


def words(agreement: Agreement, note: str, **more: Any) -> dict[str, Any]:
    today = local_day(timezone.now(), agreement.business.time_zone)
    return {
        "agreement": agreement.pk,
        "on": today,
        "minutes": "1:00",
        "note": note,
        "billable": "on",
        "consumes": "on",
        "deliverable": "",
    } | more


@pytest.mark.parametrize(
    ("note", "title"),
    [
        ("Reels", "Reels"),
        ("reels: cut the first one", "Reels"),
        (" POSTS – three for the week", "Posts"),
        ("Postscript", None),
        ("A call", None),
    ],
)
def test_the_deliverable_that_the_note_begins_with_is_chosen(
    owner: Browser, agreement: Agreement, note: str, title: str | None
) -> None:
    assert owner.post(reverse(LIST), words(agreement, note)).status_code == 302
    entry = TimeEntry.objects.get()
    assert (entry.deliverable and entry.deliverable.title) == title
    assert entry.note == note.strip()


def test_typing_suggests_the_open_deliverables_without_scripts(
    owner: Browser, agreement: Agreement
) -> None:
    page = owner.get(reverse(LIST)).text
    field = re.search(r'<input[^>]*name="note"[^>]*>', page)
    assert field and 'list="deliverables"' in field[0]
    options = page[page.index('<datalist id="deliverables"') :].split("</datalist>")[0]
    assert 'value="Reels"' in options and 'value="Posts"' in options
    other = owner.get(reverse("dashboard:time_promises"), {"agreement": agreement.pk}).text
    assert 'id="deliverables"' in other and "hx-swap-oob" in other


def test_several_entries_are_changed_and_changed_back(owner: Browser, agreement: Agreement) -> None:
    for note in ("One", "Two", "Three"):
        time_log.log_time(**entry_of(agreement, note))
    two = TimeEntry.objects.filter(note__in=["One", "Two"])
    chosen = [str(row.pk) for row in two]
    answer = owner.post(
        reverse(BULK), {"entry": chosen, "all-note": "Both", "change": ""}, follow=True
    )
    assert "2 entries were changed." in answer.text
    assert set(TimeEntry.objects.values_list("note", flat=True)) == {"Both", "Three"}
    undone = owner.post(reverse(UNDO), follow=True)
    assert set(TimeEntry.objects.values_list("note", flat=True)) == {"One", "Two", "Three"}
    assert reverse(UNDO) not in undone.text


def test_several_entries_are_removed_and_brought_back(owner: Browser, agreement: Agreement) -> None:
    for note in ("One", "Two"):
        time_log.log_time(**entry_of(agreement, note))
    chosen = [str(row.pk) for row in TimeEntry.objects.all()]
    answer = owner.post(reverse(BULK), {"entry": chosen, "remove": ""}, follow=True)
    assert "2 entries were removed." in answer.text
    assert not TimeEntry.objects.exists()
    owner.post(reverse(UNDO))
    assert set(TimeEntry.objects.values_list("note", flat=True)) == {"One", "Two"}


@pytest.mark.parametrize("posted", [{}, {"entry": ["x"]}, {"entry": ["x"], "change": ""}])
def test_nothing_chosen_or_nothing_to_change_is_said(
    owner: Browser, agreement: Agreement, posted: dict[str, Any]
) -> None:
    time_log.log_time(**entry_of(agreement, "One"))
    answer = owner.post(reverse(BULK), posted, follow=True)
    assert answer.status_code == 200
    assert "Select at least one entry." in answer.text
    assert TimeEntry.objects.get().note == "One"


def entry_of(agreement: Agreement, note: str) -> dict[str, Any]:
    now = timezone.now()
    on = local_day(now, agreement.business.time_zone)
    return {"agreement": agreement, "on": on, "minutes": 60, "note": note, "now": now}

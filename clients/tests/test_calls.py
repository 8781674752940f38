"""Calls include a decision maker; their notes are never overwritten, and proposals can use them."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.signing import Signer
from django.test import Client as Browser
from hypothesis import given
from hypothesis import strategies as st

from clients import client_records
from clients.calls import booking, call_emails, call_notes
from clients.calls.booking import InvalidCall, NobodyDecides
from clients.models import Call, Client
from clients.rules import typed_figures
from core import links
from core.documents import calendar_file
from core.documents.calendar_file import Event
from core.errors import NotAllowedNow
from core.models import OutboxEmail
from core.web.tab_saves import ChangedElsewhere, Tab
from tests.world import NOW, World

SOON = NOW + timedelta(days=2)
EMPTY: dict[str, Any] = dict.fromkeys(call_notes.TYPED, "") | {"kpis": [], "next_on": None}
KPI = {
    "name": "Followers",
    "unit": "",
    "kind": "growth",
    "direction": "up",
    "baseline": "1,200",
    "target": "5,000",
}


def booked(world: World, client: Client | None = None, at: datetime = SOON) -> Call:
    client = client or world.client()
    return booking.book(
        client=client,
        contacts=[world.person(client)],
        starts_at=at,
        minutes=30,
        actor="Nan",
        now=NOW,
    )


def test_booking_a_call_moves_the_prospect_to_call_booked(world: World) -> None:
    assert booked(world).client.state == "call_booked"


def test_a_call_without_a_decision_maker_must_be_confirmed(world: World) -> None:
    client = world.client()
    other = client_records.add_contact(
        client=client,
        name="Dao",
        email="dao@baan.example",
        role="",
        is_decision_maker=False,
        now=NOW,
    )
    arguments: dict[str, Any] = {
        "client": client,
        "contacts": [other],
        "starts_at": SOON,
        "actor": "Nan",
        "now": NOW,
    }
    with pytest.raises(NobodyDecides):
        booking.book(minutes=30, **arguments)
    assert not Call.objects.exists()
    assert booking.book(minutes=30, anyway=True, **arguments)
    with pytest.raises(InvalidCall):
        booking.book(minutes=3, anyway=True, **arguments)


def test_what_somebody_else_saved_is_never_overwritten(world: World) -> None:
    call = booked(world)
    call_notes.write(
        call=call, typed=EMPTY | {"needs": "Posts"}, revision=0, now=NOW, tab=Tab("one", 1)
    )
    with pytest.raises(ChangedElsewhere):
        call_notes.write(
            call=call, typed=EMPTY | {"needs": "Films"}, revision=0, now=NOW, tab=Tab("two", 1)
        )
    assert Call.objects.get().needs == "Posts"


def test_a_tab_without_an_answer_may_save_again_and_its_delayed_request_changes_nothing(
    world: World,
) -> None:
    call = booked(world)
    call_notes.write(
        call=call, typed=EMPTY | {"needs": "first"}, revision=0, now=NOW, tab=Tab("one", 1)
    )
    call_notes.write(
        call=call, typed=EMPTY | {"needs": "third"}, revision=0, now=NOW, tab=Tab("one", 3)
    )
    with pytest.raises(ChangedElsewhere):
        call_notes.write(
            call=call, typed=EMPTY | {"needs": "second"}, revision=0, now=NOW, tab=Tab("one", 2)
        )
    assert Call.objects.get().needs == "third"


def test_each_answer_comes_from_the_newest_call_that_has_one(world: World) -> None:
    client = world.client()
    old, new = booked(world, client), booked(world, client, SOON + timedelta(days=7))
    typed = EMPTY | {"needs": "Posts", "kpis": [KPI], "load": "20 h", "budget": "5k"}
    call_notes.write(call=old, typed=typed, revision=0, now=NOW)
    call_notes.write(call=new, typed=EMPTY | {"needs": "Posts and films"}, revision=0, now=NOW)
    answers = call_notes.answers(client)
    assert (answers.needs, answers.minutes) == ("Posts and films", 1200)
    assert answers.kpi_lines == ["Followers: from 1200 to 5000"]
    assert "5k" not in str(answers), "the budget is private (rule 37)"


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("20", 1200),
        ("12.5", 750),
        ("12,5 h", 750),
        ("12:30", 750),
        ("lots", None),
        ("0", None),
        ("900", None),
    ],
)
def test_monthly_hours_are_read_in_the_forms_people_type(typed: str, minutes: int | None) -> None:
    assert typed_figures.parse_minutes(typed) == minutes


@given(st.text(max_size=300), st.text(max_size=300))
def test_a_calendar_file_holds_exactly_the_event(title: str, text: str) -> None:
    at = datetime(2026, 12, 1, 2, 30, tzinfo=UTC)
    text_of_file = calendar_file.write(
        Event("id@x", 1, at, 45, at, title, text, "https://hub.example/calls/1/")
    )
    lines = text_of_file.split("\r\n")
    assert all(len(line.encode()) <= calendar_file.MAX_LINE_OCTETS for line in lines)
    assert "\n" not in text_of_file.replace("\r\n", "")
    unfolded = text_of_file.replace("\r\n ", "").split("\r\n")
    assert f"SUMMARY:{calendar_file.escape_text(title)}" in unfolded
    assert f"DESCRIPTION:{calendar_file.escape_text(text)}" in unfolded
    assert "DTEND:20261201T031500Z" in unfolded


def letters(kind: str) -> list[OutboxEmail]:
    return list(OutboxEmail.objects.filter(kind=kind).order_by("created_at", "id"))


def test_a_booked_call_is_emailed_with_a_calendar_file_in_the_clients_language_and_time(
    world: World,
) -> None:
    client = world.client(language="th", time_zone="Asia/Bangkok")
    call = booked(world, client)
    (letter,) = letters("call_booked")
    assert (letter.to, letter.language) == ("ploy@baan.example", "th")
    assert f"{call.starts_at + timedelta(hours=7):%H:%M}" in letter.text
    assert "/p/calls/" not in letter.text  # a copy of the database opens nothing
    address = re.search(r"/p/calls/\S+/call.ics", links.fill(letter.text, letter.mark))
    assert address
    answer = Browser().get(address[0])
    assert answer["Content-Type"].startswith("text/calendar")
    assert f"UID:{call.pk}@retainerhub" in answer.content.decode()
    assert Browser().get("/p/calls/forged:token/call.ics").status_code == 404


def test_a_moved_call_is_told_to_those_who_stay_and_cancelled_for_those_who_leave(
    world: World,
) -> None:
    call = booked(world)
    ploy = world.person(call.client)
    details = {"role": "", "is_decision_maker": False, "now": NOW}
    dao, mali = (
        client_records.add_contact(
            client=call.client, name=name, email=f"{name}@baan.example", **details
        )
        for name in ("Dao", "Mali")
    )
    later = SOON + timedelta(hours=1)
    booking.rebook(call=call, contacts=[ploy, dao], starts_at=SOON, minutes=30, now=NOW)
    assert [row.to for row in letters("call_booked")] == [ploy.email, dao.email]
    assert letters("call_moved") == []
    booking.rebook(call=call, contacts=[ploy, mali], starts_at=later, minutes=30, now=NOW)
    assert [row.to for row in letters("call_moved")] == [ploy.email]
    assert [row.to for row in letters("call_cancelled")] == [dao.email]
    assert [row.to for row in letters("call_booked")] == [ploy.email, dao.email, mali.email]


def test_each_persons_calendar_file_is_their_own_and_ends_when_they_leave_the_call(
    world: World,
) -> None:
    call = booked(world)
    ploy = world.person(call.client)
    dao = client_records.add_contact(
        client=call.client,
        name="Dao",
        email="dao@baan.example",
        role="",
        is_decision_maker=False,
        now=NOW,
    )
    booking.rebook(call=call, contacts=[ploy, dao], starts_at=SOON, minutes=30, now=NOW)
    found = [
        re.search(r"/p/calls/\S+/call.ics", links.fill(row.text, row.mark))
        for row in letters("call_booked")
    ]
    plos, daos = (match[0] for match in found if match)
    assert plos != daos
    booking.rebook(call=call, contacts=[ploy], starts_at=SOON, minutes=30, now=NOW)
    assert "METHOD:PUBLISH" in Browser().get(plos).content.decode()
    assert "STATUS:CANCELLED" in Browser().get(daos).content.decode()
    dao.delete()
    assert Browser().get(daos).status_code == 404
    shared = f"/p/calls/{Signer(salt='rh.call').sign(call.pk.hex)}/call.ics"
    assert Browser().get(shared).status_code == 200, "what was emailed before is not cut off"


def test_a_cancelled_call_is_told_to_everybody_and_takes_the_event_away(world: World) -> None:
    call = booked(world)
    booking.cancel(call=call, now=NOW)
    assert [row.to for row in letters("call_cancelled")] == ["ploy@baan.example"]
    file, _title = call_emails.client_file(call, NOW)
    assert "METHOD:CANCEL" in file
    assert "STATUS:CANCELLED" in file
    again = {"contacts": list(call.contacts.all()), "starts_at": SOON, "minutes": 30}
    for refused in (
        lambda: booking.cancel(call=call, now=NOW),
        lambda: booking.rebook(call=call, now=NOW, **again),
    ):
        with pytest.raises(NotAllowedNow):
            refused()


def test_nobody_is_emailed_about_a_call_that_is_over_or_where_the_freelancer_says_no(
    world: World,
) -> None:
    booked(world, at=NOW - timedelta(days=1))
    client = world.client()
    who = {"client": client, "contacts": [world.person(client)], "actor": "Nan", "now": NOW}
    booking.book(starts_at=SOON, minutes=30, tells=False, **who)
    assert letters("call_booked") == []

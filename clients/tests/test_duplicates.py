"""A client that was entered twice is noticed, and the two become one without losing anything."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients import client_records, duplicates
from clients.calls import booking
from clients.client_records import StillDecides
from clients.duplicates import KeepsDocuments
from clients.models import Client, FitCheck
from clients.rules.same_name import name_key
from tests.world import NOW, World


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Aurora GmbH", "AURORA"),
        ("Aurora GmbH", "Aurora, G.m.b.H."),
        ("The Coffee Company", "coffee"),
        ("Café Müller", "Cafe Muller Ltd."),
        ("บริษัท กาแฟบ้านเรา จำกัด", "กาแฟบ้านเรา"),
        ("North-Wind Labs", "northwind labs"),
    ],
)
def test_one_name_in_two_spellings_is_one_name(one: str, other: str) -> None:
    assert name_key(one) == name_key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"), [("Aurora GmbH", "Aurora Foods GmbH"), ("กาแฟ", "กาแฟดี"), ("ป่า", "ปา")]
)
def test_two_names_are_two(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@given(st.text(max_size=60))
def test_any_name_has_a_key_that_spaces_and_capitals_do_not_change(name: str) -> None:
    assert name_key(f"  {name} ") == name_key(name)


def test_a_client_entered_twice_is_pointed_out_and_no_other(world: World) -> None:
    first = world.client("Aurora GmbH")
    first.contacts.update(email="anna@aurora.example")
    same_name = world.client("aurora")
    same_name.contacts.update(email="b@x.example")
    same_email = world.client("Nordlicht")
    same_email.contacts.update(email="anna@aurora.example")
    same_tax = world.client("Polar", tax_id="DE1")
    same_tax.contacts.update(email="c@x.example")
    Client.objects.filter(pk=first.pk).update(tax_id="DE1")
    world.client("Aurora Foods").contacts.update(email="d@x.example")
    elsewhere = World()
    elsewhere.client("Aurora GmbH").contacts.update(email="anna@aurora.example")
    first.refresh_from_db()
    found = duplicates.duplicates(first)
    assert {row.name for row in found} == {"aurora", "Nordlicht", "Polar"}


def test_merging_loses_no_person_call_answer_or_note(world: World) -> None:
    kept = world.client("Aurora", notes="Likes mail")
    kept.contacts.update(email="anna@aurora.example")
    gone = world.client("Aurora GmbH", tax_id="DE1", notes="Met in May")
    gone.contacts.update(email="anna@aurora.example")
    client_records.add_contact(client=gone, name="Bo", email="bo@aurora.example", now=NOW)
    call = booking.book(
        client=gone,
        contacts=list(gone.contacts.all()),
        starts_at=NOW + timedelta(days=1),
        minutes=30,
        actor="Nan",
        now=NOW,
    )
    FitCheck.objects.create(business=world.business, client=gone, recurs="yes")
    duplicates.merge(client=gone, into=kept)
    kept.refresh_from_db()
    call.refresh_from_db()
    assert sorted(kept.contacts.values_list("email", flat=True)) == [
        "anna@aurora.example",
        "bo@aurora.example",
    ]
    assert kept.contacts.filter(is_decision_maker=True).count() == 1
    assert call.client == kept
    assert set(call.contacts.all()) == set(kept.contacts.all())
    assert kept.fit_check.recurs == "yes"
    assert (kept.tax_id, kept.notes) == ("DE1", "Likes mail\n\nMet in May")
    assert not Client.objects.filter(pk=gone.pk).exists()


def test_a_client_with_documents_stays(world: World) -> None:
    kept, gone = world.client("Aurora"), world.client("Aurora GmbH")
    world.proposal(gone)
    with pytest.raises(KeepsDocuments, match="Aurora GmbH"):
        duplicates.merge(client=gone, into=kept)
    assert gone.contacts.count() == 1
    with pytest.raises(KeepsDocuments):
        duplicates.merge(client=kept, into=World().client())
    with pytest.raises(KeepsDocuments):
        duplicates.merge(client=kept, into=kept)


def test_a_person_who_left_gets_in_no_more_and_the_decision_maker_stays(world: World) -> None:
    client = world.client()
    colleague = client_records.add_contact(client=client, name="Bo", email="bo@x.example", now=NOW)
    epoch = colleague.portal_epoch
    client_records.close_access(contact=colleague, now=NOW)
    assert not colleague.is_active
    assert colleague.portal_epoch > epoch
    client_records.give_access_again(contact=colleague)
    assert colleague.is_active
    with pytest.raises(StillDecides):
        client_records.close_access(contact=world.person(client), now=NOW)

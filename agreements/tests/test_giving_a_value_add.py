"""Something is added to a running agreement for a time: a gift by notice, no change of terms."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from agreements.changing import give_value_add
from agreements.contract import value_add_bank
from agreements.models import Agreement, GivenValueAdd
from agreements.proposals import capacity
from agreements.rules.errors import BadValueAdd, BelowRateFloor, NotOpen
from agreements.running import added_for_a_time
from core import audit, links
from core.models import OutboxEmail
from tests.world import HERE, NOW, World

TODAY = date(2026, 11, 2)
LAST = date(2027, 1, 31)


def give(agreement: Agreement, **fields: object) -> GivenValueAdd:
    facts: dict[str, object] = {
        "title": "An audit",
        "minutes": 90,
        "starts_on": TODAY,
        "ends_on": LAST,
        "reason": "",
    }
    return give_value_add.give(
        agreement=agreement,
        actor="Nan",
        now=NOW,
        origin=HERE,
        **facts | fields,  # type: ignore[arg-type]
    )


def test_the_client_is_told_what_until_when_and_that_nothing_else_changes(world: World) -> None:
    agreement = world.signed()
    before = (agreement.terms_hash, agreement.amount)
    row = give(agreement)
    (email,) = OutboxEmail.objects.filter(kind="value_added")
    assert email.to == agreement.contact.email
    for sentence in (
        "An audit",
        "2 November 2026",
        "31 January 2027",
        "Your fee and your terms stay the same",
    ):
        assert sentence in email.text, sentence
    text = links.hidden(email.text, email.mark)  # the id of a link may have these digits
    assert "90" not in text and "1:30" not in text  # what it costs is the owner's own
    agreement.refresh_from_db()
    assert (agreement.terms_hash, agreement.amount) == before
    (event,) = [row for row in audit.chain(agreement.pk) if row.event == "value_added"]
    assert event.data == {"added": "An audit", "until_on": "2027-01-31"}
    assert row.agreement == agreement


def test_it_counts_from_its_first_to_its_last_day_beside_what_was_signed(world: World) -> None:
    signed = [{"title": "A call", "minutes": 30, "ends_on": "2026-11-30", "reason": ""}]
    agreement = world.signed(value_adds=signed)
    give(agreement, starts_on=date(2026, 12, 2))
    for day, titles in (
        (date(2026, 11, 15), ["A call"]),
        (date(2026, 12, 1), []),
        (date(2026, 12, 15), ["An audit"]),
        (LAST + timedelta(days=1), []),
    ):
        assert [one.title for one in added_for_a_time.on(agreement, day)] == titles, day


def test_what_it_costs_is_taken_from_the_free_hours(world: World) -> None:
    world.business.capacity_minutes = 100 * 60
    world.business.save()
    agreement = world.signed()
    december = date(2026, 12, 2)
    before = capacity.minutes_free(world.business, december)
    give(agreement, minutes=120)
    assert before and capacity.minutes_free(world.business, december) == before - 120


def test_the_bank_gives_cost_and_last_day(world: World) -> None:
    value_add_bank.keep(business=world.business, title="An Audit", minutes=45, months=2, now=NOW)
    row = give(world.signed(), minutes=0, ends_on=None)
    assert (row.minutes, row.ends_on) == (45, date(2027, 1, 2))


def test_what_cannot_be_given_is_refused_at_its_field(world: World) -> None:
    agreement = world.signed()
    for fields, field in (
        ({"ends_on": None}, "ends_on"),
        ({"ends_on": TODAY - timedelta(days=1)}, "ends_on"),
        ({"starts_on": TODAY - timedelta(days=1)}, "starts_on"),
        ({"ends_on": TODAY + timedelta(days=800)}, "ends_on"),
    ):
        with pytest.raises(BadValueAdd) as error:
            give(agreement, **fields)
        assert error.value.field == field
    with pytest.raises(NotOpen):
        give(world.picked(world.proposal(world.client("Not signed yet"))))
    world.business.floor_rate = 140_00  # 3,000 for 20 hours are 150 an hour
    world.business.save()
    agreement.refresh_from_db()
    with pytest.raises(BelowRateFloor) as floor:
        give(agreement, minutes=180)
    assert floor.value.field == "reason"
    give(agreement, minutes=180, reason="A good start")
    assert OutboxEmail.objects.filter(kind="value_added").count() == 1


def test_after_the_agreements_end_nothing_is_promised(world: World) -> None:
    agreement = world.signed(ends_on=date(2027, 1, 2))
    with pytest.raises(BadValueAdd):
        give(agreement, ends_on=date(2027, 1, 2))
    assert give(agreement, ends_on=date(2027, 1, 1))


def test_what_was_given_by_mistake_is_taken_back_by_a_row_that_says_so(world: World) -> None:
    agreement = world.signed()
    row = give(agreement)
    for _ in range(2):
        give_value_add.take_back(row=row, actor="Nan", now=NOW, origin=HERE)
    (email,) = OutboxEmail.objects.filter(kind="value_add_taken_back")
    assert "An audit" in email.text
    assert added_for_a_time.on(agreement, TODAY) == []
    row.refresh_from_db()
    assert row.taken_back_at == NOW
    with pytest.raises(DatabaseError), transaction.atomic():
        GivenValueAdd.objects.update(title="x")
    with pytest.raises(DatabaseError), transaction.atomic():
        GivenValueAdd.objects.all().delete()

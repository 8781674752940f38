"""What was signed about public holidays holds for promised answers, and stays (rule 73)."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from agreements.contract import frozen_terms
from agreements.models import Agreement, TimeOff
from agreements.proposals import capacity
from core.models import Business
from delivery.requests import client_requests
from tests.world import NOW, World

BANGKOK = ZoneInfo("Asia/Bangkok")
FRIDAY = datetime(2026, 12, 4, 10, tzinfo=BANGKOK)  # Monday, 7 December is a holiday in its place


def observe(world: World, country: str = "TH", **fields: object) -> None:
    Business.objects.filter(pk=world.business.pk).update(holiday_country=country, **fields)
    world.business.refresh_from_db()


def due(agreement: Agreement) -> datetime:
    agreement = Agreement.objects.get(pk=agreement.pk)
    return client_requests.create_request(
        agreement=agreement,
        contact=agreement.contact,
        text=f"A banner {Agreement.objects.count()} {agreement.business.worked_holidays}",
        now=FRIDAY,
    ).respond_by.astimezone(BANGKOK)


def response(agreement: Agreement) -> str:
    clauses = {row["key"]: row for row in agreement.terms["clauses"]}
    return str(clauses["response"]["en"]["text"])


def test_a_signed_agreement_keeps_what_it_says_of_holidays(world: World) -> None:
    before = world.signed(now=NOW)
    observe(world)
    after = world.signed(world.picked(world.proposal(world.client("Rim Nam"))), now=NOW)
    assert "Monday to Friday, public holidays included, in" in response(before)
    assert "Monday to Friday, except public holidays in Thailand, in" in response(after)
    assert due(before) == datetime(2026, 12, 7, 10, tzinfo=BANGKOK)
    assert due(after) == datetime(2026, 12, 8, 10, tzinfo=BANGKOK)
    observe(world, worked_holidays=["2026-12-07"])
    assert due(after) == datetime(2026, 12, 7, 10, tzinfo=BANGKOK)
    observe(world, country="")
    assert Agreement.objects.get(pk=after.pk).terms["holidays"] == {"country": "TH", "part": ""}


def test_what_was_sent_before_keeps_its_days_when_it_is_picked(world: World) -> None:
    sent = world.proposal()
    observe(world)
    assert "holidays" not in world.picked(sent).terms


def test_an_own_text_that_names_other_days_is_not_reinterpreted(world: World) -> None:
    observe(world)
    draft = world.proposal(send=False)
    draft.text = {
        "from": "mine",
        "pairs": [{"key": "response", "en": {"text": "Monday to Friday"}}],
    }
    assert frozen_terms.holidays_of(draft) == {}


def test_holidays_take_capacity_unless_they_are_worked(world: World) -> None:
    world.business.week_minutes = [360] * 5 + [0, 0]
    world.business.capacity_minutes = 1
    world.business.save()

    def off() -> int:
        return capacity.workload_by_month(world.business, date(2026, 12, 1))[0].off

    assert off() == 0
    observe(world)
    with_all = off()
    assert with_all and with_all % 360 == 0
    observe(world, worked_holidays=["2026-12-07"])
    assert off() == with_all - 360


def test_a_holiday_on_a_weekend_and_the_day_in_its_place_take_their_hours_once(
    world: World,
) -> None:
    """In Thailand 5 December 2026 is a Saturday, and Monday the 7th is free in its place."""
    week = [360] * 5 + [0, 0]
    Business.objects.filter(pk=world.business.pk).update(week_minutes=week, capacity_minutes=1)
    world.business.refresh_from_db()
    observe(world)

    def off() -> int:
        return capacity.workload_by_month(world.business, date(2026, 12, 1))[0].off

    assert off() == 3 * 360, "Monday the 7th, Thursday the 10th and Thursday the 31st"
    TimeOff.objects.create(
        business=world.business, starts_on=date(2026, 12, 5), ends_on=date(2026, 12, 9)
    )
    assert off() == 4 * 360, "of the time off, only Tuesday the 8th is not a holiday as well"
    Business.objects.filter(pk=world.business.pk).update(week_minutes=[], capacity_minutes=23 * 60)
    world.business.refresh_from_db()
    assert off() == 4 * 60, "of the month's 23 days from Monday to Friday"

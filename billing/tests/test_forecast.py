"""The forecast: the job's own sums, what was seen of clients, and bands that hold (rule 63)."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from random import Random

import pytest

from agreements.changing import end
from billing.bank_transfer import transfers
from billing.income import expected, forecast, guaranteed
from billing.income.track_record import experience
from billing.models import Invoice
from billing.rules import futures
from billing.rules.experience import WHOLE, Experience, draw
from billing.rules.futures import Asked, Stream
from billing.runs import preview
from billing.runs.billing_run import run_billing
from billing.tests.test_one_off import issued, order
from core.dates import add_months
from core.models import Business
from tests import forecast_worlds
from tests.world import NOW, World

TODAY = date(2026, 11, 2)
YEAR = [Asked(date(2026, 12, 1) + timedelta(days=31 * n), 1_000_00) for n in range(11)]


def test_the_same_day_draws_the_same_futures_and_the_next_day_others() -> None:
    streams = [Stream("USD", True, YEAR, notice_days=30)]

    def of(seed: str) -> object:
        return futures.futures(streams, Experience(), TODAY, seed=seed)

    assert of("a 2026-11-02") == of("a 2026-11-02") != of("a 2026-11-03")


def test_no_future_invents_money() -> None:
    """Nothing arrives twice, and nothing that is not asked."""
    streams = [
        Stream("USD", True, YEAR, notice_days=0),
        Stream("USD", False, YEAR, waiting=[(date(2026, 10, 20), 500_00)]),
        Stream("USD", True, YEAR, waiting=[(date(2026, 9, 1), 700_00)], is_lost=True),
    ]
    found = futures.futures(streams, Experience(), TODAY, seed="x")["USD"]
    asked = futures.asked_by_month(streams, TODAY)["USD"]
    assert sum(asked) == 33 * 1_000_00
    assert all(min(row) >= 0 for row in found)
    assert max(sum(row) for row in found) <= sum(asked) + 500_00 + 700_00


def test_before_its_notice_is_over_nobody_leaves() -> None:
    """With two months of notice, the first fees arrive in each future, and later ones do not."""
    seen = Experience(days=30, notices=30)
    seen.card.on_time = 10**6
    bound = Stream("USD", True, YEAR, notice_days=60)
    found = futures.futures([bound], seen, TODAY, seed="x")["USD"]
    assert sum(row[1] == 1_000_00 for row in found) >= 499
    assert sum(row[6] for row in found) < 300 * 1_000_00


def test_what_was_seen_moves_the_chances_and_little_of_it_moves_them_little() -> None:
    def mean(seen: Experience) -> int:
        rng = Random(1)
        return sum(draw(seen, rng).card.late for _ in range(400)) // 400

    few, many = Experience(), Experience()
    few.card.on_time, many.card.on_time = 3, 300
    assert mean(few) > WHOLE * 4 // 100 > mean(many)


def test_currencies_are_one_future_before_they_are_one_sum() -> None:
    found = {"USD": [[100, 200]], "JPY": [[3, 5]]}
    assert futures.together(found, {"USD": Fraction(1), "JPY": Fraction(2, 3)}) == [[102, 203]]


def test_the_bands_hold_in_worlds_whose_chances_are_not_known() -> None:
    """Four of five months; ten worlds say it roughly, `bin/bench forecast` exactly."""
    share, months = forecast_worlds.coverage(range(10))
    assert months > 100 and Fraction(70, 100) < share < Fraction(90, 100)


@pytest.mark.django_db
def test_the_first_thirty_days_are_the_preview_to_the_cent(world: World) -> None:
    world.billed(taxes=[{"name": "VAT", "percent": "7"}])
    world.running(world.client("Siri"), currency="THB", amount=30_000_00, collect_by="transfer")
    rows = preview.upcoming_invoices(world.business, now=NOW, days=30)
    made = forecast.make(world.business, now=NOW)
    assert made.soon == dict(preview.totals_by_currency(rows)) and len(made.soon) == 2


@pytest.mark.django_db
def test_where_everybody_stays_and_pays_the_forecast_is_what_comes(world: World) -> None:
    """The job itself is run for three months, and each month brings what was said, to the cent."""
    vat = [{"name": "VAT", "percent": "7"}]
    world.running(world.client("Monthly"), amount=3_333_33, taxes=vat)
    world.running(world.client("Weekly"), amount=77_77, interval="weekly", anchor_day=3)
    world.running(world.client("Prorated"), amount=1_000_01, anchor_day=20)
    world.running(world.client("Ends"), ends_on=date(2027, 1, 2))
    run_billing(now=NOW, door="test")
    made = forecast.make(world.business, now=NOW + timedelta(hours=2))
    for day in sorted({row.on for row in made.rows if row.on < date(2027, 2, 1)}):
        run_billing(now=datetime(day.year, day.month, day.day, 5, tzinfo=UTC), door="test")
    for place, month in enumerate(futures.months_ahead(TODAY)[1:3], start=1):
        came = expected.received(world.business, month, add_months(month, 1) - timedelta(days=1))
        assert came == {"USD": made.asked["USD"][place]} and came["USD"] > 4_333_34


@pytest.mark.django_db
def test_what_clients_did_is_what_the_business_has_seen(world: World) -> None:
    leaving = world.running(world.client("Leaves"))
    world.running(world.client("Poor"), card="insufficient_funds")
    late = world.running(world.client("Late"), card="", collect_by="transfer")
    for days in (0, 31, 62):
        run_billing(now=NOW + timedelta(days=days), door="test")
    first = Invoice.objects.filter(agreement=late).earliest("issued_on")
    transfers.record_transfer(
        invoice=first,
        amount=first.total,
        on=first.issued_on + timedelta(days=12),
        reference="L",
        actor="Nan",
        now=NOW + timedelta(days=12),
    )
    end.give_notice(
        agreement=leaving,
        ends_on=date(2027, 3, 2),
        actor=world.person(leaving.client),
        now=NOW + timedelta(days=60),
    )
    seen = experience(world.business, TODAY + timedelta(days=80))
    assert (seen.notices, seen.days) == (1, 60 + 80 + 80)
    assert (seen.card.on_time, seen.card.lost, seen.card.stuck) == (2, 1, 1)
    assert (seen.transfer.delays, seen.transfer.lost) == ([12], 1)


@pytest.mark.django_db
def test_it_is_kept_for_the_day_and_made_anew_when_something_changes(world: World) -> None:
    world.running()
    signed = guaranteed.signed_agreements(world.business)
    first = forecast.latest(world.business, signed, now=NOW)
    again = forecast.latest(world.business, signed, now=NOW + timedelta(hours=1))
    assert first and again and again.made_at == first.made_at
    world.running(world.client("Second"))
    signed = guaranteed.signed_agreements(world.business)
    other = forecast.latest(world.business, signed, now=NOW + timedelta(hours=2))
    assert other and sum(other.asked["USD"]) > sum(first.asked["USD"])


@pytest.mark.django_db
def test_an_agreement_that_cannot_be_read_hides_no_other(world: World) -> None:
    world.running(world.client("Good"), amount=1_000_00)
    world.running(world.client("Taxes"), taxes=[{"wrong": 1}])
    world.running(world.client("Zone"), time_zone="Mars/Olympus")
    assert set(forecast.make(world.business, now=NOW).asked["USD"][1:]) == {1_000_00}


@pytest.mark.django_db
def test_a_business_that_cannot_be_forecast_stops_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = World()
    for one in (world, other):
        one.running()
    known = forecast.experience

    def fails(business: Business, today: date) -> Experience:
        if business == world.business:
            raise RuntimeError
        return known(business, today)

    monkeypatch.setattr(forecast, "experience", fails)
    assert forecast.make_all(now=NOW) == 1


@pytest.mark.django_db
def test_a_large_business_asks_a_worker_once_and_reads_the_last_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(forecast, "AT_ONCE", 0)
    world.running()
    monkeypatch.setattr(forecast.nudge, "ring", lambda task, pk: asked.append(pk))
    signed = guaranteed.signed_agreements(world.business)
    for _ in range(2):
        assert forecast.latest(world.business, signed, now=NOW) is None
    assert asked == [str(world.business.pk)]
    forecast.make_one(asked[0], now=NOW)
    tomorrow = NOW + timedelta(days=1)
    kept = forecast.latest(world.business, signed, now=tomorrow)
    assert kept and kept.today == TODAY, "until the next one is made"


def test_an_invoice_without_an_agreement_is_forecast_as_well(world: World) -> None:
    issued(world, order(world))
    made = forecast.make(world.business, now=NOW)
    assert [(row.invoice is None, row.amount) for row in made.rows] == [(False, 200_00)]
    assert sum(made.asked["USD"]) == 200_00

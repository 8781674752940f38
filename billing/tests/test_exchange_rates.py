"""Other currencies are shown in the own one at a dated rate, and never added without (rule 64)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from billing.income import ecb_rates, exchange
from billing.income.ecb_rates import NoRates
from billing.models import ExchangeRate
from core.errors import RuleError
from core.models import Business
from tests.world import NOW, World

TODAY = date(2026, 11, 2)
TABLE = b"""<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"
  xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
  <gesmes:subject>Reference rates</gesmes:subject>
  <Cube><Cube time='2026-10-30'>
    <Cube currency='USD' rate='1.25'/>
    <Cube currency='JPY' rate='160.00'/>
    <Cube currency='THB' rate='40.000'/>
  </Cube></Cube>
</gesmes:Envelope>"""


def enter(world: World, currency: str, rate: str, on: date = TODAY) -> ExchangeRate:
    return exchange.enter_rate(
        business=world.business,
        currency=currency,
        rate=Decimal(rate),
        on=on,
        today=TODAY,
        now=NOW,
    )


@pytest.mark.django_db
def test_what_has_no_rate_stands_apart_and_is_in_no_sum(world: World) -> None:
    enter(world, "THB", "0.03")
    rates = exchange.newest_rates(world.business)
    amounts = {"USD": 100_00, "THB": 1_000_00, "EUR": 7_00}
    assert exchange.in_own(amounts, world.business, rates) == (130_00, {"EUR": 7_00})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("currency", "rate", "amount", "converted"),
    [
        ("THB", "0.03", 30_000_00, 900_00),
        ("JPY", "0.0067", 100_000, 670_00),
        ("KWD", "3.25", 100_125, 325_41),
    ],
)
def test_each_currency_has_its_own_decimals(
    world: World, currency: str, rate: str, amount: int, converted: int
) -> None:
    assert exchange.convert(amount, enter(world, currency, rate)) == converted


@pytest.mark.django_db
def test_the_newest_rate_counts_and_on_its_day_the_owners(world: World) -> None:
    exchange.use_reference_rates(business=world.business, on=True)
    facts: dict[str, Any] = {"currency": "EUR", "source": "ecb", "now": NOW}
    exchange.store(world.business, rate=Decimal("1.2"), on=date(2026, 10, 30), **facts)
    enter(world, "EUR", "1.3", on=date(2026, 10, 29))
    assert exchange.newest_rates(world.business)["EUR"].rate == Decimal("1.2")
    enter(world, "EUR", "1.4", on=date(2026, 10, 30))
    assert exchange.newest_rates(world.business)["EUR"].rate == Decimal("1.4")
    Business.objects.filter(pk=world.business.pk).update(currency="THB")
    world.business.refresh_from_db()
    assert exchange.newest_rates(world.business) == {}, "it was a rate into dollars"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("currency", "rate", "on", "field"),
    [
        ("USD", "1", TODAY, "currency"),
        ("EUR", "0", TODAY, "rate"),
        ("EUR", "1e10", TODAY, "rate"),
        ("EUR", "1.1", date(2026, 11, 3), "on"),
    ],
)
def test_a_rate_that_cannot_be_is_refused(
    world: World, currency: str, rate: str, on: date, field: str
) -> None:
    with pytest.raises(RuleError) as refused:
        enter(world, currency, rate, on)
    assert refused.value.field == field


@pytest.mark.django_db
def test_nothing_is_fetched_until_it_is_switched_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(ecb_rates, "fetch", lambda: asked.append(1) or TABLE)
    world.running(currency="THB")
    world.running(world.client("Gulf"), currency="KWD")
    assert ecb_rates.fetch_due(now=NOW) == 0 and not asked
    exchange.use_reference_rates(business=world.business, on=True)
    assert ecb_rates.fetch_due(now=NOW) == 1, "the bank has no rate of the dinar"
    rate = exchange.newest_rates(world.business)["THB"]
    assert (rate.rate, rate.on, rate.source) == (Decimal("0.03125"), date(2026, 10, 30), "ecb")
    exchange.use_reference_rates(business=world.business, on=False)
    assert exchange.newest_rates(world.business) == {}


@pytest.mark.django_db
def test_without_an_answer_the_rates_stay_as_they_are(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent() -> bytes:
        raise NoRates("TimeoutError")

    world.running(currency="EUR")
    exchange.use_reference_rates(business=world.business, on=True)
    monkeypatch.setattr(ecb_rates, "fetch", lambda: TABLE)
    ecb_rates.fetch_due(now=NOW)
    monkeypatch.setattr(ecb_rates, "fetch", silent)
    assert ecb_rates.fetch_due(now=NOW) == 0
    assert exchange.newest_rates(world.business)["EUR"].rate == Decimal("1.25")


class Answer:
    """A server's answer, and the connection that gets it."""

    def __init__(self, status: int, body: bytes) -> None:
        self.status, self.body, self.asked = status, body, ("", "")

    def __call__(self, host: str, **options: Any) -> "Answer":
        assert options["timeout"] <= 10
        self.asked = (host, "")
        return self

    def request(self, verb: str, path: str, headers: dict[str, str]) -> None:
        self.asked = (self.asked[0], path)

    def getresponse(self) -> "Answer":
        return self

    def read(self, most: int) -> bytes:
        return self.body[:most]

    def close(self) -> None:
        pass


@pytest.mark.parametrize(("status", "body"), [(301, b""), (500, TABLE), (200, b"x" * 100_000)])
def test_only_a_plain_answer_of_the_bank_is_read(
    status: int, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ecb_rates, "HTTPSConnection", Answer(status, body))
    with pytest.raises(NoRates):
        ecb_rates.fetch()
    good = Answer(200, TABLE)
    monkeypatch.setattr(ecb_rates, "HTTPSConnection", good)
    assert ecb_rates.read(ecb_rates.fetch())[1]["JPY"] == Decimal("160.00")
    assert good.asked == ("www.ecb.europa.eu", "/stats/eurofxref/eurofxref-daily.xml")


@example(TABLE.index(b"UTF-8"), b"a-")  # an encoding that nobody knows
@given(st.integers(0, len(TABLE) - 1), st.binary(max_size=12))
def test_whatever_is_answered_is_a_table_or_refused(at: int, other: bytes) -> None:
    for body in (TABLE[:at] + other + TABLE[at + len(other) :], other, TABLE[:at]):
        try:
            _on, table = ecb_rates.read(body)
        except NoRates:
            continue
        assert all(rate > 0 for rate in table.values())


def test_a_table_that_declares_entities_is_refused() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "c">]>' + TABLE[39:]
    with pytest.raises(NoRates):
        ecb_rates.read(bomb)

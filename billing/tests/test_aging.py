"""Open amounts by how late they are: each is in one bucket, and the buckets add up."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from billing.books.queries import outstanding_amounts
from billing.invoices import open_amounts
from billing.rules.aging import Age, age_of, by_age
from tests.world import NOW, World

LATE = datetime(2026, 12, 15, 5, 0, tzinfo=UTC)


@given(some.lists(some.tuples(some.integers(0, 2000), some.integers(1, 10**12))))
def test_the_buckets_add_up_to_what_is_open(amounts: list[tuple[int, int]]) -> None:
    buckets = by_age(amounts)
    assert sum(buckets.values()) == sum(amount for _late, amount in amounts)
    assert list(buckets) == list(Age)


@given(some.integers(0, 2000), some.integers(0, 2000))
def test_later_is_never_in_an_earlier_bucket(first: int, second: int) -> None:
    ages = list(Age)
    early, late = sorted((first, second))
    assert ages.index(age_of(early)) <= ages.index(age_of(late))


@pytest.mark.parametrize(
    ("late", "age"),
    [
        *((0, "current"), (1, "1-30"), (30, "1-30"), (31, "31-60")),
        *((60, "31-60"), (61, "61-90"), (90, "61-90"), (91, "over-90")),
    ],
)
def test_a_bucket_begins_and_ends_on_its_day(late: int, age: str) -> None:
    assert age_of(late) == age


def test_each_debtor_is_listed_in_each_currency_the_own_one_first(world: World) -> None:
    two = world.client("Two currencies")
    world.billed(client=two, card="", now=NOW)
    world.billed(client=two, card="", now=NOW, currency="EUR", amount=500_00)
    world.billed(client=world.client("Other"), card="", now=NOW, amount=7_000_00)
    found = open_amounts.by_currency(world.business, LATE)
    assert [(one.currency, one.total) for one in found] == [("USD", 10_000_00), ("EUR", 500_00)]
    assert [(debt.client.name, debt.ages[Age.TO_60]) for debt in found[0].debtors] == [
        ("Other", 7_000_00),
        ("Two currencies", 3_000_00),
    ]
    assert {(row.currency, row.total) for row in found} == {
        (currency, amount) for currency, amount, _count in outstanding_amounts(world.business)
    }
    assert all(sum(one.ages.values()) == one.total for one in found)
    early = open_amounts.by_currency(world.business, NOW + timedelta(hours=1))
    assert early[0].ages[Age.CURRENT] == 10_000_00

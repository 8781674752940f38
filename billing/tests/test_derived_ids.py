"""What a gateway is asked for has ids that follow from what the money is for."""

from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from billing.rules import derived_ids

DAYS = st.dates(date(2020, 1, 1), date(2099, 1, 1))
KINDS = st.sampled_from(["fee", "upgrade"])


def all_ids(agreement: UUID, kind: str, day: date) -> list[UUID]:
    """The ids of an invoice's reference, its first objects, and two cards' charges at each."""
    reference = derived_ids.reference_of(agreement, kind, day)
    keys = [derived_ids.first_key(reference)]
    keys += [derived_ids.next_key(keys[-1])]
    keys += [derived_ids.next_key(keys[-1])]
    objects = [derived_ids.object_key(key, amount) for key in keys for amount in (1, 2)]
    charges = [
        derived_ids.charge_id(key, handle, n, card)
        for key in keys
        for handle in ("pi_1", "pi_2")
        for n in (1, 2, 3)
        for card in "ab"
    ]
    return [reference, *keys, *objects, *charges]


@given(st.uuids(), KINDS, DAYS)
def test_the_same_period_asked_for_again_has_the_same_ids(agreement, kind, day):
    assert all_ids(agreement, kind, day) == all_ids(agreement, kind, day)


@given(st.uuids(), st.uuids(), DAYS)
def test_nothing_else_has_one_of_them(agreement, other, day):
    asked = [(agreement, "fee", day), (agreement, "upgrade", day)]
    asked += [(agreement, "fee", day + timedelta(days=1)), (other, "fee", day)]
    ids = [each for what in dict.fromkeys(asked) for each in all_ids(*what)]
    assert len(set(ids)) == len(ids)

"""The digest of stored JSON keeps its bytes for ever."""

from datetime import date

import pytest

from core.digest import canonical, digest


def test_its_bytes_are_those_of_every_hash_that_was_stored() -> None:
    assert canonical({"b": [1, None, True], "a": "รายเดือน “é”"}) == (
        '{"a":"รายเดือน “é”","b":[1,null,true]}'
    )
    assert digest({"b": [1, None, True], "a": "รายเดือน “é”"}) == (
        "4773b4480446f8b97f30515a73302f651fae0840c682cd4eb78fb5c4c8980445"
    )


def test_the_order_of_keys_says_nothing_and_the_order_of_a_list_does() -> None:
    assert digest({"a": {"x": 1, "y": 2}, "b": 3}) == digest({"b": 3, "a": {"y": 2, "x": 1}})
    assert digest([1, 2]) != digest([2, 1])


def test_what_json_does_not_know_is_refused() -> None:
    with pytest.raises(TypeError):
        digest({"on": date(2026, 11, 28)})

"""A few of the real kills of `bin/test sealing` in every run of the tests."""

from tests.faults.conftest import Shoot


def test_killed_while_it_seals_each_paper_has_one_sealed_file_and_everybody_one_letter(
    shoot: Shoot,
) -> None:
    """At other moments in each run; what breaks says its seed."""
    status, said = shoot("sealing", "--kills", "3")
    assert status == 0, said
    assert " 0 broken" in said

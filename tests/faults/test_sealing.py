"""Runs a few of the kills of `bin/test sealing` with every test run."""

from tests.faults.conftest import Shoot


def test_killed_while_it_seals_each_paper_has_one_sealed_file_and_everybody_one_letter(
    shoot: Shoot,
) -> None:
    """The moments differ in each run; a failure prints its seed."""
    status, said = shoot("sealing", "--kills", "3")
    assert status == 0, said
    assert " 0 broken" in said

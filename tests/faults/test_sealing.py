"""Runs a few of the kills of `bin/test sealing` with every test run."""

from tests.faults.conftest import Shoot


def test_after_kills_each_document_has_one_sealed_file_and_each_person_one_email(
    shoot: Shoot,
) -> None:
    """The moments differ in each run; a failure prints its seed."""
    status, said = shoot("sealing", "--kills", "3")
    assert status == 0, said
    assert " 0 broken" in said

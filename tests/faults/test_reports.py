"""Runs a few of the kills of `bin/test reports` with every test run."""

from tests.faults.conftest import Shoot


def test_after_kills_each_client_has_each_report_once(shoot: Shoot) -> None:
    """The moments differ in each run; a failure prints its seed."""
    status, said = shoot("reports", "--kills", "3")
    assert status == 0, said
    assert " 0 broken" in said

"""A few of the real kills of `bin/test reports` in every run of the tests."""

from tests.faults.conftest import Shoot


def test_killed_anywhere_each_client_has_each_report_once(shoot: Shoot) -> None:
    """At other moments in each run; what breaks says its seed."""
    status, said = shoot("reports", "--kills", "3")
    assert status == 0, said
    assert " 0 broken" in said

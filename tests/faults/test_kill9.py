"""A few of the real kills of `bin/test kill9` in every run of the tests, and that its judge sees a planted bug."""

import random

from tests.faults.conftest import Shoot


def test_killed_at_lines_that_move_money_nothing_is_lost_or_doubled(shoot: Shoot) -> None:
    """Other lines in each run. What breaks says how it is run again."""
    status, said = shoot(
        "kill9", "--sample", "10", "--pairs", "3", "--seed", str(random.randrange(10**6))
    )
    assert status == 0, said
    tried, killed, broken = said.split("\nall ")[1].split()[2:5]
    assert (tried, broken) == ("14", "0"), said
    assert int(killed) >= 13, said


def test_a_charge_that_is_given_up_because_no_answer_came_is_seen(shoot: Shoot) -> None:
    """Nobody is killed: there is no such line. The gateway's ledger tells."""
    status, said = shoot("kill9", "--at", "void.py:0", "--plant", "an_error_is_taken_as_failure")
    assert status == 1, said
    assert "was charged 2 times" in said

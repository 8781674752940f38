"""A few of the real kills of `bin/test kill9` in every run of the tests, and that its judge sees a planted bug."""

import random

import pytest

from tests.faults.conftest import Shoot
from tests.faults.kill9 import GATEWAYS


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_killed_at_lines_that_move_money_nothing_is_lost_or_doubled(
    shoot: Shoot, gateway: str
) -> None:
    """Other lines in each run. What breaks says how it is run again."""
    seed = str(random.randrange(10**6))
    asked = ("--sample", "10", "--pairs", "3", "--seed", seed, "--gateway", gateway)
    status, said = shoot("kill9", *asked)
    assert status == 0, said
    tried, killed, broken = said.split("\nall ")[1].split()[2:5]
    assert (tried, broken) == ("14", "0"), said
    assert int(killed) >= 13, said


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_a_charge_that_is_given_up_because_no_answer_came_is_seen(
    shoot: Shoot, gateway: str
) -> None:
    """Nobody is killed: there is no such line. The gateway's ledger tells."""
    asked = ("--plant", "an_error_is_taken_as_failure", "--gateway", gateway)
    status, said = shoot("kill9", "--at", "void.py:0", *asked)
    assert status == 1, said
    assert "was charged 2 times" in said

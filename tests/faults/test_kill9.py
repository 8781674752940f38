"""A few of the real kills of `bin/test kill9` in every run of the tests, and that its judge sees a planted bug.

Each database has one of the gateways, and the other one for the planted bug; `bin/test kill9` has both on both.
"""

import random

from django.conf import settings

from tests.faults.conftest import Shoot
from tests.faults.kill9 import GATEWAYS

KILLED, PLANTED = GATEWAYS if settings.IS_SQLITE else GATEWAYS[::-1]


def test_killed_at_lines_that_move_money_nothing_is_lost_or_doubled(shoot: Shoot) -> None:
    """Other lines in each run. What breaks says how it is run again."""
    seed = str(random.randrange(10**6))
    asked = ("--sample", "2", "--pairs", "1", "--seed", seed, "--gateway", KILLED)
    status, said = shoot("kill9", *asked)
    assert status == 0, said
    tried, killed, broken = said.split("\nall ")[1].split()[2:5]
    assert (tried, broken) == ("4", "0"), said
    assert int(killed) >= 3, said


def test_a_charge_that_is_given_up_because_no_answer_came_is_seen(shoot: Shoot) -> None:
    """Nobody is killed: there is no such line. The gateway's ledger tells."""
    asked = ("--plant", "an_error_is_taken_as_failure", "--gateway", PLANTED)
    status, said = shoot("kill9", "--at", "nowhere.py:0", *asked)
    assert status == 1, said
    assert "was charged 2 times" in said

"""A few lives of emails at a misbehaving mail server in every run, and that the judge sees planted bugs."""

import random
import subprocess
import sys

import pytest
from django.conf import settings

pytestmark = pytest.mark.proof


def letters(*asked: str) -> tuple[int, str]:
    """Run `bin/test letters`, which has a database of its own: (exit status, output)."""
    command = [sys.executable, "-m", "tests.faults.letters", *asked]
    words = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    done = subprocess.run(command, cwd=settings.BASE_DIR, timeout=300, check=False, **words)
    return done.returncode, done.stdout


def test_each_email_is_sent_once_unless_nobody_could_know_it() -> None:
    """Other seeds in each run. What breaks says how it is run again."""
    status, said = letters("--seeds", "6", "--start", str(random.randrange(10**6)))
    assert status == 0, said
    assert "6 seeds" in said and "0 broken" in said, said


def test_planted_bugs_are_seen() -> None:
    status, said = letters("--seeds", "20", "--mutants")
    assert status == 0, said
    assert said.count("seed ") == 5, said

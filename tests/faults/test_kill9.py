"""A few of the real kills of `bin/test kill9` in every run of the tests, and that its judge sees a planted bug."""

import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from signal import SIGKILL

import pytest
from django.conf import settings
from django.db import connection

from tests.faults.kill9 import MEMORY

Kill9 = Callable[..., tuple[int, str]]
PATIENCE = 300  # seconds


@pytest.fixture
def kill9(transactional_db: None) -> Iterator[Kill9]:
    """Runs the harness in processes of its own, on copies of the tests' empty database: (exit status, its words)."""
    folder = Path(tempfile.mkdtemp(prefix="rh-", dir=MEMORY if MEMORY.is_dir() else None))
    empty = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        empty = str(folder / "empty.sqlite3")
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [empty])
    connection.close()  # PostgreSQL copies only what nobody uses
    yield lambda *asked: _run("--folder", str(folder), "--empty", empty, *asked)
    shutil.rmtree(folder, ignore_errors=True)
    if connection.vendor != "sqlite":
        _drop(folder.name)


def _run(*asked: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "tests.faults.kill9", *asked]
    words = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, cwd=settings.BASE_DIR, start_new_session=True, **words) as process:
        try:
            said = process.communicate(timeout=PATIENCE)[0]
        except BaseException:
            os.killpg(process.pid, SIGKILL)
            raise
    return process.returncode, said


def _drop(name: str) -> None:
    """Databases that a harness which failed has left behind."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [f"{name}-"])
        for (left,) in cursor.fetchall():
            cursor.execute(f'DROP DATABASE "{left}" WITH (FORCE)')


def test_killed_at_lines_that_move_money_nothing_is_lost_or_doubled(kill9: Kill9) -> None:
    """Other lines in each run. What breaks says how it is run again."""
    status, said = kill9("--sample", "10", "--pairs", "3", "--seed", str(random.randrange(10**6)))
    assert status == 0, said
    tried, killed, broken = said.split("\nall ")[1].split()[2:5]
    assert (tried, broken) == ("14", "0"), said
    assert int(killed) >= 13, said


def test_a_charge_that_is_given_up_because_no_answer_came_is_seen(kill9: Kill9) -> None:
    """Nobody is killed: there is no such line. The gateway's ledger tells."""
    status, said = kill9("--at", "void.py:0", "--plant", "an_error_is_taken_as_failure")
    assert status == 1, said
    assert "was charged 2 times" in said

"""Runs the harnesses that kill processes, on copies of the tests' empty database."""

import os
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

Shoot = Callable[..., tuple[int, str]]
PATIENCE = 300  # seconds


@pytest.fixture
def shoot(transactional_db: None) -> Iterator[Shoot]:
    """Return a function that runs a harness, named by its module: (exit status, output)."""
    folder = Path(tempfile.mkdtemp(prefix="rh-", dir=MEMORY if MEMORY.is_dir() else None))
    empty = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        empty = str(folder / "empty.sqlite3")
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [empty])
    connection.close()  # PostgreSQL copies only a database without connections
    yield lambda module, *asked: _run(module, "--folder", str(folder), "--empty", empty, *asked)
    shutil.rmtree(folder, ignore_errors=True)
    if connection.vendor != "sqlite":
        _drop(folder.name)


def _run(module: str, *asked: str) -> tuple[int, str]:
    command = [sys.executable, "-m", f"tests.faults.{module}", *asked]
    words = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(
        command, cwd=settings.BASE_DIR, start_new_session=True, **words
    ) as process:
        try:
            said = process.communicate(timeout=PATIENCE)[0]
        except BaseException:
            os.killpg(process.pid, SIGKILL)
            raise
    return process.returncode, said


def _drop(name: str) -> None:
    """Drop the databases that a failed harness has left behind."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [f"{name}-"]
        )
        for (left,) in cursor.fetchall():
            cursor.execute(f'DROP DATABASE "{left}" WITH (FORCE)')

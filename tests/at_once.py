"""Several threads that act at the same moment, as browser tabs and workers do.

They use PostgreSQL or, for SQLite, a database file as in production: threads cannot share the
tests' usual database in memory.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections

from core import nudge
from core.errors import RuleError
from tests.world import World

PATIENCE = 120  # seconds until all threads are ready: a busy machine is no defect


@pytest.fixture
def studio(transactional_db: None, tmp_path: Path) -> Iterator[World]:
    """A business in a database that many threads can open. No background task is started."""
    usual = connections["default"]
    name = usual.settings_dict["NAME"]
    if usual.vendor == "sqlite":
        with usual.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(tmp_path / "studio.sqlite3")])
        del connections["default"]
        usual.settings_dict["NAME"] = str(tmp_path / "studio.sqlite3")
    try:
        with nudge.muted():
            yield World()
    finally:
        if usual.vendor == "sqlite":
            connections.close_all()
            usual.settings_dict["NAME"] = name
            connections["default"] = usual


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run the functions at the same moment; return what each returned, or the RuleError it raised.

    Any other exception fails the test.
    """
    start = Barrier(len(acts))

    def tab(act: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            start.wait(timeout=PATIENCE)
            with nudge.muted():
                return act()
        except RuleError as error:
            return error
        finally:
            connections.close_all()

    usual = sys.getswitchinterval()
    # Seconds: threads interrupt each other much more often than they usually would.
    sys.setswitchinterval(0.0001)
    try:
        with ThreadPoolExecutor(len(acts)) as pool:
            return list(pool.map(tab, acts))
    finally:
        sys.setswitchinterval(usual)


def refusals(answers: Sequence[Any]) -> int:
    """Return how many of the answers are a RuleError."""
    return sum(isinstance(answer, RuleError) for answer in answers)

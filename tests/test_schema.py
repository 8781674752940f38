"""A server does not start on a database of another version; a sentence says why, and what to do."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import connection

from core.database import schema
from retainer_hub import start
from tests.migrated import copy_to

ROOT = Path(__file__).resolve().parents[1]
KEY = "k3" * 40
UNKNOWN = (
    "INSERT INTO django_migrations (app, name, applied) VALUES ('{}', '{}', CURRENT_TIMESTAMP)"
)
OLDER = "DELETE FROM django_migrations WHERE app = 'sessions'"
HEARTBEAT = "ALTER TABLE core_heartbeat "
DIFFERS = {
    HEARTBEAT
    + "DROP COLUMN at": "older than 0.1.0, or changed by hand: core_heartbeat has no column at.",
    HEARTBEAT + "RENAME COLUMN at TO seen_at": "core_heartbeat has no column at (and 1 more).",
    HEARTBEAT + "ADD COLUMN more integer": "core_heartbeat has a column more too many.",
    HEARTBEAT + "RENAME TO core_pulse": "the table core_heartbeat is missing.",
    UNKNOWN.format("core", "0999_later"): "does not have the migration core.0999_later.",
    OLDER: "sessions.0001_initial must be applied. Make a backup, then run bin/manage migrate.",
    "DROP TABLE django_migrations": "no migration is recorded.",
}


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture(autouse=True)
def _sound_settings(settings: Any) -> None:
    settings.SECRET_KEY = KEY


def test_a_database_of_this_version_is_served_after_a_few_questions(
    db: None, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(6):
        start.prepare()


@pytest.mark.parametrize("statement", DIFFERS)
def test_a_database_of_another_version_is_served_to_nobody(
    db: None, capsys: pytest.CaptureFixture[str], statement: str
) -> None:
    execute(statement)
    with pytest.raises(SystemExit) as stopped:
        start.prepare()
    assert stopped.value.code == start.REFUSED
    said = capsys.readouterr().err
    assert said.startswith("rh.E009: The database ")
    assert DIFFERS[statement] in said
    assert said.count("\n") == 1


def test_what_may_be_null_must_agree_and_other_tables_are_nobodys_concern() -> None:
    wanted = {"a": {"id": False, "paid_at": True}}
    found = {"a": {"id": True, "paid_at": False}, "other": {"id": False}}
    assert list(schema.compare(wanted, wanted)) == []
    assert list(schema.compare(wanted, found)) == ["a.id may be NULL", "a.paid_at may not be NULL"]


def test_a_package_may_have_replaced_its_old_migrations(db: None) -> None:
    execute(UNKNOWN.format("account", "0002_replaced_since"))
    assert schema.difference() is None


def test_commands_that_serve_nobody_do_not_ask(db: None) -> None:
    execute(HEARTBEAT + "DROP COLUMN at")
    assert "rh.E009" not in {each.id for each in run_checks()}
    assert "rh.E009" in {each.id for each in run_checks(databases=["default"])}


@pytest.mark.parametrize(
    "statement", [HEARTBEAT + "DROP COLUMN at", UNKNOWN.format("core", "0999_later")]
)
def test_migrate_says_that_it_cannot_mend_it(db: None, statement: str) -> None:
    execute(statement)
    with pytest.raises(CommandError, match=r"version before 0\.1\.0 kept cannot be upgraded"):
        call_command("migrate", verbosity=0)


def run(folder: Path, *program: str) -> subprocess.CompletedProcess[str]:
    """A process on the SQLite file of that folder."""
    own = {"RH_VAR_DIR": str(folder), "DEBUG": "on", "SECRET_KEY": KEY}
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    command = [sys.executable, *program]
    return subprocess.run(
        command, cwd=ROOT, env=kept | own, capture_output=True, text=True, timeout=300
    )


def changed(folder: Path, *statements: str) -> Path:
    """The SQLite file of an installation that was changed."""
    path = folder / "retainer_hub.sqlite3"
    with closing(copy_to(str(path))) as copy:
        for statement in statements:
            copy.execute(statement)
        copy.commit()
    return path


@pytest.mark.proof
def test_a_worker_ends_on_a_database_without_a_column(tmp_path: Path) -> None:
    changed(tmp_path, HEARTBEAT + "DROP COLUMN at")
    answer = run(tmp_path, "-m", "celery", "-A", "retainer_hub", "worker")
    assert answer.returncode == start.REFUSED
    assert "rh.E009" in answer.stderr
    assert "core_heartbeat has no column at." in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.proof
def test_the_web_server_ends_where_nothing_was_migrated_and_makes_no_database(
    tmp_path: Path,
) -> None:
    answer = run(tmp_path, "-m", "gunicorn", "--bind", "127.0.0.1:0", "retainer_hub.wsgi")
    assert answer.returncode == start.REFUSED
    assert "rh.E009: The database has no tables yet. Run bin/manage migrate." in answer.stderr
    assert not (tmp_path / "retainer_hub.sqlite3").exists()


@pytest.mark.proof
def test_migrate_brings_an_older_database_up_to_date(tmp_path: Path) -> None:
    path = changed(tmp_path, OLDER, "DROP TABLE django_session")
    answer = run(tmp_path, "manage.py", "migrate", "-v0")
    assert (answer.returncode, answer.stderr) == (0, "")
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT count(*) FROM django_session").fetchone() == (0,)

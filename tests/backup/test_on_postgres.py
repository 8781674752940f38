"""Backup, restore and drill on PostgreSQL, and the move from SQLite to it."""

import os
import re
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.backup.installation import Installation

pytestmark = pytest.mark.processes
COUNTED = ("billing_invoice", "core_document", "billing_journalentry", "core_searchentry")


@pytest.fixture(scope="module")
def server(original: Installation) -> Iterator[Callable[[], str]]:
    """Makes an empty database on the server of these tests; gives its URL."""
    url, made = urlsplit(os.environ["DATABASE_URL"]), []
    said = subprocess.run([sys.executable, "bin/servers.py"], capture_output=True, text=True)
    tools = re.search("POSTGRES_BIN='(.*)'", said.stdout)[1]

    def make() -> str:
        made.append(f"backup_{uuid.uuid4().hex[:12]}")
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as database:
            database.execute(f"CREATE DATABASE {made[-1]}")
        return url._replace(path=f"/{made[-1]}").geturl()

    usual = os.environ["PATH"]
    os.environ["PATH"] = f"{tools}:{usual}"
    yield make
    os.environ["PATH"] = usual
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as database:
        for name in made:
            database.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


class OnPostgres(Installation):
    """An installation whose database is PostgreSQL."""

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.environment["DATABASE_URL"]) as database:
            return database.execute(query).fetchall()

    @property
    def tables(self) -> int:
        query = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        return int(self.rows(query)[0][0])


@pytest.fixture
def place(server: Callable[[], str], tmp_path: Path) -> OnPostgres:
    """An empty place on PostgreSQL."""
    return OnPostgres(tmp_path / "place", DATABASE_URL=server())


@pytest.fixture(scope="module")
def moved(
    original: Installation, server: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> OnPostgres:
    """The original installation after its move from SQLite to PostgreSQL."""
    folder = tmp_path_factory.mktemp("moved")
    hub = OnPostgres(folder / "var", DATABASE_URL=server())
    hub.works("restore", str(original.backs_up(folder)))
    return hub


def test_an_installation_moves_from_sqlite_to_postgres(
    original: Installation, moved: OnPostgres
) -> None:
    for table in COUNTED:
        count = f"SELECT count(*) FROM {table}"
        assert moved.rows(count) == original.rows(count) != [(0,)]
    sums = "SELECT sum(total), sum(seq) FROM billing_invoice"
    assert moved.rows(sums) == original.rows(sums)
    assert moved.files() == original.files()
    assert "Everything fits together" in moved.works("audit", "--no-gateway")
    assert "Nothing is charged, issued or emailed" in moved.refuses("standing")


def test_after_the_move_rows_are_frozen_numbered_and_found(moved: OnPostgres) -> None:
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="do not change"):
        moved.rows("UPDATE billing_invoice SET number = 'X'")
    done = moved.python(
        "from core.models import Business\n"
        "from core.search.find import find\n"
        "from django.contrib.contenttypes.models import ContentType\n"
        "assert find(Business.objects.get(), 'coffee')\n"
        "ContentType.objects.create(app_label='a', model='b')\n"  # its id comes from a sequence
    )
    assert done.returncode == 0, done.stderr


def test_a_row_that_does_not_fit_moves_nothing(
    copied: Installation, place: OnPostgres, folder: Path
) -> None:
    """SQLite does not look at the length of a text."""
    copied.python(
        "from clients.models import Client\nClient.objects.update(name='x' * 5000)"
    ).check_returncode()
    said = place.refuses("restore", str(copied.backs_up(folder)))
    assert "A row could not be stored: value too long" in said
    assert place.rows("SELECT count(*) FROM clients_client") == [(0,)]


def test_a_backup_of_postgres_comes_back_whole_while_others_write(
    moved: OnPostgres, place: OnPostgres, folder: Path
) -> None:
    stop, written = threading.Event(), []

    def write() -> None:
        with psycopg.connect(moved.environment["DATABASE_URL"], autocommit=True) as database:
            while not stop.is_set():
                name = str(len(written))
                values = "(%s, now()), (%s, now())"
                database.execute(
                    f"INSERT INTO core_heartbeat VALUES {values}", [f"{name} a", f"{name} b"]
                )
                written.append(name)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        archive = moved.backs_up(folder)
    finally:
        stop.set()
        writer.join()
    place.works("restore", str(archive))  # compares the rows of the dump with those of the manifest
    count = "SELECT count(*) FROM core_heartbeat"
    assert place.rows(count)[0][0] < moved.rows(count)[0][0]
    for table in COUNTED:
        rows = f"SELECT * FROM {table} ORDER BY id"
        assert place.rows(rows) == moved.rows(rows)
    assert "Everything fits together" in place.works("audit", "--no-gateway")
    assert "Nothing is charged, issued or emailed" in place.refuses("standing")
    assert "not empty" in place.refuses("restore", str(archive))
    assert "Audited: everything fits together." in place.works("drill", str(archive))
    query = "SELECT count(*) FROM pg_database WHERE datname LIKE 'drill%'"
    assert place.rows(query) == [(0,)]


@pytest.mark.parametrize("program", ["pg_restore", "psql"])
def test_a_restore_that_is_killed_leaves_an_empty_database(
    moved: OnPostgres, place: OnPostgres, folder: Path, tmp_path: Path, program: str
) -> None:
    """Where either program dies in the middle, nothing is committed."""
    archive = moved.backs_up(folder)
    real = subprocess.run(["which", program], capture_output=True, text=True).stdout.strip()
    dying = tmp_path / "programs"
    dying.mkdir()
    (dying / program).write_text(
        f'#!/bin/sh\n[ "$1" = --version ] && exec {real} --version\n'
        f'{real} "$@" | head -c 20000; kill -9 $$\n'
        if program == "pg_restore"
        else f'#!/bin/sh\n[ "$1" = --version ] && exec {real} --version\n'
        f'head -c 20000 | {real} "$@"; kill -9 $$\n'
    )
    (dying / program).chmod(0o755)
    usual = place.environment["PATH"]
    place.environment["PATH"] = f"{dying}:{usual}"
    assert "PostgreSQL's program failed" in place.refuses("restore", str(archive))
    assert place.tables == 0
    place.environment["PATH"] = usual
    place.works("restore", str(archive), "--no-gateways")


def test_a_tool_that_is_older_than_the_server_is_named(
    moved: OnPostgres, folder: Path, tmp_path: Path
) -> None:
    old = tmp_path / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n")
    old.chmod(0o755)
    done = moved.python(
        "from retainer_hub.backup.databases import postgres_tools\n"
        "import os\n"
        f"os.environ['PATH'] = {str(tmp_path)!r}\n"
        "postgres_tools.PLACES = ()\n"
        "postgres_tools.tool('pg_dump')"
    )
    assert re.search(r"pg_dump of PostgreSQL \d+ or newer is needed", done.stderr)


def test_an_archive_of_postgres_is_not_restored_into_sqlite(
    moved: OnPostgres, empty: Installation, folder: Path
) -> None:
    archive = moved.backs_up(folder)
    assert "Set DATABASE_URL" in empty.refuses("restore", str(archive))
    assert not empty.database.exists()

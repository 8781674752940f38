"""Runs PostgreSQL's own programs on the database of this installation."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _
from psycopg.conninfo import make_conninfo

from retainer_hub.backup.databases import programs
from retainer_hub.backup.errors import BackupError

#: Where Debian and Ubuntu, and Homebrew, put the programs of each version.
PLACES = ("/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql@*/bin")
NOT_OF_LIBPQ = {"cursor_factory", "context", "prepare_threshold", "password"}


@contextmanager
def snapshot() -> Iterator[tuple[BaseDatabaseWrapper, str]]:
    """Give a connection that sees one state of the database, and the name of that state."""
    with closing(connection.copy("snapshot")) as own:
        own.set_autocommit(False)
        with own.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            name = cursor.fetchone()[0]
        yield own, name
        own.rollback()


def dump(path: Path, *, state: str) -> None:
    """Write a state of the database to a file. Raises BackupError."""
    arguments = ["-Fc", f"--snapshot={state}", "--no-owner", "--no-privileges", "-f", str(path)]
    _run([tool("pg_dump"), "-d", _place(), *arguments])


def check(path: Path) -> None:
    """Read the table of contents of a dump. Raises BackupError if it is damaged."""
    _run([tool("pg_restore"), "--list", str(path)])


def load(path: Path, *, then: str) -> None:
    """Restore a dump into the database, and run the statement `then`: all of it or nothing.

    What comes from pg_restore is committed only when it has ended well. Raises BackupError.
    """
    script = programs.begin(
        [tool("pg_restore"), "--no-owner", "--no-privileges", "-f", "-", str(path)],
        writes=subprocess.PIPE,
    )
    psql = programs.begin(
        [tool("psql"), "-d", _place(), "-qX", "-v", "ON_ERROR_STOP=1", "-o", os.devnull],
        _environment(),
        reads=subprocess.PIPE,
    )
    assert script.stdout and psql.stdin
    _feed(script.stdout, psql.stdin, script, then)
    said = psql.communicate()[1]
    if script.returncode or psql.returncode:
        _fail((said or script.stderr.read() if script.stderr else said).decode())


def _feed(
    source: IO[bytes], target: IO[bytes], script: "subprocess.Popen[bytes]", then: str
) -> None:
    try:
        target.write(b"BEGIN;\n")
        shutil.copyfileobj(source, target)
        end = f"RESET search_path;\n{then};\nCOMMIT;\n" if script.wait() == 0 else "ROLLBACK;\n"
        target.write(end.encode())
        target.flush()
    except BrokenPipeError:  # psql has ended: it says why
        script.kill()
        script.wait()


def tool(name: str) -> str:
    """Return the path of a program that is as new as the server. Raises BackupError."""
    connection.ensure_connection()
    server = connection.pg_version // 10_000  # type: ignore[attr-defined]  # of PostgreSQL's
    found = [shutil.which(name)] + [
        str(path) for place in PLACES for path in Path("/").glob(f"{place}/{name}"[1:])
    ]
    versions = {path: _version(path) for path in found if path}
    fitting = [path for path, version in versions.items() if version >= server]
    if fitting:
        return min(fitting, key=lambda path: versions[path])
    sentence = _(
        "%(name)s of PostgreSQL %(version)s or newer is needed. Debian, Ubuntu: apt-get install "
        "postgresql-client-%(version)s."
    )
    raise BackupError(sentence % {"name": name, "version": server})


def _version(path: str) -> int:
    said = programs.run([path, "--version"]).stdout
    match = re.search(r"(\d+)", said)
    return int(match[1]) if match else 0


def _place() -> str:
    """The database for libpq, without the password, which other users could see."""
    given = connection.get_connection_params()
    wanted = {
        key: str(value)
        for key, value in given.items()
        if isinstance(value, str | int) and key not in NOT_OF_LIBPQ
    }
    return make_conninfo(**wanted)


def _environment() -> dict[str, str]:
    password = connection.settings_dict["PASSWORD"]
    return {**os.environ, **({"PGPASSWORD": password} if password else {})}


def _run(command: list[str]) -> None:
    done = programs.run(command, _environment())
    if done.returncode:
        _fail(done.stderr)


def _fail(said: str) -> None:
    lines = said.strip().splitlines() or ["?"]
    raise BackupError(_("PostgreSQL's program failed: %(why)s") % {"why": lines[0][:300]})

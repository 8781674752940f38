"""Restores an archive into an empty place, and leaves the installation standing still (rule 46).

The files come first and the database last, as a whole: a restore that is killed leaves a place
that is still empty, and can be repeated.
"""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils.translation import gettext as _

from core.continuity import standing
from core.database import schema
from core.models import Business, User
from retainer_hub.backup import archive, files, folder, keys, targets
from retainer_hub.backup.databases import move_rows, postgres_tools, programs, sqlite_file, tally
from retainer_hub.backup.errors import BackupError
from retainer_hub.backup.manifest import Manifest

SCRATCH = "restore-"  # how the names of folders begin in which a restore works


def restore(address: str | Path, *, key: Path | None = None, now: datetime) -> Manifest:
    """Restore the archive that a path or address names; return what it says about itself.

    Nothing is charged, issued or emailed until somebody resumes (core.continuity.standing). Raises
    BackupError if the place is not empty, or the archive is newer than this version, damaged, or
    for another key; then the place is as empty as before.
    """
    if connection.vendor == "sqlite":
        require_no_database()
    by = keys.identities(key)
    Path(settings.RH_VAR_DIR).mkdir(parents=True, exist_ok=True)
    with _scratch() as scratch, targets.fetched(address, scratch) as path:
        about, database = read(path, by, scratch)
        require_known(about)
        require_empty(about)
        placing = files.Placing(about)
        archive.read(path, by=by, sink=placing.sink)
        placing.finish()
        os.sync()  # before there is a database that names them
        if about.engine == "postgresql":
            _load(database, about, now)
        else:
            plain = _prepared(database, about, scratch, now)
            if connection.vendor == "sqlite":
                _put_in_place(plain)
            else:
                _move(plain, now)
    return about


@contextmanager
def _scratch() -> Iterator[Path]:
    """Give a folder on the disk of the database, or of RH_VAR_DIR."""
    place = Path(settings.RH_VAR_DIR)
    if connection.vendor == "sqlite":
        place = Path(str(connection.settings_dict["NAME"])).parent
        place.mkdir(parents=True, exist_ok=True)
    folder.clear(place, SCRATCH)
    with tempfile.TemporaryDirectory(dir=place, prefix=SCRATCH) as scratch:
        yield Path(scratch)


def read(path: Path, by: list[Any], scratch: Path) -> tuple[Manifest, Path]:
    """Read an archive whole; return its manifest and the file of its database."""
    database = scratch / "database"

    def sink(name: str) -> Any:
        return database.open("wb") if name in archive.DATABASES.values() else None

    return archive.read(path, by=by, sink=sink), database


def require_known(about: Manifest) -> None:
    """Raise BackupError for the archive of a newer version."""
    keys_of = [(label, name) for label, _dot, name in (m.partition(".") for m in about.migrations)]
    if unknown := schema.unknown_migrations(keys_of):
        sentence = _(
            "This archive was made by version %(theirs)s, which is newer than this one (%(ours)s): "
            "it has the migration %(migration)s. Install that version first."
        )
        values = {"theirs": about.version, "ours": settings.VERSION, "migration": unknown[0]}
        raise BackupError(sentence % values)


def require_empty(about: Manifest) -> None:
    """Raise BackupError unless the database of this installation can take the archive."""
    if connection.vendor == "sqlite":
        if about.engine != "sqlite":
            raise BackupError(_("This archive was made from PostgreSQL. Set DATABASE_URL."))
        require_no_database()
    elif schema.actual():
        is_for_rows = about.engine == "sqlite" and schema.difference() is None
        if not is_for_rows or User.objects.exists() or Business.objects.exists():
            raise BackupError(
                _("The database is not empty. Restore the archive into an empty one.")
            )


def require_no_database() -> None:
    """Raise BackupError if there is a SQLite file, or what belongs to one."""
    name = str(connection.settings_dict["NAME"])
    for there in map(Path, (name, f"{name}-wal", f"{name}-shm", f"{name}-journal")):
        if there.exists() and there.stat().st_size:
            sentence = _("%(file)s already exists. Restore the archive into an empty folder.")
            raise BackupError(sentence % {"file": there})


def _prepared(packed: Path, about: Manifest, scratch: Path, now: datetime) -> Path:
    """Unpack a SQLite database, compare it, put it in doubt and bring it to this version."""
    plain = scratch / "database.sqlite3"
    sqlite_file.unpack(packed, plain)
    with sqlite_file.opened(plain) as using:
        _require_same(about, using)
        with using.cursor() as cursor:
            cursor.execute(standing.doubt_statement("sqlite", now=now))
    own = {"DATABASE_URL": f"sqlite:///{plain}", "RH_VAR_DIR": str(scratch)}
    done = programs.manage(
        {**os.environ, **own, "SECRET_KEY": settings.SECRET_KEY}, "migrate", "-v0"
    )
    if done.returncode:
        last = programs.last_line(done.stderr)
        raise BackupError(
            _("The database could not be migrated to this version: %(why)s") % {"why": last}
        )
    with closing(sqlite3.connect(plain)) as database:
        database.execute("PRAGMA journal_mode = DELETE")
    return plain


def _put_in_place(plain: Path) -> None:
    connection.close()
    with plain.open("rb") as file:
        os.fsync(file.fileno())
    folder.rename(plain, Path(str(connection.settings_dict["NAME"])))


def _load(dump: Path, about: Manifest, now: datetime) -> None:
    """Restore a dump of PostgreSQL in one transaction, then bring it to this version."""
    postgres_tools.load(dump, then=standing.doubt_statement("postgresql", now=now))
    _require_same(about, connection)
    call_command("migrate", verbosity=0)


def _move(plain: Path, now: datetime) -> None:
    """Copy the rows of a SQLite database into PostgreSQL (docs/backup.md)."""
    call_command("migrate", verbosity=0)
    with sqlite_file.opened(plain, "archive") as source:
        move_rows.move(source, then=standing.doubt_statement("postgresql", now=now))


def _require_same(about: Manifest, using: Any) -> None:
    differing = list(tally.differences(about.tally, tally.again(using, about.tally)))
    if differing:
        sentence = _("The restored database differs from the backup: %(differences)s")
        raise BackupError(sentence % {"differences": "; ".join(differing[:5])})

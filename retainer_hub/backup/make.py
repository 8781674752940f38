"""Makes one archive: copies the database, adds the files, reads all of it back, and names it.

The database is copied first: every file that it names was on the disk before its row.
"""

import fcntl
import logging
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _

from core.database import schema
from core.models import Heartbeat
from core.system import health_checks
from retainer_hub.backup import archive, drill, files, folder, keys, manifest, retention, targets
from retainer_hub.backup.databases import postgres_tools, sqlite_file, tally
from retainer_hub.backup.errors import BackupError
from retainer_hub.backup.manifest import Manifest

log = logging.getLogger(__name__)
SCRATCH = "backup-"  # how the names of folders begin in which a backup works


@dataclass(frozen=True)
class Made:
    """An archive that was finished, and those that were deleted for it, by their addresses.

    `drilled` is what its drill found, if it had one.
    """

    address: str
    size: int
    about: Manifest
    deleted: list[str]
    drilled: drill.Result | None


def nightly(*, now: datetime) -> str | None:
    """Make the backup of the night in BACKUP_TO; drill the first one of a week if that is wanted.

    Raises BackupError; the archive is kept all the same if files are missing, or the drill fails.
    """
    if not settings.BACKUP_TO:
        return None
    kept = targets.archives(targets.target(settings.BACKUP_TO))
    is_first = not retention.has_one_of_this_week((each.made_at for each in kept), now)
    made = back_up(
        to=settings.BACKUP_TO,
        key=settings.BACKUP_KEY,
        now=now,
        drilled=settings.BACKUP_DRILL and is_first,
    )
    if made.about.missing:
        raise BackupError(missing_sentence(made.about))
    if made.drilled and made.drilled.broken:
        sentence = _("The restored backup contradicts itself: %(broken)s")
        raise BackupError(sentence % {"broken": "; ".join(made.drilled.broken[:5])})
    return made.address


def back_up(*, to: str | Path, key: str = "", now: datetime, drilled: bool = False) -> Made:
    """Make an archive in the folder or bucket `to`, encrypted if there is a key.

    It gets its name when it has been read back whole. In BACKUP_TO old ones are then deleted. A
    drill comes last. Raises BackupError; what was there before is still there.
    """
    recipients, place = keys.recipients(key), targets.target(to)
    place.require()
    name = targets.name_of(now, is_encrypted=bool(recipients))
    # One key more, which nobody keeps, so that the archive can be read back here.
    own = [keys.new_identity()] if recipients else []
    try:
        with _alone() as scratch:
            finished = _unfinished(place.workplace(scratch))
            about = _write(finished, scratch, recipients, own, now)
            path = place.put(finished, name)
            size = path.stat().st_size
            Heartbeat.objects.update_or_create(name=health_checks.BACKUP, defaults={"at": now})
            gone = targets.prune(place, now=now) if _is_regular(place) else []
            result = _drilled(path, own, scratch, now) if drilled else None
    except (OSError, sqlite3.Error) as error:  # a full disk is either of them
        sentence = _("The backup could not be written: %(why)s")
        raise BackupError(sentence % {"why": error}) from error
    return Made(place.address(name), size, about, [place.address(each) for each in gone], result)


def _is_regular(place: targets.Target) -> bool:
    """Whether the backups of every night are in this place."""
    if not settings.BACKUP_TO:
        return False
    return targets.target(settings.BACKUP_TO).address("") == place.address("")


def _drilled(path: Path, own: list[Any], scratch: Path, now: datetime) -> drill.Result:
    """Drill an archive with the key that nobody keeps."""
    if not own:
        return drill.drill(path=path, now=now)
    key = scratch / "key"
    keys.write(own[0], key)
    return drill.drill(path=path, key=key, now=now)


def missing_sentence(about: Manifest) -> str:
    """Say which files the database names that were not there."""
    sentence = _("The backup was made, but files that the database names are missing: %(files)s")
    return sentence % {"files": ", ".join(about.missing[:5])}


@contextmanager
def _alone() -> Iterator[Path]:
    """Give a folder to work in, while no other process makes a backup. Raises BackupError."""
    var = Path(settings.RH_VAR_DIR)
    with (var / "backup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupError(_("Another backup is being made right now.")) from error
        folder.clear(var, SCRATCH)
        with tempfile.TemporaryDirectory(dir=var, prefix=SCRATCH) as scratch:
            yield Path(scratch)


def _unfinished(workplace: Path) -> Path:
    return workplace / f"retainer-hub-{os.getpid()}{folder.UNFINISHED}"


def _write(
    path: Path, scratch: Path, recipients: list[Any], own: list[Any], now: datetime
) -> Manifest:
    """Write the archive under a name that does not count, and read it back."""
    database, about = _copy_database(scratch, now)
    path.unlink(missing_ok=True)
    try:
        members = list(files.members(with_key=bool(recipients)))
        there = {name for name, _path in members}
        about.missing.extend(sorted(files.named() - there))
        about = archive.write(
            path,
            [(database.name, database), *members],
            about,
            to=[*recipients, *(each.to_public() for each in own)],
        )
        database.unlink()
        read_back(path, scratch, own, about)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return about


def _copy_database(scratch: Path, now: datetime) -> tuple[Path, Manifest]:
    target = scratch / archive.DATABASES[connection.vendor]
    if connection.vendor == "sqlite":
        copy = scratch / "copy.sqlite3"
        sqlite_file.copy_to(copy)
        with sqlite_file.opened(copy) as using:
            about = _about(using, now)
        sqlite_file.pack(copy, target)
        copy.unlink()
    else:
        with postgres_tools.snapshot() as (using, state):
            postgres_tools.dump(target, state=state)
            about = _about(using, now)
    return target, about


def _about(using: BaseDatabaseWrapper, now: datetime) -> Manifest:
    with using.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
        ours = schema.our_labels()
        migrations = [f"{app}.{name}" for app, name in cursor.fetchall() if app in ours]
        if "core_standing" not in using.introspection.table_names(cursor):
            # What is restored has to stand still, and such a database cannot say so.
            raise BackupError(
                _(
                    "This database is one of 0.1.0, which had no backups yet. Copy it with its own "
                    "tools, then migrate it."
                )
            )
        cursor.execute("SELECT installation, value, marked_at FROM core_standing")
        row = cursor.fetchone()
    return Manifest(
        made_at=now.astimezone(UTC).isoformat(timespec="seconds"),
        version=settings.VERSION,
        engine=using.vendor,
        migrations=migrations,
        tally=tally.of_models(using),
        settings=manifest.settings_of(os.environ),
        secrets=manifest.secrets_of(os.environ),
        secret_key=manifest.recognise(settings.SECRET_KEY),
        mark=dict(zip(("installation", "value", "at"), map(str, row), strict=True)) if row else {},
    )


def read_back(path: Path, scratch: Path, by: list[Any], written: Manifest) -> None:
    """Read an archive whole, and check the database in it. Raises BackupError."""
    again = scratch / "read-back"

    def sink(name: str) -> Any:
        return again.open("wb") if name in archive.DATABASES.values() else None

    about = archive.read(path, by=by, sink=sink)
    if about != written:
        raise BackupError(_("This archive is cut off or damaged."))
    if about.engine == "sqlite":
        plain = scratch / "read-back.sqlite3"
        sqlite_file.unpack(again, plain)
        with sqlite_file.opened(plain) as using:
            differing = list(tally.differences(about.tally, tally.again(using, about.tally)))
        plain.unlink()
        if differing:
            raise BackupError(" ".join(differing[:5]))
    else:
        postgres_tools.check(again)
    again.unlink()

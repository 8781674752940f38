"""Restores an archive into a place of its own, audits it there, and throws it away.

It is the real `restore` and the real `audit`, each a process that sees the other place alone.
"""

import json
import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from core.models import Heartbeat
from core.system import health_checks
from retainer_hub.backup import archive, keys, targets
from retainer_hub.backup.databases import programs, tally
from retainer_hub.backup.errors import BackupError
from retainer_hub.backup.manifest import Manifest

#: Settings by which the other place would reach people or gateways.
LEFT_OUT = (
    "EMAIL_URL",
    "REDIS_URL",
    "BACKUP_TO",
    "TIMESTAMP_URL",
    "STORAGE_BUCKET",
    "STORAGE_ENDPOINT",
    "STORAGE_KEY",
    "STORAGE_SECRET",
    "STORAGE_REGION",
)


@dataclass(frozen=True)
class Result:
    """What a drill found. `broken` are the contradictions that the audit has printed.

    `rows` is the number of rows in the archive, `newer` how many more there are now.
    """

    about: Manifest
    rows: int
    newer: int
    broken: list[str]


def newest() -> str:
    """Return the address of the newest archive of BACKUP_TO. Raises BackupError."""
    if settings.BACKUP_TO:
        place = targets.target(settings.BACKUP_TO)
        if found := targets.archives(place):
            return place.address(found[-1].name)
    raise BackupError(_("There is no archive in BACKUP_TO. Name the file of one."))


def drill_one(address: str | Path, *, key: Path | None = None, now: datetime) -> Result:
    """Drill the archive that a path or address names. Raises BackupError."""
    with (
        tempfile.TemporaryDirectory(dir=settings.RH_VAR_DIR, prefix="drill-") as scratch,
        targets.fetched(address, Path(scratch)) as path,
    ):
        return drill(path=path, key=key, now=now)


def drill(*, path: Path, key: Path | None = None, now: datetime) -> Result:
    """Restore an archive into a scratch database and folder, and audit it. Raises BackupError.

    `restore` compares every hash, and the rows and sums of every table, with those of the backup.
    """
    about = archive.read(path, by=keys.identities(key))
    options = ["--key", str(key)] if key else []
    with _elsewhere() as environment:
        _run(environment, "restore", str(path), "--no-gateways", *options)
        audited = _run(environment, "audit", "--no-gateway", "--json", may_fail=True)
    rows = sum(found[""] for found in about.tally.values())
    rows_now = sum(found[""] for found in tally.of_models(connection).values())
    result = Result(about, rows, rows_now - rows, json.loads(audited)["broken"])
    if not result.broken:
        Heartbeat.objects.update_or_create(name=health_checks.DRILL, defaults={"at": now})
    return result


@contextmanager
def _elsewhere() -> Iterator[dict[str, str]]:
    """Give the environment of an empty installation that is thrown away afterwards."""
    with (
        tempfile.TemporaryDirectory(dir=settings.RH_VAR_DIR, prefix="drill-") as scratch,
        _database(Path(scratch)) as url,
    ):
        kept = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
        own = {"RH_VAR_DIR": scratch, "DATABASE_URL": url, "CHARGING": "off"}
        yield kept | own | {"SECRET_KEY": settings.SECRET_KEY}


@contextmanager
def _database(scratch: Path) -> Iterator[str]:
    """Give the URL of an empty database that is dropped afterwards. Raises BackupError."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{scratch / 'drill.sqlite3'}"
        return
    name = f"drill_{uuid.uuid4().hex[:12]}"
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
    except DatabaseError as error:
        sentence = _("A database for the drill cannot be made: %(why)s")
        raise BackupError(sentence % {"why": str(error).strip()}) from error
    try:
        yield urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name}")


def _run(environment: dict[str, str], *words: str, may_fail: bool = False) -> str:
    """Run a command in the other place and return what it printed. Raises BackupError."""
    done = programs.manage(environment, *words)
    if done.returncode and not (may_fail and done.stdout.startswith("{")):
        raise BackupError(programs.last_line(done.stderr or done.stdout))
    return done.stdout

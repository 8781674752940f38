"""Where archives are kept: their names, the newest, and those that are deleted."""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from retainer_hub.backup import retention
from retainer_hub.backup.folder import Folder

NAME = re.compile(r"retainer-hub-(\d{8}T\d{6}Z)\.tar(\.age)?")
STAMP = "%Y%m%dT%H%M%SZ"
LEFT_BEHIND = timedelta(days=1)  # after which an unfinished one is deleted


class Target(Protocol):
    """A place for archives. Every method may raise BackupError."""

    def address(self, name: str) -> str:
        """How a person names an archive in it."""

    def require(self) -> None:
        """Raise BackupError if there is no such place."""

    def workplace(self, scratch: Path) -> Path:
        """The folder in which an archive is written until it is finished."""

    def put(self, finished: Path, name: str) -> Path:
        """Store a finished archive; return where its bytes are on this machine meanwhile."""

    def names(self) -> list[str]:
        """The names of all files in it that may be archives."""

    def delete(self, name: str) -> None:
        """Delete a file; it may be gone already."""

    def clear_unfinished(self, *, before: datetime) -> None:
        """Delete what killed backups have left behind."""

    def fetched(self, name: str, scratch: Path) -> AbstractContextManager[Path]:
        """Give a file of this machine with the bytes of an archive; `scratch` has room for it."""


@dataclass(frozen=True)
class Kept:
    """An archive that is kept."""

    name: str
    made_at: datetime


def target(where: str | Path) -> Target:
    """Return the place that `s3://bucket/folder`, or the path of a folder, names."""
    if is_in_a_bucket(where):
        from retainer_hub.backup.bucket import Bucket  # the client of the store is 20 MB

        return Bucket(str(where))
    return Folder(Path(where))


def is_in_a_bucket(where: str | Path) -> bool:
    """Whether an address is that of a bucket."""
    return str(where).startswith("s3://")


def name_of(now: datetime, *, is_encrypted: bool) -> str:
    """Return the name of an archive."""
    return f"retainer-hub-{now.astimezone(UTC):{STAMP}}.tar{'.age' if is_encrypted else ''}"


def archives(place: Target) -> list[Kept]:
    """Return the archives of a place, the oldest first. Other files are left alone."""
    found = ((name, NAME.fullmatch(name)) for name in place.names())
    kept = [
        Kept(name, datetime.strptime(match[1], STAMP).replace(tzinfo=UTC))
        for name, match in found
        if match
    ]
    return sorted(kept, key=lambda each: each.made_at)


def prune(place: Target, *, now: datetime) -> list[str]:
    """Delete what retention does not keep, and old unfinished archives; return what was kept."""
    found = archives(place)
    stays = retention.kept(each.made_at for each in found)
    gone = [each.name for each in found if each.made_at not in stays]
    for name in gone:
        place.delete(name)
    place.clear_unfinished(before=now - LEFT_BEHIND)
    return gone


@contextmanager
def fetched(archive: str | Path, scratch: Path) -> Iterator[Path]:
    """Give a file of this machine with the bytes of the archive that a path or address names."""
    if not is_in_a_bucket(archive):
        yield Path(archive)
        return
    place, _slash, name = str(archive).rpartition("/")
    with target(place).fetched(name, scratch) as path:
        yield path

"""The folder that backups are put into: their names, the newest, and those that are deleted."""

import os
import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from retainer_hub.backup import retention

NAME = re.compile(r"retainer-hub-(\d{8}T\d{6}Z)\.tar(\.age)?")
STAMP = "%Y%m%dT%H%M%SZ"
UNFINISHED = ".unfinished"  # the end of the name of an archive that is being written
LEFT_BEHIND = timedelta(days=1)  # after which an unfinished one is deleted


@dataclass(frozen=True)
class Kept:
    """An archive in the folder."""

    path: Path
    made_at: datetime


def name_of(now: datetime, *, is_encrypted: bool) -> str:
    """Return the name of an archive."""
    return f"retainer-hub-{now.astimezone(UTC):{STAMP}}.tar{'.age' if is_encrypted else ''}"


def archives(folder: Path) -> list[Kept]:
    """Return the archives of a folder, the oldest first. Other files are left alone."""
    found = [(path, NAME.fullmatch(path.name)) for path in folder.glob("retainer-hub-*")]
    kept = [
        Kept(path, datetime.strptime(match[1], STAMP).replace(tzinfo=UTC))
        for path, match in found
        if match
    ]
    return sorted(kept, key=lambda each: each.made_at)


def put_in_place(unfinished: Path, name: str) -> Path:
    """Give a finished archive its name. Until then it does not count."""
    target = unfinished.with_name(name)
    rename(unfinished, target)
    return target


def rename(source: Path, target: Path) -> None:
    """Give a file another name, and flush that to disk."""
    source.rename(target)
    handle = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(handle)  # without it a power cut could lose the name
    finally:
        os.close(handle)


def clear(place: Path, prefix: str) -> None:
    """Delete the folders in which a backup or a restore worked that was killed."""
    for left in place.glob(f"{prefix}*/"):
        shutil.rmtree(left, ignore_errors=True)


def prune(folder: Path, *, now: datetime) -> list[Path]:
    """Delete the archives that retention does not keep, and old unfinished ones; return those."""
    found = archives(folder)
    stays = retention.kept(each.made_at for each in found)
    gone = [each.path for each in found if each.made_at not in stays]
    unfinished = folder.glob(f"retainer-hub-*{UNFINISHED}")
    too_old = (now - LEFT_BEHIND).timestamp()
    gone += [path for path in unfinished if path.stat().st_mtime < too_old]
    for path in gone:
        path.unlink(missing_ok=True)
    return gone

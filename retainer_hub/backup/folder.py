"""A folder in which archives are kept."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from retainer_hub.backup.errors import BackupError

UNFINISHED = ".unfinished"  # the end of the name of an archive that is being written


class Folder:
    """A folder of this machine (retainer_hub.backup.targets.Target)."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()

    def address(self, name: str) -> str:
        return str(self.path / name)

    def require(self) -> None:
        if not self.path.is_dir():
            raise BackupError(_("There is no folder %(folder)s.") % {"folder": self.path})

    def workplace(self, scratch: Path) -> Path:
        return self.path  # on the same disk, so that a finished archive needs but another name

    def put(self, finished: Path, name: str) -> Path:
        rename(finished, self.path / name)
        return self.path / name

    def names(self) -> list[str]:
        return [path.name for path in self.path.glob("retainer-hub-*")]

    def delete(self, name: str) -> None:
        (self.path / name).unlink(missing_ok=True)

    def clear_unfinished(self, *, before: datetime) -> None:
        for path in self.path.glob(f"retainer-hub-*{UNFINISHED}"):
            if path.stat().st_mtime < before.timestamp():
                path.unlink(missing_ok=True)

    @contextmanager
    def fetched(self, name: str, scratch: Path) -> Iterator[Path]:
        yield self.path / name


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
    for left in filter(is_scratch, place.glob(f"{prefix}*/")):
        shutil.rmtree(left, ignore_errors=True)


def is_scratch(path: Path) -> bool:
    """Whether a folder of such a name is none in which archives are kept."""
    to = settings.BACKUP_TO
    is_the_place = bool(to) and Path(to).absolute().is_relative_to(path.absolute())
    return not is_the_place and not any(path.glob("retainer-hub-*.tar*"))

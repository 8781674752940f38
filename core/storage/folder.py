"""Files in a folder of this machine, each written as a whole and flushed to the disk."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.storage import FileSystemStorage

UNFINISHED = "tmp"  # how the names of files begin that are still being written


class Folder(FileSystemStorage):
    """The folder MEDIA_ROOT, or another one in RH_VAR_DIR (core.storage.places.Place)."""

    def __init__(self, *, part: str) -> None:
        super().__init__()
        self.part = part

    @property
    def base_location(self) -> str:
        """The folder, asked for each time: it is never that of an earlier setting."""
        own = Path(settings.RH_VAR_DIR) / self.part
        return str(settings.MEDIA_ROOT if self.part == "media" else own)

    @property
    def location(self) -> str:
        """The folder's absolute path."""
        return str(Path(self.base_location).absolute())

    @contextmanager
    def fresh(self) -> Iterator[IO[bytes]]:
        root = Path(self.location)
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=root, prefix=UNFINISHED, delete=False) as file:
            try:
                yield file
            finally:
                Path(file.name).unlink(missing_ok=True)  # it has another name by now, or failed

    def put(self, file: IO[bytes], name: str) -> None:
        file.flush()
        os.fsync(file.fileno())
        target = Path(self.path(name))
        target.parent.mkdir(parents=True, exist_ok=True)
        Path(file.name).replace(target)
        _sync_folder(target.parent)

    def read(self, name: str) -> bytes:
        return Path(self.path(name)).read_bytes()

    def local_copy(self, name: str) -> Path:
        return Path(self.path(name))

    def names(self) -> Iterator[str]:
        root = Path(self.location)
        for path in sorted(root.rglob("*")):
            if path.is_file() and not path.name.startswith(UNFINISHED):
                yield path.relative_to(root).as_posix()

    def clear_unfinished(self, *, before: datetime) -> None:
        for left in Path(self.location).glob(f"{UNFINISHED}*"):
            if left.stat().st_mtime < before.timestamp():
                left.unlink(missing_ok=True)

    def trouble(self) -> None:
        """Nothing: the check of the disk looks at folders."""


def _sync_folder(folder: Path) -> None:
    """Flush a file's name: a power cut could lose it, and the row would point at nothing."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

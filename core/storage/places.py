"""The two places for files: `media` is backed up, `exports` holds archives for a few days.

Each is a folder, or a part of the bucket that STORAGE_BUCKET names (docs/operations.md).
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Protocol, cast

from django.core.files.storage import storages
from django.utils.translation import gettext as _

from core.errors import RuleError


class Unreachable(RuleError):
    """The object store does not answer, or refuses us; a file may be there all the same."""

    def __init__(self) -> None:
        super().__init__(
            _("Files cannot be reached at the moment. Please try again in a few minutes.")
        )


class Place(Protocol):
    """A place for files, each of which is written whole or not at all.

    Every method may raise Unreachable.
    """

    def fresh(self) -> AbstractContextManager[IO[bytes]]:
        """Open a new file without a name; unless it is put somewhere, it is gone afterwards."""

    def put(self, file: IO[bytes], name: str) -> None:
        """Store a fresh file durably under a name; what has the name is replaced."""

    def read(self, name: str) -> bytes:
        """Return the bytes of a file. Raises FileNotFoundError."""

    def local_copy(self, name: str) -> Path:
        """Return a file of this machine with the same bytes. Raises FileNotFoundError."""

    def names(self) -> Iterator[str]:
        """Yield the names of all files, in order."""

    def clear_unfinished(self, *, before: datetime) -> None:
        """Delete what killed processes have left behind."""

    def trouble(self) -> None:
        """Raise Unreachable if files cannot be kept here."""

    def exists(self, name: str) -> bool:
        """Whether there is a file of this name."""

    def delete(self, name: str) -> None:
        """Delete a file; it may be gone already."""

    def open(self, name: str) -> Any:
        """Open a file for reading. Raises FileNotFoundError."""


def media() -> Place:
    """The place for documents, logos, pictures and handed-over files."""
    return cast(Place, storages["default"])


def exports() -> Place:
    """The place for the archives that people asked for."""
    return cast(Place, storages["exports"])

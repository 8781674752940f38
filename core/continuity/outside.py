"""What this installation has done, kept outside its database: in RH_VAR_DIR, and in Redis.

A database can go back to an earlier state: a backup is restored, a replica takes over, a machine
returns to a snapshot. What is written here does not go back with it. Two things are: the mark, a
number that grows whenever something leaves the house, and the numbers that documents were given.
"""

import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from uuid import UUID

from django.conf import settings

log = logging.getLogger(__name__)
FILE = "continuity.sqlite3"
WAIT = 30  # seconds for another process to finish writing
SCHEMA = """
CREATE TABLE IF NOT EXISTS mark (installation TEXT, value INTEGER, inode INTEGER);
CREATE TABLE IF NOT EXISTS number (series TEXT, seq INTEGER, paper TEXT, PRIMARY KEY (series, seq));
"""


@dataclass(frozen=True)
class Mark:
    """How far an installation has come. `installation` is the id that its database has, too."""

    installation: UUID
    value: int


@dataclass(frozen=True)
class Number:
    """A number that a document was given.

    `series` names the series, `seq` is the running number, `paper` identifies the document by what
    it is for and its amount ("" if that is not known).
    """

    series: str
    seq: int
    paper: str = ""


class Store(Protocol):
    """A place outside the database."""

    def read(self) -> Mark | None:
        """Return the mark, or None if there is none that counts here. Raises OSError."""

    def write(self, mark: Mark) -> None:
        """Write the mark. A later mark of the same installation stays. Raises OSError."""

    def note(self, numbers: Sequence[Number]) -> None:
        """Write down numbers that were given. Raises OSError."""

    def numbers(self) -> Iterator[Number]:
        """Yield the numbers that were written down, at least the last one of each series."""


class FileStore:
    """The store in RH_VAR_DIR: a small SQLite file, which several processes can write.

    The file knows its own inode, so that a copy of it does not count: a restored or copied folder
    is not the place where the installation ran.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with closing(sqlite3.connect(self.path, timeout=WAIT)) as file:
                file.execute("PRAGMA synchronous = FULL")
                file.executescript(SCHEMA)
                with file:
                    yield file
        except sqlite3.Error as error:
            raise OSError(f"{self.path}: {error}") from error

    def read(self) -> Mark | None:
        if not self.path.exists():
            return None
        with self._open() as file:
            row = file.execute("SELECT installation, value, inode FROM mark").fetchone()
        if row is None or row[2] != self._inode():
            return None
        return Mark(UUID(row[0]), row[1])

    def write(self, mark: Mark) -> None:
        with self._open() as file:
            file.execute("BEGIN IMMEDIATE")
            row = file.execute("SELECT installation, value FROM mark").fetchone()
            later = row is not None and row[0] == str(mark.installation) and row[1] > mark.value
            value = row[1] if later else mark.value
            file.execute("DELETE FROM mark")
            file.execute(
                "INSERT INTO mark VALUES (?, ?, ?)", (str(mark.installation), value, self._inode())
            )

    def note(self, numbers: Sequence[Number]) -> None:
        rows = [(each.series, each.seq, each.paper) for each in numbers]
        with self._open() as file:
            file.executemany("INSERT OR REPLACE INTO number VALUES (?, ?, ?)", rows)

    def numbers(self) -> Iterator[Number]:
        if not self.path.exists():
            return
        with self._open() as file:
            rows = file.execute("SELECT series, seq, paper FROM number").fetchall()
        yield from (Number(*row) for row in rows)

    def _inode(self) -> int:
        return self.path.stat().st_ino


def stores() -> list[Store]:
    """Return the places outside the database that this process writes to."""
    if not settings.CONTINUITY:
        return []
    places: list[Store] = [FileStore(Path(settings.RH_VAR_DIR) / FILE)]
    if settings.REDIS_URL:
        from core.continuity.in_redis import RedisStore  # 7 MB that only those with Redis need

        places.append(RedisStore(settings.REDIS_URL))
    return places


def note(numbers: Iterable[Number]) -> None:
    """Write numbers down in every place that answers; raise OSError if none does."""
    given = list(numbers)
    in_every(stores() if given else [], lambda store: store.note(given))


def in_every(places: Sequence[Store], write: Callable[[Store], None]) -> None:
    """Write in every place that answers; raise OSError if none does."""
    failed: list[OSError] = []
    for place in places:
        try:
            write(place)
        except OSError as error:
            failed.append(error)
            log.warning("A place outside the database cannot be written.", exc_info=True)
    if failed and len(failed) == len(places):
        raise failed[0]


def all_numbers() -> list[Number]:
    """Return what all places know of the numbers given; what names its document comes first."""
    found: dict[tuple[str, int], Number] = {}
    for store in stores():
        for each in store.numbers():
            known = found.get((each.series, each.seq))
            if known is None or not known.paper:
                found[each.series, each.seq] = each
    return list(found.values())

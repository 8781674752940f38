"""Scratch databases of both engines: filled once, and copied for each measurement."""

import os
import shutil
from pathlib import Path

import psycopg


class Sqlite:
    """Files in the scratch folder."""

    name = "SQLite"

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)

    def url(self, database: str) -> str:
        """Where Django finds it."""
        return f"sqlite:///{self.folder / database}.sqlite3"

    def create(self, database: str) -> str:
        """An empty one; the file is made when it is opened."""
        return self.url(database)

    def copy(self, source: str, database: str) -> str:
        """The same rows under another name."""
        assert not (self.folder / f"{source}.sqlite3-wal").exists(), (
            "rows would be missing: somebody has it open"
        )
        shutil.copy(self.folder / f"{source}.sqlite3", self.folder / f"{database}.sqlite3")
        return self.url(database)

    def drop(self, database: str) -> None:
        """Take it away, log and all."""
        for path in self.folder.glob(f"{database}.sqlite3*"):
            path.unlink()


class Postgres:
    """Databases of the server that bin/bench started; `socket` is its folder."""

    name = "PostgreSQL"

    def __init__(self, socket: str) -> None:
        self.socket = socket

    def url(self, database: str) -> str:
        """Where Django finds it."""
        return f"postgres://rh@/{database}?host={self.socket}"

    def create(self, database: str) -> str:
        """An empty one."""
        return self._made(database, "CREATE DATABASE {}")

    def copy(self, source: str, database: str) -> str:
        """The same rows under another name."""
        return self._made(database, f"CREATE DATABASE {{}} TEMPLATE {source} STRATEGY FILE_COPY")

    def drop(self, database: str) -> None:
        """Take it away."""
        self._tell(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def _made(self, database: str, statement: str) -> str:
        self._tell(statement.format(database))
        return self.url(database)

    def _tell(self, statement: str) -> None:
        with psycopg.connect(
            host=self.socket, user="rh", dbname="postgres", autocommit=True
        ) as session:
            session.execute(statement.encode())


def engines() -> list[Sqlite | Postgres]:
    """SQLite always; PostgreSQL where bin/bench could start one."""
    found: list[Sqlite | Postgres] = [Sqlite(os.environ["RH_VAR_DIR"])]
    if socket := os.environ.get("BENCH_POSTGRES"):
        found.append(Postgres(socket))
    return found

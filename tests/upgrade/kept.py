"""The kept databases of the releases: how they lie in releases/, and how one is restored."""

import hashlib
import io
import lzma
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

ROOT = Path(__file__).resolve().parents[2]
RELEASES = Path(__file__).resolve().parent / "releases"
DATABASES = {"sqlite": "sqlite.xz", "postgresql": "postgresql.sql.xz"}
FILES = "{}-files.tar.xz"
#: How to unpack: Python before 3.11.4, which Debian 12 has, does not know filters.
SAFELY: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
MIGRATIONS = "migrations.sha256"
KEY = "for-tests-only-not-a-secret"  # of all kept databases: what is encrypted can be read
NAME = "rh_upgrade"  # of the database on a PostgreSQL server
FOLDERS = ("media", "exports")  # of RH_VAR_DIR; not the seal: its key stays with its installation


def releases() -> list[str]:
    """The oldest first."""
    names = [path.name for path in RELEASES.iterdir() if path.is_dir()]
    return sorted(names, key=lambda name: [int(part) for part in name.split(".")])


def use(folder: Path) -> None:
    """Let this process and those it starts work on an installation of its own, on SQLite or the server that is set."""
    os.environ |= {
        "RH_VAR_DIR": str(folder),
        "DEBUG": "on",
        "SECRET_KEY": KEY,
        "ALLOWED_HOSTS": "testserver",  # what Django's test client asks for
        "DJANGO_SETTINGS_MODULE": "retainer_hub.settings",
    }
    if url := os.environ.get("DATABASE_URL"):
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f"DROP DATABASE IF EXISTS {NAME}")
            server.execute(f"CREATE DATABASE {NAME}")
        os.environ["DATABASE_URL"] = urlsplit(url)._replace(path=f"/{NAME}").geturl()


def vendor() -> str:
    return "postgresql" if os.environ.get("DATABASE_URL") else "sqlite"


def restore(release: str, folder: Path) -> None:
    """Put the database and the files of a release where `use` said."""
    there = RELEASES / release
    data = lzma.decompress((there / DATABASES[vendor()]).read_bytes())
    if vendor() == "sqlite":
        (folder / "retainer_hub.sqlite3").write_bytes(data)
    else:
        with psycopg.connect(os.environ["DATABASE_URL"]) as server:
            server.execute(data)
    with tarfile.open(there / FILES.format(vendor()), "r:xz") as archive:
        archive.extractall(folder, **SAFELY)


def keep(release: str, database: bytes, folder: Path) -> list[Path]:
    """Write the database, the files of the installation in `folder`, and the hashes of the migrations."""
    there = RELEASES / release
    there.mkdir(parents=True, exist_ok=True)
    made = {
        there / DATABASES[vendor()]: _compressed(database),
        there / FILES.format(vendor()): _compressed(_archive(folder)),
        there / MIGRATIONS: "".join(hashes()).encode(),
    }
    for path, data in made.items():
        path.write_bytes(data)
    return list(made)


def hashes() -> Iterator[str]:
    """A line for each migration of ours, as sha256sum writes them."""
    rooms = [path.parent for path in ROOT.glob("*/__init__.py")]
    for path in sorted(path for room in rooms for path in room.rglob("migrations/[0-9]*.py")):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        yield f"{digest}  {path.relative_to(ROOT).as_posix()}\n"


def _archive(folder: Path) -> bytes:
    """The same files give the same bytes."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for part in FOLDERS:
            for path in sorted((folder / part).rglob("*")):
                if path.is_file():
                    entry = tarfile.TarInfo(path.relative_to(folder).as_posix())
                    entry.size = path.stat().st_size
                    archive.addfile(entry, io.BytesIO(path.read_bytes()))
    return buffer.getvalue()


def _compressed(data: bytes) -> bytes:
    return lzma.compress(data, preset=9 | lzma.PRESET_EXTREME)

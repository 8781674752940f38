"""Keeps an empty, migrated SQLite database for each state of the migrations, and copies it.

Migrating takes half a minute, copying no time. A copy is never outdated: the file is named by a
hash of everything that decides what an empty database looks like, and whoever copies it runs the
migrations on the copy too.
"""

import ast
import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / ".migrated"
NEWEST = 3  # files kept of other states: a branch that is left is often visited again


def copy_to(name: str) -> sqlite3.Connection:
    """Copy the migrated database to a file name or URI; return the open connection.

    A database in memory lives only as long as the connection is open.
    """
    copy = sqlite3.connect(name, uri=name.startswith("file:"), check_same_thread=False)
    with sqlite3.connect(migrated()) as source:
        source.backup(copy)
    source.close()
    return copy


def migrated() -> Path:
    """Return the file for the current migrations; the first process creates it, others wait."""
    KEPT.mkdir(exist_ok=True)
    path = KEPT / f"{digest()}.sqlite3"
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            _make(path)
    os.utime(path)
    return path


def _make(path: Path) -> None:
    """Create the file by migrating an empty database, and delete old files."""
    for old in sorted(KEPT.glob("*.sqlite3"), key=lambda file: file.stat().st_mtime)[:-NEWEST]:
        old.unlink()
    with tempfile.TemporaryDirectory(dir=KEPT) as folder:
        fresh = Path(folder) / "fresh.sqlite3"
        own = {
            "DATABASE_URL": f"sqlite:///{fresh}",
            "RH_VAR_DIR": folder,
            "PYTHONWARNINGS": "ignore",
        }
        command = [sys.executable, "manage.py", "migrate", "-v0"]
        subprocess.run(command, cwd=ROOT, env=os.environ | own, check=True)
        with sqlite3.connect(fresh) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")  # a single file, without a WAL
        connection.close()
        shutil.move(fresh, path)


def digest() -> str:
    """Return a hash of all migrations and models, and of what our own migrations import."""
    from django.apps import apps
    from django.conf import settings

    state = hashlib.sha256(repr((settings.INSTALLED_APPS, sqlite3.sqlite_version)).encode())
    for app in apps.get_app_configs():
        folder = Path(app.path)
        files = {
            path
            for part in ("migrations/*.py", "models.py", "models/**/*.py")
            for path in folder.glob(part)
        }
        if ROOT in folder.parents and ".venv" not in folder.parts:
            files |= {
                module for path in folder.glob("migrations/*.py") for module in _imported(path)
            }
        for path in sorted(files):
            state.update(f"{app.label} {path.name}\n".encode() + path.read_bytes())
    return state.hexdigest()[:32]


def _imported(path: Path) -> Iterator[Path]:
    """Yield the files of this project that a migration imports, such as triggers and choices."""
    for node in ast.walk(ast.parse(path.read_text())):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        yield from (
            file
            for name in names
            if (file := (ROOT / name.replace(".", "/")).with_suffix(".py")).is_file()
        )

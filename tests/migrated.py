"""An empty, migrated SQLite database that is made once for each state of the migrations, and copied from then on.

To migrate costs half a minute, a copy nothing. What a copy stands for can never be old: its name is the digest of all
that decides what an empty database looks like, and whoever copies it migrates the copy as well.
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
NEWEST = 3  # of other states, that many are kept: another branch is soon looked at again


def copy_to(name: str) -> sqlite3.Connection:
    """Fill the database of that file name or URI; a database in memory lives as long as the connection is open."""
    copy = sqlite3.connect(name, uri=name.startswith("file:"), check_same_thread=False)
    with sqlite3.connect(migrated()) as source:
        source.backup(copy)
    source.close()
    return copy


def migrated() -> Path:
    """The file of this state of the migrations; whoever comes first makes it, the others wait."""
    KEPT.mkdir(exist_ok=True)
    path = KEPT / f"{digest()}.sqlite3"
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            _make(path)
    os.utime(path)
    return path


def _make(path: Path) -> None:
    for old in sorted(KEPT.glob("*.sqlite3"), key=lambda each: each.stat().st_mtime)[:-NEWEST]:
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
            connection.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
        connection.close()
        shutil.move(fresh, path)


def digest() -> str:
    """Of the migrations and models of every app, ours or not, and of what our migrations are made of."""
    from django.apps import apps
    from django.conf import settings

    found = hashlib.sha256(repr((settings.INSTALLED_APPS, sqlite3.sqlite_version)).encode())
    for app in apps.get_app_configs():
        folder = Path(app.path)
        files = {
            path
            for part in ("migrations/*.py", "models.py", "models/**/*.py")
            for path in folder.glob(part)
        }
        if ROOT in folder.parents and ".venv" not in folder.parts:
            files |= {each for path in folder.glob("migrations/*.py") for each in _imported(path)}
        for path in sorted(files):
            found.update(f"{app.label} {path.name}\n".encode() + path.read_bytes())
    return found.hexdigest()[:32]


def _imported(path: Path) -> Iterator[Path]:
    """The files of this project that a migration imports: its triggers, the words of its choices."""
    for node in ast.walk(ast.parse(path.read_text())):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        yield from (
            file
            for name in names
            if (file := (ROOT / name.replace(".", "/")).with_suffix(".py")).is_file()
        )

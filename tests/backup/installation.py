"""An installation in a folder of its own, whose commands are real processes."""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from tests.migrated import migrated

ROOT = Path(__file__).resolve().parents[2]
KEY = "k3" * 40
START = "import django; django.setup()\n"
#: A client who has paid, one whose agreement is signed and sealed, and a file that was handed over.
WORK = """
from django.core.files.uploadedfile import SimpleUploadedFile
from core import nudge
from core.continuity import standing
from delivery.models import Deliverable
from delivery.work import hand_over
from delivery.work.checklist_actions import open_checklists
from tests.world import NOW, World

with nudge.muted():
    standing.begin(now=NOW)
    world = World()
    world.sealed()
    world.billed(tier={"name": "Growth", "deliverables": [{"title": "posts", "promised": 4}]})
    open_checklists(now=NOW)
    hand_over.hand_over(
        deliverable=Deliverable.objects.first(), actor="Nan", now=NOW,
        file=SimpleUploadedFile("post.txt", b"A post about coffee"),
    )
"""


class Installation:
    """The folder RH_VAR_DIR of an installation, and what its commands need to know."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder.parent),
            "DJANGO_SETTINGS_MODULE": "retainer_hub.settings",
            "PYTHONPATH": str(ROOT),
            "RH_VAR_DIR": str(folder),
            "SECRET_KEY": KEY,
        } | environment

    @property
    def database(self) -> Path:
        return self.folder / "retainer_hub.sqlite3"

    def migrated(self) -> "Installation":
        """Put an empty SQLite database of this version here."""
        self.folder.mkdir()
        shutil.copy(migrated(), self.database)
        return self

    def manage(self, *words: str, **limits: object) -> subprocess.CompletedProcess[str]:
        return self._run("manage.py", *words, **limits)

    def python(self, code: str, **limits: object) -> subprocess.CompletedProcess[str]:
        return self._run("-c", START + code, **limits)

    def _run(self, *words: str, **limits: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *words]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, **limits
        )

    def works(self, *words: str) -> str:
        """Run a command that must succeed; return what it printed."""
        done = self.manage(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def refuses(self, *words: str) -> str:
        """Run a command that must fail with one sentence; return it."""
        done = self.manage(*words)
        assert done.returncode == 1, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stderr.removeprefix("CommandError: ").strip()

    def backs_up(self, to: Path, *words: str) -> Path:
        """Make a backup; return its archive."""
        return Path(self.works("backup", "--to", str(to), *words).splitlines()[0])

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.database)) as database:
            return database.execute(query).fetchall()

    def files(self) -> dict[str, str]:
        """The hash of each document and file."""
        media = self.folder / "media"
        return {
            str(path.relative_to(media)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in media.rglob("*")
            if path.is_file()
        }

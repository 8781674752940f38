"""A backup or a restore that is killed at any step loses nothing, and can be repeated."""

import os
import re
import resource
import signal
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from retainer_hub.backup import archive
from tests.backup.installation import Installation

pytestmark = pytest.mark.proof
#: Kills the process just before or after a step.
KILL = """
import os, signal
from django.core.management import call_command
from retainer_hub.backup import archive, files, folder, make, restore, targets
from retainer_hub.backup.databases import sqlite_file
def killing(step):
    def killed(*args, **options):
        if {before}:
            os.kill(os.getpid(), signal.SIGKILL)
        step(*args, **options)
        os.kill(os.getpid(), signal.SIGKILL)
    return killed
{module}.{step} = killing({module}.{step})
call_command({words})
"""
BACKUP = [
    ("sqlite_file", "copy_to"),
    ("sqlite_file", "pack"),
    ("archive", "write"),
    ("make", "read_back"),
    ("folder.Folder", "put"),
    ("targets", "prune"),
]
RESTORE = [
    ("restore", "read"),
    ("files.Placing", "finish"),
    ("sqlite_file", "unpack"),
    ("restore", "_prepared"),
    ("restore", "_put_in_place"),
]
SIDES = ["before", "after"]


def kill(hub: Installation, module: str, step: str, side: str, *words: str) -> None:
    code = KILL.format(module=module, step=step, before=side == "before", words=repr(words)[1:-1])
    done = hub.python(code)
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(("module", "step"), BACKUP)
def test_a_backup_that_is_killed_leaves_no_archive_or_a_whole_one(
    original: Installation, folder: Path, module: str, step: str, side: str
) -> None:
    older = folder / "retainer-hub-20200101T000000Z.tar"
    older.write_bytes(b"an older one")
    original.environment["BACKUP_TO"] = str(folder)
    try:
        kill(original, module, step, side, "backup")
        assert older.read_bytes() == b"an older one"
        made = [path for path in folder.glob("*.tar") if path != older]
        is_finished = (module, step, side) in [
            ("folder.Folder", "put", "after"),
            ("targets", "prune", "before"),
            ("targets", "prune", "after"),
        ]
        assert len(made) == is_finished
        for path in made:
            archive.read(path)
        archive.read(original.backs_up(folder))
    finally:
        del original.environment["BACKUP_TO"]
    assert not list(original.folder.glob("backup-*"))


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(("module", "step"), RESTORE)
def test_a_restore_that_is_killed_leaves_an_empty_place_or_a_whole_one(
    original: Installation,
    empty: Installation,
    archived: Path,
    module: str,
    step: str,
    side: str,
) -> None:
    kill(empty, module, step, side, "restore", str(archived))
    if (step, side) == ("_put_in_place", "after"):
        assert "Nothing is charged, issued or emailed" in empty.refuses("standing")
    else:
        assert not empty.database.exists()
        empty.works("restore", str(archived), "--no-gateways")
    assert empty.files() == original.files()
    assert not list(empty.folder.glob("restore-*")) or side == "after"
    assert empty.rows("SELECT doubt FROM core_standing") == [("behind",)]
    assert empty.rows("SELECT count(*) FROM billing_invoice") == original.rows(
        "SELECT count(*) FROM billing_invoice"
    )


@pytest.fixture(scope="module")
def archived(original: Installation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of the original installation."""
    return original.backs_up(tmp_path_factory.mktemp("archived"))


def test_a_backup_under_writes_is_the_state_of_one_moment(
    copied: Installation, empty: Installation, folder: Path
) -> None:
    """Each transaction writes two rows; an archive has both of them or neither."""
    stop, written = threading.Event(), []

    def write() -> None:
        with closing(sqlite3.connect(copied.database, timeout=60)) as database:
            while not stop.is_set():
                n = len(written)
                with database:
                    for half in ("a", "b"):
                        database.execute(
                            "INSERT INTO core_heartbeat VALUES (?, '2026-11-02 05:00:00')",
                            [f"{n} {half}"],
                        )
                written.append(n)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        _first, second = copied.backs_up(folder), copied.backs_up(folder)
    finally:
        stop.set()
        writer.join()
    empty.works("restore", str(second), "--no-gateways")
    found = [str(name) for (name,) in empty.rows("SELECT name FROM core_heartbeat")]
    halves = [name for name in found if re.fullmatch(r"\d+ [ab]", name)]
    assert 0 < len(halves) < 2 * len(written)
    assert sorted(halves) == sorted(f"{n} {h}" for n in range(len(halves) // 2) for h in "ab")
    assert "Everything fits together" in empty.works("audit", "--no-gateway")


@pytest.mark.parametrize("room", [200_000, 12_000_000], ids=["for no database", "for no archive"])
def test_a_disk_that_is_too_small_leaves_what_was_there(
    copied: Installation, folder: Path, room: int
) -> None:
    """No file of the process can grow beyond `room` bytes, as on a disk that is full."""
    (copied.folder / "media/documents/large").write_bytes(os.urandom(13_000_000))
    older = folder / "retainer-hub-20200101T000000Z.tar"
    older.write_bytes(b"an older one")
    done = copied.manage(
        "backup",
        "--to",
        str(folder),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
    )
    assert done.returncode == 1
    assert "The backup could not be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(folder.iterdir()) == [older]
    assert older.read_bytes() == b"an older one"

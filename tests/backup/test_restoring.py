"""A backup comes back whole into an empty place, and stands still until a person resumes."""

import json
import shutil
from pathlib import Path

import pytest

from tests.backup.installation import KEY, Installation
from tests.upgrade import kept

pytestmark = pytest.mark.proof


def test_a_backup_comes_back_whole_and_stands_still(
    original: Installation, empty: Installation, folder: Path
) -> None:
    said = empty.works("restore", str(original.backs_up(folder)))
    assert "Nothing is charged, issued or emailed until you run" in said
    assert empty.files() == original.files() != {}
    for table in ("billing_invoice", "core_document", "billing_journalentry", "core_searchentry"):
        rows = f"SELECT * FROM {table} ORDER BY id"
        assert empty.rows(rows) == original.rows(rows) != []
    assert "Everything fits together" in empty.works("audit", "--no-gateway")

    assert "Nothing is charged, issued or emailed" in empty.refuses("standing")
    before = empty.rows("SELECT count(*) FROM billing_billingrun")
    assert "older" in empty.manage("bill").stdout + empty.manage("bill").stderr
    assert empty.rows("SELECT count(*) FROM billing_billingrun") == before
    assert "This installation acts" in empty.works("standing", "--compare", "--go-on")


def test_the_seal_goes_on_where_the_archive_was_encrypted(
    original: Installation, empty: Installation, folder: Path, tmp_path: Path
) -> None:
    public = original.works("backup", "--new-key", str(tmp_path / "key")).strip()
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    archive = original.backs_up(folder, "--key", public)
    key_of_seal = (original.folder / "seal/key.pem").read_bytes()
    for secret in (KEY.encode(), key_of_seal, b"billing_invoice"):
        assert secret not in archive.read_bytes()
    empty.works("restore", str(archive), "--key", str(tmp_path / "key"))
    assert (empty.folder / "seal/key.pem").read_bytes() == key_of_seal
    assert (empty.folder / "seal/key.pem").stat().st_mode & 0o777 == 0o600


def test_an_archive_that_is_not_encrypted_holds_no_secret(
    original: Installation, empty: Installation, folder: Path
) -> None:
    original.environment["EMAIL_URL"] = "smtp://nan:a-password@mail.example"
    try:
        archive = original.backs_up(folder)
    finally:
        del original.environment["EMAIL_URL"]
    body = archive.read_bytes()
    assert b"manifest.json" in body
    for secret in (KEY.encode(), b"PRIVATE KEY", b"a-password"):
        assert secret not in body
    said = empty.works("restore", str(archive))
    assert "The key of the seal is not in the archive" in said
    assert "EMAIL_URL was set and is not set here." in said


def test_a_restore_says_that_it_has_another_secret_key(
    original: Installation, empty: Installation, folder: Path
) -> None:
    empty.environment["SECRET_KEY"] = "q7" * 40
    assert "SECRET_KEY is not the one of the backup" in empty.works(
        "restore", str(original.backs_up(folder))
    )


def test_only_an_empty_place_is_restored_into(
    original: Installation, copied: Installation, folder: Path
) -> None:
    archive = original.backs_up(folder)
    before = copied.database.read_bytes()
    assert "already exists" in copied.refuses("restore", str(archive))
    assert copied.database.read_bytes() == before


def test_other_files_in_the_place_are_never_overwritten(
    original: Installation, empty: Installation, folder: Path
) -> None:
    name = next(iter(original.files()))
    place = empty.folder / "media" / name
    place.parent.mkdir(parents=True)
    place.write_text("another document")
    said = empty.refuses("restore", str(original.backs_up(folder)))
    assert said == f"{place} already exists, with other contents."
    assert list(empty.files()) == [name]
    assert not empty.database.exists()


def test_the_backup_of_a_newer_version_is_refused(
    copied: Installation, empty: Installation, folder: Path
) -> None:
    copied.python(
        "from django.db import connection\n"
        "connection.cursor().execute('INSERT INTO django_migrations (app, name, applied)"
        ' VALUES ("core", "9999_later", "2027-01-01")\')'
    )
    said = empty.refuses("restore", str(copied.backs_up(folder)))
    assert "newer than this one" in said
    assert "core.9999_later" in said
    assert not empty.files()
    assert not empty.database.exists()


def test_the_backup_of_an_older_version_is_brought_to_this_one(
    copied: Installation, empty: Installation, folder: Path
) -> None:
    """As docs/upgrading.md says: install the new version, make a backup, then migrate."""
    copied.works("migrate", "core", "0026", "-v0")
    empty.works("restore", str(copied.backs_up(folder)))
    assert empty.works("check", "--database", "default")
    assert empty.files() == copied.files()


def test_a_file_that_is_missing_is_named_when_it_is_backed_up_and_when_it_is_restored(
    copied: Installation, empty: Installation, folder: Path
) -> None:
    name = next(name for name in copied.files() if name.startswith("documents/"))
    (copied.folder / "media" / name).unlink()
    assert name in copied.refuses("backup", "--to", str(folder))
    (archive,) = folder.iterdir()
    assert name in empty.works("restore", str(archive))


def test_the_manifest_says_what_it_takes(
    original: Installation, empty: Installation, folder: Path
) -> None:
    archive = original.backs_up(folder)
    shutil.unpack_archive(archive, folder / "unpacked", "tar")
    about = json.loads((folder / "unpacked/manifest.json").read_text())
    (mark,) = original.rows("SELECT value FROM core_standing")
    assert about["mark"]["value"] == str(mark[0])
    assert about["version"] and about["migrations"]
    (paid,) = original.rows("SELECT count(*), sum(total) FROM billing_invoice")
    assert (
        about["tally"]["billing_invoice"][""],
        about["tally"]["billing_invoice"]["total"],
    ) == paid


def test_a_drill_restores_audits_and_leaves_nothing(original: Installation, folder: Path) -> None:
    original.backs_up(folder)
    before = sorted(original.folder.iterdir())
    original.environment["BACKUP_TO"] = str(folder)
    try:
        said = original.works("drill")
    finally:
        del original.environment["BACKUP_TO"]
    assert "Audited: everything fits together." in said
    assert sorted(original.folder.iterdir()) == before


def contradict(hub: Installation) -> None:
    """Change one amount of the journal, which the database refuses otherwise."""
    hub.python(
        "from core.database.frozen_rows import lifted\n"
        "from billing.models import JournalEntry\n"
        "with lifted(): JournalEntry.objects.filter(pk=JournalEntry.objects.first().pk)"
        ".update(amount=1)"
    ).check_returncode()


def test_a_drill_finds_a_backup_whose_sums_contradict_each_other(
    copied: Installation, folder: Path
) -> None:
    contradict(copied)
    done = copied.manage("drill", str(copied.backs_up(folder)))
    assert done.returncode == 1
    assert "contradicts itself" in done.stderr
    assert "journal" in done.stdout


NIGHTS = """
from datetime import UTC, datetime
from core.models import Heartbeat
from core.system.health_checks import DRILL
from retainer_hub.backup import make
for night in (datetime(2026, 11, 29), datetime(2026, 11, 30), datetime(2026, 12, 1)):
    make.nightly(now=night.replace(hour=3, tzinfo=UTC))
    print(Heartbeat.objects.get(name=DRILL).at.date())
"""


def test_the_first_backup_of_a_week_is_restored_on_trial_without_its_private_key(
    copied: Installation, folder: Path, tmp_path: Path
) -> None:
    """On a Sunday, a Monday and a Tuesday."""
    public = copied.works("backup", "--new-key", str(tmp_path / "private.key")).strip()
    nightly = {"BACKUP_TO": str(folder), "BACKUP_DRILL": "on", "BACKUP_KEY": public}
    copied.environment |= nightly
    done = copied.python(NIGHTS)
    assert done.stdout.split() == ["2026-11-29", "2026-11-30", "2026-11-30"], done.stderr
    assert len(list(folder.glob("*.tar.age"))) == 3
    assert not [
        path for path in copied.folder.iterdir() if path.name.startswith(("drill-", "backup-"))
    ]


def test_a_backup_that_contradicts_itself_is_kept_and_said_when_it_is_drilled(
    copied: Installation, folder: Path
) -> None:
    contradict(copied)
    copied.environment |= {"BACKUP_TO": str(folder), "BACKUP_DRILL": "on"}
    done = copied.python(NIGHTS)
    assert "contradicts itself" in done.stderr
    assert len(list(folder.glob("*.tar"))) == 1


def test_the_first_release_had_no_backups_and_is_told_what_to_do(tmp_path: Path) -> None:
    """Nothing could make it stand still when it is restored."""
    old = Installation(tmp_path / "old", SECRET_KEY=kept.KEY, DEBUG="on")
    old.folder.mkdir()
    kept.restore("0.1.0", old.folder)
    (tmp_path / "archives").mkdir()
    refused = old.manage("backup", "--to", str(tmp_path / "archives"))
    assert refused.returncode == 1 and "Traceback" not in refused.stderr
    assert "This database is one of 0.1.0" in refused.stderr
    assert not list((tmp_path / "archives").iterdir())

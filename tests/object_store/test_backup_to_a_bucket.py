"""Backups are kept in a bucket: made, drilled, restored and deleted there."""

import filecmp
import random
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from boto3.s3.transfer import TransferConfig

from core.models import Heartbeat, SetAside
from core.storage import bucket
from retainer_hub.backup import make, targets, tasks
from retainer_hub.backup.errors import BackupError
from tests.backup.installation import WORK, Installation
from tests.backup.test_killed import KILL
from tests.object_store.peer import Peer
from tests.world import NOW


@pytest.fixture
def store(peer: Peer) -> dict[str, str]:
    """The settings of an installation that keeps files in its folder and backups in a bucket."""
    found = peer.settings()
    return found | {"BACKUP_TO": f"s3://{found.pop('STORAGE_BUCKET')}/nightly"}


def names(peer: Peer, store: dict[str, str]) -> list[str]:
    return peer.names(store["BACKUP_TO"].split("/")[2])


@pytest.mark.proof
def test_a_backup_in_a_bucket_is_drilled_and_restored_from_there(
    peer: Peer, store: dict[str, str], tmp_path: Path
) -> None:
    ours = Installation(tmp_path / "ours", **store).migrated()
    done = ours.python(WORK)
    assert done.returncode == 0, done.stderr
    key = tmp_path / "private.key"
    public = ours.works("backup", "--new-key", str(key)).strip()
    address = ours.works("backup", "--key", public).splitlines()[0]
    assert address.startswith(f"{store['BACKUP_TO']}/retainer-hub-")
    assert names(peer, store) == [address.split("/", 3)[3]]
    assert not list(ours.folder.glob("backup-*")), "nothing of it stays on this machine"
    assert "everything fits together" in ours.works("drill", "--key", str(key))

    theirs = Installation(tmp_path / "theirs", **store)
    theirs.works("restore", address, "--key", str(key), "--no-gateways")
    assert theirs.files() == ours.files()
    gone = Installation(tmp_path / "gone", **store)
    assert "There is no file s3://" in gone.refuses("restore", f"{address}.not")
    peer.client.put_object(
        Bucket=address.split("/")[2], Key=address.split("/", 3)[3], Body=b"cut off"
    )
    assert "cut off or damaged" in gone.refuses("restore", address)


@pytest.mark.proof
@pytest.mark.parametrize(
    ("step", "side"), [("upload", "before"), ("upload", "after"), ("give_up_uploads", "after")]
)
def test_a_backup_that_is_killed_while_it_is_stored_leaves_no_archive_or_a_whole_one(
    peer: Peer, store: dict[str, str], tmp_path: Path, step: str, side: str
) -> None:
    hub = Installation(tmp_path / "hub", **store).migrated()
    code = KILL.replace("import archive", "import bucket, archive").format(
        module="bucket.bucket.Bucket", step=step, before=side == "before", words="'backup'"
    )
    assert hub.python(code).returncode == -signal.SIGKILL
    made = names(peer, store)
    assert len(made) == ((step, side) != ("upload", "before"))
    empty = Installation(tmp_path / "empty", **store)
    for name in made:  # one or none
        empty.works("restore", f"s3://{store['BACKUP_TO'].split('/')[2]}/{name}", "--no-gateways")
    hub.works("backup")


@pytest.mark.django_db
class TestTheBucket:
    """What `back_up` does there."""

    @pytest.fixture(autouse=True)
    def here(self, store: dict[str, str], settings: object, tmp_path: Path) -> None:
        for name, value in store.items():
            setattr(settings, name, value)
        settings.RH_VAR_DIR = tmp_path  # type: ignore[attr-defined]
        settings.BACKUP_KEY = ""  # type: ignore[attr-defined]

    def test_old_archives_are_deleted_and_other_files_are_left_alone(
        self, peer: Peer, store: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        used = store["BACKUP_TO"].split("/")[2]
        others = ["nightly/notes.txt", "retainer-hub-20260801T031500Z.tar"]
        old = [f"nightly/retainer-hub-2026080{day}T031500Z.tar" for day in range(1, 9)]
        for name in [*others, *old]:
            peer.client.put_object(Bucket=used, Key=name, Body=b"")
        monkeypatch.setattr(make, "_write", lambda path, *rest: path.write_text("an archive"))
        monkeypatch.setattr(make, "Made", lambda address, size, about, gone, drilled: gone)
        gone = make.back_up(to=store["BACKUP_TO"], now=NOW)
        assert [f"s3://{used}/{old[0]}"] == gone[:1]  # type: ignore[index]
        assert set(others) < set(names(peer, store))

    def test_an_archive_of_several_parts_is_whole_and_parts_left_behind_are_deleted(
        self, peer: Peer, store: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        in_parts = TransferConfig(multipart_threshold=1, multipart_chunksize=5 * bucket.MB)
        monkeypatch.setattr(bucket, "IN_PARTS", in_parts)
        place, file = targets.target(store["BACKUP_TO"]), tmp_path / "archive"
        file.write_bytes(random.Random(1).randbytes(12 * bucket.MB))
        place.put(file, "retainer-hub-of-parts")
        with place.fetched("retainer-hub-of-parts", tmp_path) as again:
            assert filecmp.cmp(file, again, shallow=False)
        assert not (tmp_path / "fetched").exists()

        where = {"Bucket": store["BACKUP_TO"].split("/")[2], "Key": "nightly/retainer-hub-left"}
        peer.client.create_multipart_upload(**where)
        begun = peer.client.list_multipart_uploads(Bucket=where["Bucket"])["Uploads"][0]
        place.clear_unfinished(before=begun["Initiated"])
        assert peer.client.list_multipart_uploads(Bucket=where["Bucket"])["Uploads"]
        place.clear_unfinished(before=begun["Initiated"] + timedelta(seconds=1))
        assert "Uploads" not in peer.client.list_multipart_uploads(Bucket=where["Bucket"])

    def test_what_does_not_come_back_as_it_was_stored_is_no_archive(
        self, peer: Peer, store: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def damaged(self: object, name: str, file: object) -> None:
            file.write(b"something else")  # type: ignore[attr-defined]

        monkeypatch.setattr("core.storage.bucket.Bucket.download", damaged)
        monkeypatch.setattr(make, "_write", lambda path, *rest: path.write_text("an archive"))
        with pytest.raises(BackupError, match="damaged"):
            make.back_up(to=store["BACKUP_TO"], now=NOW)
        assert names(peer, store) == []
        assert not Heartbeat.objects.exists()

    def test_a_store_that_is_away_fails_the_step_of_the_night(self, settings: object) -> None:
        settings.STORAGE_ENDPOINT = "http://127.0.0.1:9"  # type: ignore[attr-defined]
        tasks.back_up()
        (failed,) = SetAside.objects.failed_steps()
        assert "The object store does not answer for s3://" in failed.reason_text

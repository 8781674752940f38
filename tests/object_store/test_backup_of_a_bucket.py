"""A backup holds the files of the bucket, restores them into another one, and drills beside it."""

from pathlib import Path

import pytest

from tests.backup.installation import WORK, Installation
from tests.object_store.peer import Peer

pytestmark = pytest.mark.proof
FILE = "handovers/"


def contents(peer: Peer, bucket: str) -> dict[str, bytes]:
    return {
        name: peer.client.get_object(Bucket=bucket, Key=name)["Body"].read()
        for name in peer.names(bucket)
    }


def test_a_backup_of_a_bucket_is_restored_into_another_and_drilled_without_touching_it(
    peer: Peer, tmp_path: Path
) -> None:
    seal = Installation(tmp_path / "none").works("renew_seal", "--print")
    secret = tmp_path / "seal.pem"
    secret.write_text(seal)
    own = {"SEAL_FILE": str(secret)}
    first, second = peer.settings(), peer.settings()
    ours = Installation(tmp_path / "ours", **own, **first).migrated()
    done = ours.python(WORK)
    assert done.returncode == 0, done.stderr
    kept = contents(peer, first["STORAGE_BUCKET"])
    assert any(FILE in name for name in kept)
    assert not (ours.folder / "media").exists() and not (ours.folder / "seal").exists()

    (tmp_path / "backups").mkdir()
    archive = ours.backs_up(tmp_path / "backups")
    assert "everything fits together" in ours.works("drill", str(archive))
    assert contents(peer, first["STORAGE_BUCKET"]) == kept, "the drill keeps to itself"

    theirs = Installation(tmp_path / "theirs", **own, **second)
    said = theirs.works("restore", str(archive), "--no-gateways")
    assert "Missing" not in said and "seal" not in said
    assert contents(peer, second["STORAGE_BUCKET"]) == kept
    assert not list(theirs.folder.rglob("*.restoring"))
    assert theirs.works("audit", "--no-gateway")

    lost = next(name for name in kept if FILE in name)
    peer.client.delete_object(Bucket=first["STORAGE_BUCKET"], Key=lost)
    assert lost in ours.manage("backup", "--to", str(tmp_path / "backups")).stderr

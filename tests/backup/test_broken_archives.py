"""An archive that is damaged, cut off, or of another key is refused before anything is written."""

import io
import tarfile
from pathlib import Path

import pytest

from retainer_hub.backup import archive, keys
from retainer_hub.backup.errors import BackupError
from retainer_hub.backup.manifest import Manifest

ABOUT = Manifest("2026-11-02T05:00:00+00:00", "0.1.0", "sqlite", [], {})


@pytest.fixture
def members(tmp_path: Path) -> list[tuple[str, Path]]:
    """Three files that are archived."""
    files = {"database.sqlite3.gz": b"d" * 3000, "media/a/b.pdf": b"%PDF", "media/empty": b""}
    for name, body in files.items():
        (tmp_path / name.replace("/", "-")).write_bytes(body)
    return [(name, tmp_path / name.replace("/", "-")) for name in files]


def written(path: Path, members: list[tuple[str, Path]], *to: object) -> bytes:
    archive.write(path, members, ABOUT, to=to)
    return path.read_bytes()


@pytest.mark.parametrize("is_encrypted", [False, True])
def test_a_changed_or_cut_off_archive_is_refused(
    tmp_path: Path, members: list[tuple[str, Path]], is_encrypted: bool
) -> None:
    """A flipped bit at any place that counts, and every length."""
    own = keys.new_identity()
    whole = written(tmp_path / "whole", members, *([own.to_public()] if is_encrypted else []))
    assert archive.read(tmp_path / "whole", by=[own]).files.keys() == {n for n, _ in members}
    broken = tmp_path / "broken"
    for at in range(0, end(whole, is_encrypted), 61):
        broken.write_bytes(whole[:at])
        with pytest.raises(BackupError):
            archive.read(broken, by=[own])
    for at in content(whole, is_encrypted):
        broken.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(BackupError):
            archive.read(broken, by=[own])


def end(whole: bytes, is_encrypted: bool) -> int:
    """Where the last member ends; after it tar has only zeros."""
    return len(whole) if is_encrypted else max(content(whole, is_encrypted))


def content(whole: bytes, is_encrypted: bool) -> list[int]:
    """Places in an archive: tar has times and padding, in which a bit means nothing."""
    if is_encrypted:
        return list(range(0, len(whole), 101))
    with tarfile.open(fileobj=io.BytesIO(whole)) as tar:
        return [
            info.offset_data + at
            for info in tar
            for at in {0, info.size // 2, info.size - 1}
            if info.size
        ]


def test_an_encrypted_archive_opens_with_its_own_key_alone(
    tmp_path: Path, members: list[tuple[str, Path]]
) -> None:
    written(tmp_path / "whole", members, keys.new_identity().to_public())
    with pytest.raises(BackupError, match="Give the file of its private key"):
        archive.read(tmp_path / "whole")
    with pytest.raises(BackupError, match="does not open this archive"):
        archive.read(tmp_path / "whole", by=[keys.new_identity()])


def test_a_key_that_is_none_is_said_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="not a public key"):
        keys.recipients("age1nonsense")
    (tmp_path / "key").write_text("nonsense")
    for file in ("key", "nowhere"):
        with pytest.raises(BackupError, match="holds no private key"):
            keys.identities(tmp_path / file)


@pytest.mark.parametrize(
    "name", ["../escaped", "media/../../escaped", "/etc/escaped", "other", ".", "media"]
)
def test_no_member_leaves_its_folder(tmp_path: Path, name: str) -> None:
    with tarfile.open(tmp_path / "made-elsewhere", "w") as tar:
        tar.addfile(tarfile.TarInfo(name))
    with pytest.raises(BackupError, match="not an archive"):
        archive.read(tmp_path / "made-elsewhere")


def test_a_link_is_no_member(tmp_path: Path) -> None:
    info = tarfile.TarInfo("media/link")
    info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with tarfile.open(tmp_path / "made-elsewhere", "w") as tar:
        tar.addfile(info)
    with pytest.raises(BackupError, match="not an archive"):
        archive.read(tmp_path / "made-elsewhere")

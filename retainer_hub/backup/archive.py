"""Writes and reads the archive: a tar file whose last members say what all others are.

`media/…` are the files, `seal/…` the certificates and perhaps the key of the seal,
`database.sqlite3.gz` or `database.dump` the database, `manifest.json` the manifest and
`manifest.sha256` its hash. Nothing is used before all of it was read and every hash compared.
"""

import hashlib
import io
import os
import tarfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.utils.translation import gettext as _

from retainer_hub.backup import keys
from retainer_hub.backup.errors import BackupError
from retainer_hub.backup.files import Readable
from retainer_hub.backup.manifest import Manifest, parse

MANIFEST, MANIFEST_HASH = "manifest.json", "manifest.sha256"
FOLDERS = ("media", "seal")
DATABASES = {"sqlite": "database.sqlite3.gz", "postgresql": "database.dump"}
CHUNK = 1 << 20
#: Says where a member is to be written; None for a member that is only compared.
Sink = Callable[[str], IO[bytes] | None]


class _Hashing:
    """A file that is read, and its SHA-256 so far."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.digest = file, hashlib.sha256()

    def read(self, size: int) -> bytes:
        body = self.file.read(size)
        self.digest.update(body)
        return body


def write(
    path: Path, members: Iterable[tuple[str, Readable]], about: Manifest, *, to: Sequence[Any]
) -> Manifest:
    """Write an archive and flush it to disk; return its manifest with the hashes of all members."""
    hashes: dict[str, str] = {}
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        with (
            keys.encrypted(file, to) as out,
            tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT) as tar,
        ):
            for name, source in members:
                hashes[name] = _add(tar, name, source)
            about = replace(about, files=hashes)
            body = about.as_json()
            digest = hashlib.sha256(body).hexdigest().encode()
            for name, content in {MANIFEST: body, MANIFEST_HASH: digest}.items():
                info = tarfile.TarInfo(name)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
        file.flush()
        os.fsync(file.fileno())
    return about


def _add(tar: tarfile.TarFile, name: str, source: Readable) -> str:
    with source.open("rb") as file:
        stat, hashing = os.fstat(file.fileno()), _Hashing(file)
        info = tarfile.TarInfo(name)
        info.size, info.mtime, info.mode = stat.st_size, int(stat.st_mtime), 0o600
        tar.addfile(info, hashing)  # type: ignore[arg-type]  # it reads, and does nothing else
    return hashing.digest.hexdigest()


def read(path: Path, *, by: Sequence[Any] = (), sink: Sink = lambda name: None) -> Manifest:
    """Read all of an archive, compare every hash, and return its manifest.

    Raises BackupError if it is cut off or damaged, or if none of the keys `by` fits. What `sink`
    has written until then must not be used.
    """
    hashes: dict[str, str] = {}
    last: dict[str, bytes] = {}
    try:
        with (
            path.open("rb") as file,
            keys.decrypted(file, by) as plain,
            tarfile.open(fileobj=plain, mode="r|") as tar,
        ):
            for info in tar:
                source = tar.extractfile(info) if info.isreg() else None
                if source is None or not is_expected(info.name):
                    raise BackupError(_("This is not an archive of Retainer Hub."))
                if info.name in (MANIFEST, MANIFEST_HASH):
                    last[info.name] = source.read()
                else:
                    hashes[info.name] = _copy(source, sink(info.name))
    except FileNotFoundError as error:
        raise BackupError(_("There is no file %(file)s.") % {"file": path}) from error
    except (tarfile.TarError, EOFError, OSError) as error:
        raise BackupError(_("This archive is cut off or damaged.")) from error
    return _checked(last, hashes)


def _copy(source: IO[bytes], target: IO[bytes] | None) -> str:
    hashing = _Hashing(source)
    try:
        while body := hashing.read(CHUNK):
            if target:
                target.write(body)
    finally:
        if target:
            target.close()
    return hashing.digest.hexdigest()


def _checked(last: dict[str, bytes], hashes: dict[str, str]) -> Manifest:
    body = last.get(MANIFEST, b"")
    if hashlib.sha256(body).hexdigest().encode() != last.get(MANIFEST_HASH):
        raise BackupError(_("This archive is cut off or damaged."))
    about = parse(body)
    differing = sorted(
        name
        for name in about.files.keys() | hashes.keys()
        if about.files.get(name) != hashes.get(name)
    )
    if differing:
        sentence = _("This archive is damaged: %(file)s is not what was stored.")
        raise BackupError(sentence % {"file": differing[0]})
    return about


def is_expected(name: str) -> bool:
    """Whether a member may have this name: nothing is written outside of its folder."""
    path = PurePosixPath(name)
    if name in (MANIFEST, MANIFEST_HASH, *DATABASES.values()):
        return True
    return len(path.parts) > 1 and path.parts[0] in FOLDERS and ".." not in path.parts

"""A bucket of the object store in which archives are kept."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _

from core.storage import bucket
from core.storage.places import Unreachable
from retainer_hub.backup.errors import BackupError

SCHEME = "s3://"


class Bucket:
    """The part of a bucket that `s3://bucket/part` names (retainer_hub.backup.targets.Target).

    The settings STORAGE_ENDPOINT, STORAGE_KEY, STORAGE_SECRET and STORAGE_REGION say where it is.
    """

    def __init__(self, address: str) -> None:
        name, _slash, part = address.removeprefix(SCHEME).strip("/").partition("/")
        if not name:
            sentence = _("%(address)s names no bucket. Write s3://bucket/folder.")
            raise BackupError(sentence % {"address": address})
        self.root = f"{SCHEME}{name}/{part}".rstrip("/")
        self.bucket = bucket.Bucket(part=part, bucket=name)

    def address(self, name: str) -> str:
        return f"{self.root}/{name}"

    def require(self) -> None:
        with self._answering():
            self.bucket.trouble()

    def workplace(self, scratch: Path) -> Path:
        return scratch

    def put(self, finished: Path, name: str) -> Path:
        """Store an archive, and compare what the store gives back with what was stored."""
        with self._answering(), finished.open("rb") as file:
            self.bucket.upload(finished, name)
            again = _Digest()
            self.bucket.download(name, again)  # type: ignore[arg-type]  # it writes, no more
            if again.sha256.digest() != hashlib.file_digest(file, "sha256").digest():
                self.bucket.delete(name)
                raise BackupError(_("This archive is cut off or damaged."))
        return finished

    def names(self) -> list[str]:
        with self._answering():
            return [name for name in self.bucket.names() if name.startswith("retainer-hub-")]

    def delete(self, name: str) -> None:
        with self._answering():
            self.bucket.delete(name)

    def clear_unfinished(self, *, before: datetime) -> None:
        with self._answering():
            self.bucket.give_up_uploads(before=before)

    @contextmanager
    def fetched(self, name: str, scratch: Path) -> Iterator[Path]:
        target = scratch / "fetched"
        with self._answering(name), target.open("xb") as file:
            self.bucket.download(name, file)
        try:
            yield target
        finally:
            target.unlink(missing_ok=True)

    @contextmanager
    def _answering(self, name: str = "") -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            raise BackupError(
                _("There is no file %(file)s.") % {"file": self.address(name)}
            ) from error
        except Unreachable as error:
            sentence = _("The object store does not answer for %(address)s: %(why)s")
            values = {"address": self.root, "why": error.__cause__}
            raise BackupError(sentence % values) from error


class _Digest:
    """A file that is written, of which only the hash is kept."""

    def __init__(self) -> None:
        self.sha256 = hashlib.sha256()

    def write(self, body: bytes) -> int:
        self.sha256.update(body)
        return len(body)

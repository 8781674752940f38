"""The files of an installation: what goes into an archive, what the database names, and back."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal, Protocol

from django.conf import settings
from django.utils.translation import gettext as _

from core.models import Business, Document
from core.storage import places
from delivery.models import Handover
from delivery.work import handover_files
from retainer_hub.backup.errors import BackupError
from retainer_hub.backup.manifest import Manifest

RESTORING = ".restoring"
SEAL_KEY = "seal/key.pem"


class Readable(Protocol):
    """What can be opened for reading: a path, or a file of core.storage."""

    def open(self, mode: Literal["rb"]) -> IO[bytes]:
        """Open it."""


@dataclass(frozen=True)
class Kept:
    """A file in the place for media."""

    name: str

    def open(self, mode: Literal["rb"]) -> IO[bytes]:
        """Open it."""
        file: IO[bytes] = places.media().open(self.name)
        return file


def members(*, with_key: bool) -> Iterator[tuple[str, Readable]]:
    """Yield each file with its name in the archive. The key of the seal is a secret."""
    for name in places.media().names():
        yield f"media/{name}", Kept(name)
    seal = Path(settings.RH_VAR_DIR) / "seal"
    for path in sorted(seal.rglob("*")):
        name = f"seal/{path.relative_to(seal).as_posix()}"
        if path.is_file() and (with_key or name != SEAL_KEY):
            yield name, path


def named() -> set[str]:
    """Return the names of all files that rows of the database name."""
    found = {f"media/{row.path}" for row in Document.objects.only("sha256").iterator()}
    hashes = Handover.objects.exclude(sha256="").values_list("sha256", flat=True)
    found |= {f"media/{name}" for name in map(handover_files.name_of, hashes.iterator())}
    logos = Business.objects.exclude(logo="").values_list("logo", flat=True)
    return found | {f"media/{name}" for name in logos}


def place_of(name: str) -> Path:
    """Return where a member of an archive belongs; with a bucket, where it waits to be sent."""
    folder, _slash, rest = name.partition("/")
    if folder != "media":
        return Path(settings.RH_VAR_DIR) / folder / rest
    if settings.STORAGE_BUCKET:
        return Path(settings.RH_VAR_DIR) / "restoring" / rest
    return Path(settings.MEDIA_ROOT) / rest


def there() -> set[str]:
    """Return the names of all files of this installation, as an archive names them."""
    return {name for name, _file in members(with_key=True)}


class Placing:
    """Writes the files of an archive beside their places, and then gives all of them their names.

    What is there already with the same bytes stays: a restore that was killed can be repeated.
    """

    def __init__(self, about: Manifest) -> None:
        """Find out what is to be written. Raises BackupError if another file is in a place."""
        wanted = {name for name in about.files if "/" in name}
        own = {name: file for name, file in members(with_key=True) if name in wanted}
        for name, file in own.items():
            if _sha256(file) != about.files[name]:
                sentence = _("%(file)s already exists, with other contents.")
                raise BackupError(sentence % {"file": shown(name)})
        self.missing = {name: place_of(name) for name in wanted - own.keys()}

    def sink(self, name: str) -> IO[bytes] | None:
        """Open what a member is written to."""
        if name not in self.missing:
            return None
        path = self._beside(name)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")

    def finish(self) -> None:
        """Give all files their names; with a bucket, send them there."""
        for name, path in self.missing.items():
            if settings.STORAGE_BUCKET and name.startswith("media/"):
                with self._beside(name).open("rb") as file:
                    places.media().put(file, name.removeprefix("media/"))
                self._beside(name).unlink()
            else:
                self._beside(name).rename(path)

    def _beside(self, name: str) -> Path:
        path = self.missing[name]
        return path.with_name(path.name + RESTORING)


def shown(name: str) -> str:
    """Return where a member of an archive belongs, for people."""
    if settings.STORAGE_BUCKET and name.startswith("media/"):
        return f"{name} in the bucket {settings.STORAGE_BUCKET}"
    return str(place_of(name))


def _sha256(source: Readable) -> str:
    with source.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]

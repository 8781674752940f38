"""The files of an installation: what goes into an archive, what the database names, and back."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _

from core.models import Business, Document
from delivery.models import Handover
from delivery.work import handover_files
from retainer_hub.backup.errors import BackupError
from retainer_hub.backup.manifest import Manifest

TEMPORARY = "tmp"  # how the names of files begin that are still being written
RESTORING = ".restoring"
SEAL_KEY = "seal/key.pem"


def members(*, with_key: bool) -> Iterator[tuple[str, Path]]:
    """Yield each file with its name in the archive. The key of the seal is a secret."""
    var = Path(settings.RH_VAR_DIR)
    for folder, root in {"media": Path(settings.MEDIA_ROOT), "seal": var / "seal"}.items():
        for path in sorted(root.rglob("*")):
            name = f"{folder}/{path.relative_to(root).as_posix()}"
            is_secret = name == SEAL_KEY and not with_key
            if path.is_file() and not path.name.startswith(TEMPORARY) and not is_secret:
                yield name, path


def named() -> set[str]:
    """Return the names of all files that rows of the database name."""
    media = Path(settings.MEDIA_ROOT)
    found = {f"media/{row.path}" for row in Document.objects.only("sha256").iterator()}
    hashes = Handover.objects.exclude(sha256="").values_list("sha256", flat=True)
    files = map(handover_files.file_path, hashes.iterator())
    found |= {f"media/{path.relative_to(media).as_posix()}" for path in files}
    logos = Business.objects.exclude(logo="").values_list("logo", flat=True)
    return found | {f"media/{name}" for name in logos}


def place_of(name: str) -> Path:
    """Return where a member of an archive belongs."""
    folder, _slash, rest = name.partition("/")
    root = Path(settings.MEDIA_ROOT if folder == "media" else settings.RH_VAR_DIR / folder)
    return root / rest


class Placing:
    """Writes the files of an archive beside their places, and then gives all of them their names.

    What is there already with the same bytes stays: a restore that was killed can be repeated.
    """

    def __init__(self, about: Manifest) -> None:
        """Find out what is to be written. Raises BackupError if another file is in a place."""
        wanted = {name: place_of(name) for name in about.files if "/" in name}
        self.missing = {name: path for name, path in wanted.items() if not path.exists()}
        for name in wanted.keys() - self.missing.keys():
            if _sha256(wanted[name]) != about.files[name]:
                sentence = _("%(file)s already exists, with other contents.")
                raise BackupError(sentence % {"file": wanted[name]})

    def sink(self, name: str) -> IO[bytes] | None:
        """Open what a member is written to."""
        if name not in self.missing:
            return None
        path = self._beside(name)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")

    def finish(self) -> None:
        """Give all files their names."""
        for name, path in self.missing.items():
            self._beside(name).rename(path)

    def _beside(self, name: str) -> Path:
        path = self.missing[name]
        return path.with_name(path.name + RESTORING)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

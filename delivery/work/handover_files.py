"""Keeps handed-over files by the SHA-256 of their bytes, never opens one, and gives back only the same bytes."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.files.base import File
from django.utils.translation import gettext as _

from delivery.models import Handover
from delivery.rules import file_kind
from delivery.rules.errors import BadHandover

LARGEST = 20 * 1024 * 1024  # bytes


@dataclass(frozen=True)
class Kept:
    """What a Handover remembers of its file."""

    file_name: str
    content_type: str
    sha256: str
    size: int


def keep(upload: "File[bytes]") -> Kept:
    """Write the bytes durably. Raises BadHandover for what is empty, too large, a program or a web page.

    A rollback after it leaves a file without a row, which nobody can ask for; never a row without its file.
    """
    name = file_kind.clean_name(upload.name or "") or _("file")
    if not upload.size:
        raise BadHandover(_("This file is empty."), field="file")
    if upload.size > LARGEST:
        raise BadHandover(
            _("A file may be 20 MB large at most. Give a link instead."), field="file"
        )
    upload.seek(0)
    head = upload.read(file_kind.HEAD)
    if file_kind.is_refused(name, head):
        words = _("Programs and web pages cannot be handed over as files. Give a link instead.")
        raise BadHandover(words, field="file")
    sha256 = _write(upload)
    return Kept(name, file_kind.kind(head), sha256, upload.size)


def path(sha256: str) -> Path:
    """Where bytes are."""
    return Path(settings.MEDIA_ROOT) / "handovers" / sha256[:2] / sha256


def read(handover: Handover) -> bytes | None:
    """The bytes of its file; None where it has none, it is gone, or a single one differs."""
    try:
        found = path(handover.sha256).read_bytes() if handover.sha256 else b""
    except OSError:
        return None
    return found if hashlib.sha256(found).hexdigest() == handover.sha256 else None


def _write(upload: "File[bytes]") -> str:
    """Whole or not at all: a kill in between leaves a temporary file, never half a one under its name."""
    folder = Path(settings.MEDIA_ROOT) / "handovers"
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    upload.seek(0)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        for chunk in upload.chunks():
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    target = path(digest.hexdigest())
    target.parent.mkdir(exist_ok=True)
    Path(file.name).replace(target)
    _sync(target.parent)
    return target.name


def _sync(folder: Path) -> None:
    """Else a power cut forgets the name, and the row points at nothing."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

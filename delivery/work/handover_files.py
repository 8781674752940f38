"""Stores handed-over files under the SHA-256 of their bytes, and returns only unaltered bytes.

A stored file is never opened or interpreted.
"""

import hashlib
from dataclasses import dataclass

from django.core.files.base import File
from django.utils.translation import gettext as _

from core.storage import places
from delivery.models import Handover
from delivery.rules import file_kind
from delivery.rules.errors import BadHandover

LARGEST = 20 * 1024 * 1024  # bytes


@dataclass(frozen=True)
class StoredFile:
    """What a Handover stores about its file; `size` is in bytes."""

    file_name: str
    content_type: str
    sha256: str
    size: int


def store_file(upload: "File[bytes]") -> StoredFile:
    """Store the bytes of an upload durably.

    Raises BadHandover for a file that is empty, too large, a program or a web page. When the
    caller's transaction is rolled back, a file without a row stays behind, which nobody can ask
    for; a row without its file cannot happen.
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
        message = _("Programs and web pages cannot be handed over as files. Give a link instead.")
        raise BadHandover(message, field="file")
    sha256 = _store(upload)
    return StoredFile(name, file_kind.kind(head), sha256, upload.size)


def name_of(sha256: str) -> str:
    """Return the name under which the bytes with this SHA-256 are stored."""
    return f"handovers/{sha256[:2]}/{sha256}"


def read_file(handover: Handover) -> bytes | None:
    """Return the bytes of a handover's file; None without a file, or when it is lost or altered.

    Raises Unreachable.
    """
    try:
        data = places.media().read(name_of(handover.sha256)) if handover.sha256 else b""
    except OSError:
        return None
    return data if hashlib.sha256(data).hexdigest() == handover.sha256 else None


def _store(upload: "File[bytes]") -> str:
    """Write the file whole or not at all; return its SHA-256."""
    media, digest = places.media(), hashlib.sha256()
    upload.seek(0)
    with media.fresh() as file:
        for chunk in upload.chunks():
            digest.update(chunk)
            file.write(chunk)
        media.put(file, name_of(digest.hexdigest()))
    return digest.hexdigest()

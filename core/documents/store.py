"""Stores PDFs under the SHA-256 of their bytes, and reads them only if the bytes are unchanged."""

import hashlib
import os
import tempfile
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from core.errors import RuleError
from core.models import Business, Document
from core.models.document import DocumentKind


class DocumentAltered(RuleError):
    """The file on disk is missing or differs from the one that was stored."""


def save(
    *, business: Business, kind: DocumentKind, title: str, pdf: bytes, now: datetime
) -> Document:
    """Write the file, then its row. The same bytes of the same business are stored once.

    The file is on disk before the row exists. A rollback may leave a file without a row, which is
    harmless, but never a row without its file.
    """
    digest = hashlib.sha256(pdf).hexdigest()
    document = Document(
        business=business,
        kind=kind,
        title=title[:300],
        sha256=digest,
        size=len(pdf),
        created_at=now,
    )
    _write(Path(settings.MEDIA_ROOT) / document.path, pdf)
    saved, _created = Document.objects.get_or_create(
        business=business,
        sha256=digest,
        defaults={
            "kind": document.kind,
            "title": document.title,
            "size": document.size,
            "created_at": now,
        },
    )
    return saved


def read(document: Document) -> bytes:
    """The bytes of a document. Raises DocumentAltered if they changed or the file is missing."""
    try:
        pdf = (Path(settings.MEDIA_ROOT) / document.path).read_bytes()
    except FileNotFoundError:
        pdf = b""
    if hashlib.sha256(pdf).hexdigest() != document.sha256:
        raise DocumentAltered(_("This file is not the one that was stored. It is not shown."))
    return pdf


def find_by_content(pdf: bytes) -> Document | None:
    """The document with exactly these bytes, of any business."""
    return find_by_hash(hashlib.sha256(pdf).hexdigest())


def find_by_hash(sha256: str) -> Document | None:
    """The document with this SHA-256 (hex), of any business.

    Receipts of others that a business passes on are not ours to vouch for.
    """
    return Document.objects.filter(sha256=sha256).exclude(kind=DocumentKind.COST).first()


def _write(path: Path, pdf: bytes) -> None:
    """Write the file durably, and as a whole: a crash leaves a temporary file, never half a PDF."""
    if path.exists() and path.read_bytes() == pdf:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(pdf)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        # Without this a power cut could lose the file's name, and the row would point at nothing.
        os.fsync(folder)
    finally:
        os.close(folder)

"""Keeps a PDF by the SHA-256 of its bytes, and gives it back only if they are still the same."""

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
    """The bytes on disk are not the ones that were stored."""


def save(
    *, business: Business, kind: DocumentKind, title: str, pdf: bytes, now: datetime
) -> Document:
    """Write the bytes durably, then the row. The same bytes of the same business are one row.

    A rollback after it leaves a file without a row, which nobody can ask for; never a row without its file.
    """
    digest = hashlib.sha256(pdf).hexdigest()
    row = Document(
        business=business,
        kind=kind,
        title=title[:300],
        sha256=digest,
        size=len(pdf),
        created_at=now,
    )
    _write(Path(settings.MEDIA_ROOT) / row.path, pdf)
    fields = {"kind": row.kind, "title": row.title, "size": row.size, "created_at": now}
    kept, _made = Document.objects.get_or_create(business=business, sha256=digest, defaults=fields)
    return kept


def read(document: Document) -> bytes:
    """The bytes of a document. Raises DocumentAltered where a single one differs, or the file is gone."""
    try:
        pdf = (Path(settings.MEDIA_ROOT) / document.path).read_bytes()
    except FileNotFoundError:
        pdf = b""
    if hashlib.sha256(pdf).hexdigest() != document.sha256:
        raise DocumentAltered(_("This file is not the one that was stored. It is not shown."))
    return pdf


def find(pdf: bytes) -> Document | None:
    """The document whose bytes these are, whoever it belongs to."""
    return with_hash(hashlib.sha256(pdf).hexdigest())


def with_hash(sha256: str) -> Document | None:
    """The document with this SHA-256, whoever it belongs to."""
    return Document.objects.filter(sha256=sha256).first()


def _write(path: Path, pdf: bytes) -> None:
    """Whole or not at all: a kill in between leaves a temporary file, never half a document."""
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
        os.fsync(folder)  # else a power cut forgets the name, and the row points at nothing
    finally:
        os.close(folder)

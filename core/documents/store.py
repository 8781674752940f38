"""Stores PDFs under the SHA-256 of their bytes, and reads them only if the bytes are unchanged."""

import hashlib
from contextlib import suppress
from datetime import datetime

from django.utils.translation import gettext as _

from core.errors import RuleError
from core.models import Business, Document
from core.models.document import DocumentKind
from core.storage import places


class DocumentAltered(RuleError):
    """The file is missing or differs from the one that was stored."""


def save(
    *, business: Business, kind: DocumentKind, title: str, pdf: bytes, now: datetime
) -> Document:
    """Write the file, then its row. The same bytes of the same business are stored once.

    The file is there before the row exists. A rollback may leave a file without a row, which is
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
    _write(document.path, pdf)
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
    """The bytes of a document.

    Raises DocumentAltered if they changed or the file is missing, and Unreachable where nobody
    knows that.
    """
    try:
        pdf = places.media().read(document.path)
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


def _write(name: str, pdf: bytes) -> None:
    """Write the file durably, and as a whole, unless it is there."""
    media = places.media()
    with suppress(FileNotFoundError):
        if media.read(name) == pdf:
            return
    with media.fresh() as file:
        file.write(pdf)
        media.put(file, name)

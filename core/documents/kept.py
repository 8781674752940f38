"""A cache of rendered PDFs on disk, so that the same content is not laid out twice.

The key is the hash of everything that a PDF depends on. Every file begins with the SHA-256 of its
contents; if they do not match it, the PDF is rendered again. The folder may be emptied at any time.
"""

import hashlib
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from django.conf import settings

FILES_PER_FOLDER = 16  # with 256 folders some 4,000 PDFs, 200 MB at most
DIGEST_BYTES = 32  # of a SHA-256


def get_or_render(key: str, render: Callable[[], bytes]) -> bytes:
    """The PDF that is stored under `key` or, if there is none, what `render` returns.

    A newly rendered PDF is stored, if the disk takes it.
    """
    path = Path(settings.KEPT_PAPERS) / key[:2] / key
    pdf = _read(path)
    if pdf is None:
        pdf = render()
        with suppress(OSError):  # a full disk must not stop the document
            _write(path, pdf)
    return pdf


def _read(path: Path) -> bytes | None:
    try:
        whole = path.read_bytes()
    except OSError:
        return None
    body = whole[DIGEST_BYTES:]
    return body if hashlib.sha256(body).digest() == whole[:DIGEST_BYTES] else None


def _write(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    others = sorted(path.parent.iterdir(), key=_modified_at)
    for oldest in others[: max(0, len(others) + 1 - FILES_PER_FOLDER)]:
        oldest.unlink(missing_ok=True)
    fresh = path.with_name(f".{uuid.uuid4().hex}")  # renamed when it is complete
    fresh.write_bytes(hashlib.sha256(body).digest() + body)
    fresh.replace(path)


def _modified_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # another process has deleted it
        return 0

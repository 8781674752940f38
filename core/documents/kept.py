"""Keeps what was rendered, by the hash of all that went in: the same content is never laid out twice.

A file begins with the SHA-256 of the rest; what does not match is rendered again. Losing the folder loses nothing.
"""

import hashlib
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from django.conf import settings

EACH = 16  # files in each of 256 folders: some 4,000 papers, 200 MB at most
HEAD = 32  # bytes of a SHA-256


def get(key: str, make: Callable[[], bytes]) -> bytes:
    """The bytes that are kept under `key`, or those that `make` returns, which are kept from then on."""
    path = Path(settings.KEPT_PAPERS) / key[:2] / key
    found = _read(path)
    if found is None:
        found = make()
        with suppress(OSError):  # a full disk is no reason to refuse a paper
            _write(path, found)
    return found


def _read(path: Path) -> bytes | None:
    try:
        whole = path.read_bytes()
    except OSError:
        return None
    body = whole[HEAD:]
    return body if hashlib.sha256(body).digest() == whole[:HEAD] else None


def _write(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    others = sorted(path.parent.iterdir(), key=_age)
    for oldest in others[: max(0, len(others) + 1 - EACH)]:
        oldest.unlink(missing_ok=True)
    fresh = path.with_name(f".{uuid.uuid4().hex}")
    fresh.write_bytes(hashlib.sha256(body).digest() + body)
    fresh.replace(path)


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0

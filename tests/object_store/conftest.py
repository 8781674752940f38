"""The object store, and an installation that keeps its files there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.object_store.peer import Peer, serving


@pytest.fixture(scope="session")
def peer() -> Iterator[Peer]:
    with serving() as found:
        yield found


@pytest.fixture
def bucket(peer: Peer, settings: Any, tmp_path: Path) -> str:
    """The name of this installation's bucket; nothing of it may be in a folder."""
    settings.RH_VAR_DIR, settings.MEDIA_ROOT = tmp_path / "var", "/dev/null/nowhere"
    settings.KEPT_PAPERS = tmp_path / "kept"
    for name, value in peer.settings().items():
        setattr(settings, name, value)
    place = "core.storage.bucket.Bucket"
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": place, "OPTIONS": {"part": "media"}},
        "exports": {"BACKEND": place, "OPTIONS": {"part": "exports"}},
    }
    return str(settings.STORAGE_BUCKET)

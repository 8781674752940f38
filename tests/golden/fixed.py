"""Makes runs repeatable: the clock stands still, ids count, randomness repeats, seals are faked."""

import hashlib
import os
import random
import uuid
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.test import override_settings
from django.utils import timezone

from billing.gateways import clocks
from core.database import ids
from core.documents import certificate, seal
from tests.world import NOW


class Repeating:
    """Ids and random bytes that come again in the same order after `go_back`.

    Every table numbers its own rows, so that one row more in a table changes no address of another
    table's rows.
    """

    def __init__(self) -> None:
        self._last: Counter[str] = Counter()

    def mark(self) -> Counter[str]:
        """A point to go back to."""
        return self._last.copy()

    def go_back(self, mark: Counter[str]) -> None:
        self._last = mark.copy()

    def ids_of(self, column: str) -> Callable[[], uuid.UUID]:
        """What makes the ids of a column: version 7 like ours, in the order of their creation."""
        first = zlib.crc32(column.encode()) << 96 | 0x7000 << 64 | 0b10 << 62
        return lambda: uuid.UUID(int=first | self._next(column))

    def nanoseconds(self) -> int:
        """Stands in for the clock in the ids of rows that are not made by a table's default."""
        return int(NOW.timestamp()) * 1_000_000_000 + self._next("nanoseconds") * 1_000

    def bytes(self, size: int) -> bytes:
        """Stands in for the operating system's source of randomness."""
        found = b""
        while len(found) < size:
            found += hashlib.sha256(b"%d" % self._next("bytes")).digest()
        return found[:size]

    def _next(self, name: str) -> int:
        self._last[name] += 1
        return self._last[name]


class _Still(datetime):
    """A clock that always shows NOW."""

    @classmethod
    def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
        return NOW.astimezone(tz) if tz else NOW.replace(tzinfo=None)


@contextmanager
def everything(folder: Path) -> Iterator[Repeating]:
    """Fix what is random or depends on this machine while the block lasts; files go to `folder`."""
    repeating = Repeating()
    with pytest.MonkeyPatch.context() as patch, _settings(folder):
        _fix_defaults(patch, repeating)
        patch.setattr(ids, "time_ns", repeating.nanoseconds)
        patch.setattr(os, "urandom", repeating.bytes)  # of ids and uuid4
        patch.setattr(random, "_urandom", repeating.bytes)  # of secrets
        patch.setattr(timezone, "datetime", _Still)
        patch.setattr(PasswordResetTokenGenerator, "_now", lambda _self: NOW.replace(tzinfo=None))
        patch.setattr(clocks, "started_at", lambda now: lambda: now)
        patch.setattr(seal, "stamped", _marked)
        yield repeating


def _settings(folder: Path) -> override_settings:
    """An installation of its own, whatever the environment says."""
    return override_settings(
        SECRET_KEY="golden files are compared byte for byte",
        SITE_URL="https://hub.example",
        ALLOWED_HOSTS=["hub.example"],
        REPLY_ADDRESS="",
        TIMESTAMP_URL="",
        GATEWAY="sandbox",
        MEDIA_ROOT=folder / "media",
        RH_VAR_DIR=folder,
        KEPT_PAPERS="/dev/null/nowhere",
        CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    )


def _fix_defaults(patch: pytest.MonkeyPatch, repeating: Repeating) -> None:
    """Fields hold the functions that make their defaults: these are replaced in each field."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if field.default in (ids.new_id, uuid.uuid4):
                assert field._get_default  # now Django has kept it in the field
                patch.setattr(
                    field, "default", repeating.ids_of(f"{model._meta.label}.{field.name}")
                )
                patch.delitem(field.__dict__, "_get_default")


def _marked(pdf: bytes, *, reason: str, now: datetime) -> tuple[bytes, str]:
    """Stands in for the seal, whose signature has other bytes every time."""
    certificate.load_signer(now)
    return pdf + f"\n% sealed: {reason}, {now:%Y-%m-%d}\n".encode(), ""

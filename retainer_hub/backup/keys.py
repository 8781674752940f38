"""Encrypts and decrypts archives in the format of age, for one key or several.

Whoever makes backups needs the public key alone. The archive is also encrypted for a key that is
made for this one backup and kept in memory, so that it can be read back without the private key.
"""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import pyrage
from django.utils.translation import gettext as _

from retainer_hub.backup.errors import BackupError

HEADER = b"age-encryption.org/"
ERRORS = (pyrage.DecryptError, pyrage.EncryptError, OSError)


def recipients(text: str) -> list[Any]:
    """Return the public keys of a text that separates them by commas. Raises BackupError."""
    try:
        return [pyrage.x25519.Recipient.from_str(each) for each in text.replace(",", " ").split()]
    except pyrage.RecipientError as error:
        raise BackupError(_("BACKUP_KEY is not a public key of age (age1…).")) from error


def identities(file: Path | None) -> list[Any]:
    """Return the private keys of a file, as age-keygen writes it. Raises BackupError."""
    if file is None:
        return []
    try:
        lines = [line.strip() for line in file.read_text().splitlines()]
        return [
            pyrage.x25519.Identity.from_str(line)
            for line in lines
            if line and not line.startswith("#")
        ]
    except (OSError, ValueError, pyrage.IdentityError) as error:
        sentence = _("%(file)s holds no private key of age (AGE-SECRET-KEY-…).")
        raise BackupError(sentence % {"file": file}) from error


def new_identity() -> Any:
    """Return a new private key."""
    return pyrage.x25519.Identity.generate()


def write_new_key(file: Path) -> str:
    """Write a new private key to a file that only this user can read; return its public key."""
    identity = new_identity()
    write(identity, file)
    return str(identity.to_public())


def write(identity: Any, file: Path) -> None:
    """Write a private key to a new file that only this user can read."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(f"# public key: {identity.to_public()}\n{identity}\n")
        out.flush()
        os.fsync(out.fileno())


@contextmanager
def encrypted(file: IO[bytes], to: Sequence[Any]) -> Iterator[IO[bytes]]:
    """Give a stream whose bytes are written to `file`, encrypted if there is a key."""
    if not to:
        yield file
        return
    reader, writer = _pipe()
    with _beside(lambda: pyrage.encrypt_io(reader, file, list(to)), reader), writer:
        yield writer


@contextmanager
def decrypted(file: IO[bytes], by: Sequence[Any]) -> Iterator[IO[bytes]]:
    """Give a stream of the bytes of an archive. Raises BackupError where the key is missing."""
    is_encrypted = file.read(len(HEADER)) == HEADER
    file.seek(0)
    if not is_encrypted:
        yield file
        return
    if not by:
        raise BackupError(_("This archive is encrypted. Give the file of its private key: --key."))
    reader, writer = _pipe()
    with _beside(lambda: pyrage.decrypt_io(file, writer, list(by)), writer), reader:
        yield reader


def _pipe() -> tuple[IO[bytes], IO[bytes]]:
    read_end, write_end = os.pipe()
    return os.fdopen(read_end, "rb"), os.fdopen(write_end, "wb")


@contextmanager
def _beside(work: Callable[[], None], end: IO[bytes]) -> Iterator[None]:
    """Run `work` in a thread during this block; its error is raised, and is the cause of others."""
    failed: list[Exception] = []

    def run() -> None:
        try:
            work()
        except ERRORS as error:
            failed.append(error)
        finally:
            with suppress(OSError):
                end.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    except Exception:
        thread.join()
        _raise(failed)
        raise
    thread.join()
    _raise(failed)


def _raise(failed: list[Exception]) -> None:
    for error in failed:
        if isinstance(error, pyrage.DecryptError):
            raise BackupError(_("This private key does not open this archive.")) from error
        if not isinstance(error, BrokenPipeError):
            raise error

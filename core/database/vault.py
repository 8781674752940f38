"""Keeps other companies' keys: encrypted with a key derived from SECRET_KEY, so a stolen backup opens nothing."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Sealed(ValueError):
    """It was sealed with another SECRET_KEY, or altered."""


def seal(text: str) -> bytes:
    """What may stand in the database."""
    return _fernet().encrypt(text.encode())


def unseal(sealed: bytes | memoryview) -> str:
    """The text again. Raises Sealed."""
    try:
        return _fernet().decrypt(bytes(sealed)).decode()
    except InvalidToken:
        raise Sealed("It was sealed with another SECRET_KEY.") from None


def _fernet() -> Fernet:
    derived = HKDF(hashes.SHA256(), 32, salt=b"rh.vault", info=b"gateway keys").derive(
        settings.SECRET_KEY.encode()
    )
    return Fernet(base64.urlsafe_b64encode(derived))

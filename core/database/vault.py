"""Encrypts secrets, such as the API keys of payment gateways, before they are stored.

The key is derived from SECRET_KEY, which is not in the database: a stolen backup reveals no secret.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Sealed(ValueError):
    """The bytes cannot be decrypted: another SECRET_KEY was used, or they were changed."""


def seal(text: str) -> bytes:
    """Encrypt a text for the database."""
    return _fernet().encrypt(text.encode())


def unseal(sealed: bytes | memoryview) -> str:
    """Decrypt what `seal` returned. Raises Sealed."""
    try:
        return _fernet().decrypt(bytes(sealed)).decode()
    except InvalidToken:
        raise Sealed("It was sealed with another SECRET_KEY.") from None


def _fernet() -> Fernet:
    derived = HKDF(hashes.SHA256(), 32, salt=b"rh.vault", info=b"gateway keys").derive(
        settings.SECRET_KEY.encode()
    )
    return Fernet(base64.urlsafe_b64encode(derived))

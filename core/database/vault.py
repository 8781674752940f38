"""Encrypts secrets, such as the API keys of payment gateways, before they are stored.

The keys are derived from settings, which are not in the database: a stolen backup reveals no
secret. The first of VAULT_KEYS encrypts, or SECRET_KEY if there are none; all of these, and
SECRET_KEY_FALLBACKS, decrypt.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Sealed(ValueError):
    """The bytes cannot be decrypted: another key was used, or they were changed."""


def seal(text: str) -> bytes:
    """Encrypt a text for the database."""
    return _fernets()[0].encrypt(text.encode())


def unseal(sealed: bytes | memoryview) -> str:
    """Decrypt what `seal` returned. Raises Sealed."""
    try:
        return MultiFernet(_fernets()).decrypt(bytes(sealed)).decode()
    except InvalidToken:
        raise Sealed("It was sealed with another SECRET_KEY or VAULT_KEYS.") from None


def is_current(sealed: bytes | memoryview) -> bool:
    """Whether the key that encrypts now is the one that these bytes were sealed with."""
    try:
        _fernets()[0].decrypt(bytes(sealed))
    except InvalidToken:
        return False
    return True


def _fernets() -> list[Fernet]:
    """The keys, of which the first one encrypts."""
    keys = [*settings.VAULT_KEYS, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [_fernet(key) for key in keys]


def _fernet(key: str) -> Fernet:
    derived = HKDF(hashes.SHA256(), 32, salt=b"rh.vault", info=b"gateway keys").derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))

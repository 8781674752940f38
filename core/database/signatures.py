"""Signs ids with the installation's key, for addresses that have no room for a longer signature.

What an earlier key signed is genuine as long as SECRET_KEY_FALLBACKS has that key.
"""

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac


def sign(purpose: str, value: bytes, *, length: int) -> bytes:
    """Return the first `length` bytes of the signature of a value for one purpose."""
    return _signature(settings.SECRET_KEY, purpose, value, length)


def is_genuine(signature: bytes, purpose: str, value: bytes, *, length: int) -> bool:
    """Whether `sign` returned this for the value, with the present key or an earlier one."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return any(
        constant_time_compare(signature, _signature(key, purpose, value, length)) for key in keys
    )


def _signature(key: str, purpose: str, value: bytes, length: int) -> bytes:
    return salted_hmac(purpose, value, secret=key, algorithm="sha256").digest()[:length]

"""Keeps the secrets of second factors sealed in the database, as the keys of gateways are."""

import base64
import logging
import secrets

from allauth.mfa.adapter import DefaultMFAAdapter

from core.database import vault

log = logging.getLogger(__name__)
MARK = "sealed:"  # 0.1.0 stored them as they are


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """allauth's way to store secrets: of authenticator apps, and the seeds of recovery codes."""

    def encrypt(self, text: str) -> str:
        """Return the sealed text."""
        return MARK + vault.seal(text).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the text of `encrypt`, or one that was stored unsealed.

        What cannot be read becomes a secret that nobody knows, so that no code fits.
        """
        if not encrypted_text.startswith(MARK):
            return encrypted_text
        try:
            return vault.unseal(encrypted_text.removeprefix(MARK).encode())
        except vault.Sealed:
            log.error("The secret of a second factor cannot be read: its key is not set any more.")
            return base64.b32encode(secrets.token_bytes(20)).decode()

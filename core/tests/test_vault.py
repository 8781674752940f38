"""A gateway's key in a copy of the database is useless without the installation's SECRET_KEY."""

from typing import Any

import pytest

from core.database import vault


def test_a_secret_can_be_decrypted_only_with_the_key_of_this_installation(settings: Any) -> None:
    sealed = vault.seal("sk_live_CANARY")
    assert b"CANARY" not in sealed
    assert vault.unseal(sealed) == vault.unseal(memoryview(sealed)) == "sk_live_CANARY"
    settings.SECRET_KEY = "another" * 10
    with pytest.raises(vault.Sealed) as refused:
        vault.unseal(sealed)
    assert "CANARY" not in str(refused.value)


def test_a_changed_byte_is_detected() -> None:
    sealed = vault.seal("sk_live_x")
    with pytest.raises(vault.Sealed):
        vault.unseal(sealed[:-2] + bytes([sealed[-2] ^ 1]) + sealed[-1:])

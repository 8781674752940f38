"""The installation's keys are exchanged, and nobody has to enter or request anything again."""

from importlib import import_module
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.apps import apps
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db.models import BinaryField

from billing.models import GatewayAccount
from core import links
from core.database import vault
from core.models.link import LinkPurpose
from core.outbox import bounces
from retainer_hub.sealed import SEALED
from tests.factories import UserFactory
from tests.world import NOW, World

pytestmark = pytest.mark.django_db
OLD, NEW = "old-" * 20, "new-" * 20


@pytest.fixture(autouse=True)
def old_key(settings: Any) -> None:
    """Everything was made with the old key."""
    settings.SECRET_KEY, settings.REPLY_ADDRESS = OLD, "reply@hub.example"


@pytest.fixture
def account(world: World) -> GatewayAccount:
    """A business's account at a gateway."""
    sealed = {"secret": vault.seal("sk_live_1"), "webhook_secret": vault.seal("whsec_1")}
    return GatewayAccount.objects.create(
        business=world.business,
        gateway="acme",
        account_id="acct_1",
        hint="…1",
        connected_at=NOW,
        **sealed,
    )


def rotate(*options: str) -> str:
    """What the command says."""
    said = StringIO()
    call_command("rotate_secrets", *options, stdout=said)
    return said.getvalue()


def code_now(secret: str) -> str:
    """What an authenticator app shows now."""
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def is_right(user: Any, code: str) -> bool:
    """Whether the code of an authenticator app is accepted, for the first time."""
    cache.clear()
    return bool(TOTP(Authenticator.objects.get(user=user, type="totp")).validate_code(code))


def test_with_an_earlier_key_set_everything_works_before_and_after_it_is_sealed_anew(
    account: GatewayAccount, settings: Any
) -> None:
    user, secret = UserFactory(), generate_totp_secret()
    TOTP.activate(user, secret)
    codes = RecoveryCodes.activate(user).generate_codes()
    link = links.mint(purpose=LinkPurpose.SIGN_IN, subject_id=user.pk, now=NOW)
    token, path, name = (
        links.token(link.pk),
        bounces.return_path(link.pk),
        bounces.message_id(link.pk),
    )
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    with pytest.raises(CommandError, match="Keep the earlier keys"):
        rotate("--check")
    assert "4 sealed anew" in rotate()
    assert links.find(token, purpose=LinkPurpose.SIGN_IN, now=NOW) == link
    assert bounces._of_address(path) == bounces._of_message_id(name) == link.pk
    settings.SECRET_KEY_FALLBACKS = []
    assert "4 were sealed with the present key, 0" in rotate("--check")
    account.refresh_from_db()
    assert vault.unseal(account.secret) == "sk_live_1"
    assert vault.unseal(account.webhook_secret) == "whsec_1"
    assert is_right(user, code_now(secret))
    assert RecoveryCodes.activate(user).generate_codes() == codes
    assert links.find(token, purpose=LinkPurpose.SIGN_IN, now=NOW) is None
    assert bounces._of_address(path) is bounces._of_message_id(name) is None


def test_keys_of_their_own_seal_whatever_becomes_of_the_key_of_links(
    account: GatewayAccount, settings: Any
) -> None:
    settings.VAULT_KEYS = ["vault-2" * 10, "vault-1" * 10]
    rotate()
    settings.SECRET_KEY = NEW
    account.refresh_from_db()
    assert vault.unseal(account.secret) == "sk_live_1"
    settings.VAULT_KEYS = ["vault-3" * 10, "vault-2" * 10]
    assert "2 sealed anew" in rotate()
    assert "2 were sealed with the present key, 0 sealed anew" in rotate()


def test_what_no_key_opens_is_named_and_left_as_it_is(
    account: GatewayAccount, settings: Any
) -> None:
    settings.SECRET_KEY = NEW
    said = StringIO()
    with pytest.raises(CommandError, match="Keep the earlier keys"):
        call_command("rotate_secrets", stdout=said)
    assert str(account.pk) in said.getvalue()
    settings.SECRET_KEY = OLD
    account.refresh_from_db()
    assert vault.unseal(account.secret) == "sk_live_1"


def test_a_second_factor_that_cannot_be_read_accepts_no_code(settings: Any) -> None:
    user, secret = UserFactory(), generate_totp_secret()
    TOTP.activate(user, secret)
    codes = RecoveryCodes.activate(user)
    before = codes.generate_codes()
    settings.SECRET_KEY = NEW
    assert not is_right(user, code_now(secret))
    assert not any(codes.validate_code(code) for code in before)


def test_secrets_of_second_factors_are_sealed_in_the_database_and_on_upgrading() -> None:
    user, secret = UserFactory(), generate_totp_secret()
    TOTP.activate(user, secret)
    row = Authenticator.objects.get(user=user)
    assert secret not in str(row.data)
    row.data = {"secret": secret}  # as 0.1.0 stored it
    row.save()
    assert is_right(user, code_now(secret))
    import_module("core.migrations.0032_second_factors_sealed").seal(apps, None)
    row.refresh_from_db()
    assert secret not in str(row.data)
    assert is_right(user, code_now(secret))


def test_every_column_of_bytes_is_known_to_be_sealed_or_not_to_be_a_secret() -> None:
    no_secret = {("GatewayEvent", "body")}
    found = {
        (model.__name__, field.name)
        for model in apps.get_models()
        for field in model._meta.fields
        if type(field) is BinaryField
    }
    assert found - no_secret == {
        (column.model.__name__, column.field) for column in SEALED if column.field != "data"
    }

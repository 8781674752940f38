"""A business enters the key of another Stripe account in the place of the one it had (rule 54)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stripe
from django.urls import reverse

from billing.gateways.stripe import connect, gateway
from billing.gateways.stripe.tests.test_gateway import (
    BODY,
    Transport,
    bank,
    canned,
    error,
    post,
    signed,
)
from billing.models import GatewayAccount, GatewayEvent, PaymentMethod
from billing.rules.errors import NotConnected
from core.errors import RuleError
from tests.browsers import logged_in
from tests.world import NOW, World

LATER = NOW + timedelta(days=1)
BALANCE = {"object": "balance"}
CARD = canned(stripe.PaymentMethod, id="pm_1", object="payment_method", type="card")
GONE = error(404, "resource_missing")


def account(name: str) -> dict[str, Any]:
    return canned(stripe.Account, id=name, object="account", capabilities={})


@pytest.fixture
def enter(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[..., GatewayAccount]:
    """Enters a key, while Stripe answers in order; its client has one saved card."""

    def enter(*answers: Any, secret: str = "sk_test_1", hook: str = "whsec_1") -> GatewayAccount:
        transport = Transport(BALANCE, *answers)
        monkeypatch.setattr(gateway.stripe, "RequestsClient", lambda timeout: transport)
        form = {"secret": secret, "webhook_secret": hook, "confirmed": True}
        made = connect.connect(business=world.business, now=LATER, **form)
        assert not transport.answers
        return made

    enter(account("acct_1"))
    PaymentMethod.objects.create(
        business=world.business,
        client=world.client(),
        gateway="stripe",
        token="cus_1/pm_1",
        last4="4242",
    )
    return enter


Enter = Callable[..., GatewayAccount]


def is_kept() -> bool:
    return PaymentMethod.objects.get().removed_at is None


def test_another_key_of_the_same_account_keeps_the_cards(enter: Enter) -> None:
    assert enter(account("acct_1"), secret="sk_test_2").exchanged_at is None
    assert is_kept()


def test_a_key_of_another_account_lets_the_cards_go(enter: Enter) -> None:
    made = enter(account("acct_2"), secret="sk_test_2")
    assert (made.account_id, made.exchanged_at) == ("acct_2", LATER)
    assert not is_kept()


def test_a_live_key_of_the_same_account_lets_the_test_cards_go(enter: Enter, settings: Any) -> None:
    settings.CHARGING = "real"
    assert enter(account("acct_1"), secret="sk_live_1").exchanged_at == LATER
    assert not is_kept()


def test_a_restricted_key_is_known_by_whether_it_finds_a_card_of_ours(enter: Enter) -> None:
    made = enter(error(403), CARD, secret="rk_test_1")
    assert (made.account_id, made.exchanged_at) == ("acct_1", None)
    assert is_kept()
    made = enter(error(403), GONE, secret="rk_test_2")
    assert (made.account_id, made.exchanged_at) == ("", LATER)
    assert not is_kept()


def test_while_stripe_does_not_say_whether_it_knows_the_card_nothing_changes(enter: Enter) -> None:
    with pytest.raises(RuleError, match="did not answer"):
        enter(error(403), error(500, kind="api_error"), secret="rk_test_1")
    with pytest.raises(RuleError, match="does not accept"):
        enter(error(403), error(403), secret="rk_test_1")
    assert is_kept()
    assert GatewayAccount.objects.get().hint == "sk_test_…st_1"


def test_an_account_knows_what_it_has_made_and_nothing_else() -> None:
    found = canned(stripe.PaymentIntent, id="pi_1", object="payment_intent")
    stripe_, transport = bank(CARD, GONE, found, GONE, error(401))
    assert [stripe_.knows(named) for named in ("cus_1/pm_1", "cus_1/pm_1", "pi_1", "pi_1")] == [
        True,
        False,
        True,
        False,
    ]
    with pytest.raises(NotConnected):
        stripe_.knows("pi_1")
    assert [request.path for request in transport.requests[::2]] == [
        "/v1/payment_methods/pm_1",
        "/v1/payment_intents/pi_1",
        "/v1/payment_intents/pi_1",
    ]


def test_a_late_webhook_of_the_old_account_is_refused(enter: Enter) -> None:
    made = enter(account("acct_2"), secret="sk_test_2", hook="whsec_2")
    now = datetime.now(UTC)
    assert post(made.pk, BODY, signed(BODY, now, "whsec_1")) == 400
    assert not GatewayEvent.objects.exists()
    assert post(made.pk, BODY, signed(BODY, now, "whsec_2")) == 200


def test_the_settings_page_asks_before_clients_lose_their_cards(
    world: World, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def typed(**fields: str) -> str:
        transport = Transport(BALANCE, account("acct_2"))
        monkeypatch.setattr(gateway.stripe, "RequestsClient", lambda timeout: transport)
        data = {"which": "gateway:stripe", "secret": "sk_test_2", "webhook_secret": "whsec_2"}
        page = logged_in(world.business.owner).post(
            reverse("dashboard:paying"), data | fields, follow=True
        )
        return str(page.content.decode())

    asked = typed()
    assert "1 client will be asked to save a payment method again." in asked
    assert "Please enter the key and the webhook secret once more." in asked
    assert "sk_test_2" not in asked
    assert is_kept()
    assert "It took the place of another account" in typed(confirmed="on")
    assert not is_kept()

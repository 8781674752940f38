"""A card that runs out, was replaced or was removed at the gateway is noticed before its charge."""

from datetime import date, timedelta
from typing import Any

import pytest

from agreements.models import Agreement
from billing.charging import gateway_events
from billing.charging.elsewhere import cards
from billing.emails import upcoming_charges
from billing.gateways import accounts
from billing.gateways.base import GatewayUnknown
from billing.gateways.sandbox.gateway import Sandbox
from billing.gateways.sandbox.models import SandboxCard
from billing.models import GatewayEvent, PaymentMethod
from billing.runs.billing_run import run_billing
from core.models import OutboxEmail
from tests import gateways
from tests.test_dunning_notices import letters
from tests.world import NOW, World

DAY = timedelta(days=1)


@pytest.fixture
def soon(world: World) -> Agreement:
    """An agreement that was signed a while ago and is charged in six days."""
    return world.running(
        now=NOW - 11 * DAY, opens_at=NOW + 6 * DAY, starts_on=(NOW + 6 * DAY).date()
    )


def emails(kind: str) -> list[str]:
    return sorted(OutboxEmail.objects.filter(kind=kind).values_list("to", flat=True))


def test_a_card_that_the_bank_replaced_is_known_before_the_charge_is_announced(
    soon: Agreement,
) -> None:
    SandboxCard.objects.update(brand="Mastercard", last4="4444", expires_on=date(2031, 5, 31))
    run_billing(now=NOW, door="test")
    card = PaymentMethod.objects.get()
    assert (str(card), card.expires_on) == ("Mastercard ···· 4444", date(2031, 5, 31))
    run_billing(now=NOW + 2 * DAY, door="test")
    assert "Mastercard ···· 4444" in letters("charge_ahead", NOW + 2 * DAY)[0].text


def test_for_a_card_that_was_removed_elsewhere_another_one_is_asked_for_before_the_charge(
    soon: Agreement,
) -> None:
    SandboxCard.objects.all().delete()
    run_billing(now=NOW, door="test")
    run_billing(now=NOW + DAY / 2, door="test")
    assert PaymentMethod.objects.get().removed_at == NOW
    assert emails("card_removed") == sorted(["ploy@baan.example", soon.business.owner.email])
    run_billing(now=NOW + 2 * DAY, door="test")
    assert "no card is saved yet" in letters("charge_ahead", NOW + 2 * DAY)[0].text


def test_a_card_is_looked_up_three_times_in_the_week_before_its_charge(
    soon: Agreement, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[str]()
    answer = Sandbox.saved_card

    def saved_card(self: Any, token: str) -> Any:
        asked.append(token)
        return answer(self, token)

    monkeypatch.setattr(Sandbox, "saved_card", saved_card)
    days = [hours // 24 for hours in range(-4 * 24, 7 * 24) if _asks(asked, NOW + hours * DAY / 24)]
    assert days == [-1, 2, 5]


def _asks(asked: list[str], at: Any) -> bool:
    before = len(asked)
    cards.look_up_cards(now=at)
    return len(asked) > before


def test_without_an_answer_the_card_stays_and_is_looked_up_again(soon: Agreement) -> None:
    class Silent(Sandbox):
        def saved_card(self, token: str) -> Any:
            raise GatewayUnknown("no answer")

    with gateways.registered(gateways.kind("sandbox", Silent)):
        cards.look_up_cards(now=NOW)
    assert PaymentMethod.objects.get().removed_at is None
    SandboxCard.objects.all().delete()
    assert cards.look_up_cards(now=NOW + timedelta(hours=5)) == 0
    assert cards.look_up_cards(now=NOW + timedelta(hours=6)) == 1
    assert PaymentMethod.objects.get().removed_at


def test_a_webhook_about_a_card_tells_at_once(world: World) -> None:
    world.running()
    card = PaymentMethod.objects.get()
    SandboxCard.objects.update(last4="1111")
    GatewayEvent.objects.create(
        gateway="sandbox", event_id="evt_1", handle=card.token, body=b"", received_at=NOW
    )
    gateway_events.apply_events(now=NOW)
    card.refresh_from_db()
    assert (card.last4, GatewayEvent.objects.get().done_at) == ("1111", NOW)


def test_a_card_of_another_business_is_not_touched(world: World) -> None:
    world.running()
    card = PaymentMethod.objects.get()
    stranger = World().business

    account = accounts.keep(
        business=stranger,
        gateway="sandbox",
        secret="x",
        webhook_secret="y",
        hint="z",
        is_live=False,
        now=NOW,
    )
    SandboxCard.objects.all().delete()
    assert not cards.read_card("sandbox", card.token, account=account, now=NOW)
    assert not cards.read_card("sandbox", "", account=None, now=NOW)
    card.refresh_from_db()
    assert card.removed_at is None


def test_a_card_that_runs_out_before_the_charge_is_told_to_both_sides_in_time(
    soon: Agreement,
) -> None:
    PaymentMethod.objects.update(expires_on=date(2026, 10, 31))
    for days in (1, 2, 3):
        upcoming_charges.queue_notices(now=NOW + days * DAY)
    assert "The card expires before that day." in letters("charge_ahead", NOW + DAY)[0].text
    assert emails("card_expires") == [soon.business.owner.email]


def test_a_card_that_is_valid_on_its_day_is_not_warned_of(soon: Agreement) -> None:
    PaymentMethod.objects.update(expires_on=date(2026, 11, 30))
    upcoming_charges.queue_notices(now=NOW + DAY)
    assert "expires" not in letters("charge_ahead", NOW + DAY)[0].text
    assert not emails("card_expires")

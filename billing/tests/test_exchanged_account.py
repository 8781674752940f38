"""Another account takes the place of the one that a business had connected (rule 54)."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, ClassVar

import pytest

from billing.books.invariants import find_contradictions
from billing.charging import collect, gateway_events, refund, resolve, saved_cards
from billing.charging.cancel_invoice import void_invoice
from billing.charging.reconcile import reconcile
from billing.gateways import accounts, exchange, registry
from billing.gateways.base import Card, GatewayObject, GatewayRefund, GatewayUnknown
from billing.gateways.sandbox.gateway import Sandbox
from billing.gateways.sandbox.models import SandboxIntent, SandboxRefund
from billing.models import (
    Charge,
    Collection,
    FoundObject,
    GatewayAccount,
    GatewayEvent,
    Invoice,
    Payment,
    PaymentMethod,
    Refund,
)
from billing.rules.errors import BadSession, OtherAccount, UnderWay
from billing.runs.billing_run import run_billing
from core.database import vault
from core.models import OutboxEmail
from tests import gateways
from tests.at_once import at_once
from tests.world import NOW, World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATER = NOW + 3 * DAY  # no request of the first day is on its way any more


class Acme(Sandbox):
    """A sandbox with accounts: none of them knows what was made at another one."""

    name = "acme"
    made: ClassVar[dict[str, str]] = {}  # the account of each handle and card

    def __init__(self, account: str) -> None:
        self.account = self.account_id = account

    def prepare(self, *, key: str, **fields: Any) -> str:
        made = super().prepare(key=str(uuid.uuid5(uuid.UUID(key), self.account)), **fields)
        return self._mine(made)

    def execute(self, *, handle: str, key: str, token: str) -> None:
        self._require(handle)
        self._require(token)
        super().execute(handle=handle, key=key, token=token)

    def lookup(self, handle: str) -> GatewayObject:
        self._require(handle)
        return super().lookup(handle)

    def refunds(self, handle: str) -> list[GatewayRefund]:
        self._require(handle)
        return super().refunds(handle)

    def disputes(self, handle: str) -> Any:
        self._require(handle)
        return super().disputes(handle)

    def created_since(self, since: Any) -> Iterator[GatewayObject]:
        return (each for each in super().created_since(since) if self.knows(each.handle))

    def disputes_since(self, since: Any) -> Any:
        return (each for each in super().disputes_since(since) if self.knows(each.payment))

    def refunds_since(self, since: Any) -> Any:
        return (each for each in super().refunds_since(since) if self.knows(each.payment))

    def setup_result(self, session: str) -> Card:
        card = super().setup_result(session)
        self._mine(card.token)
        self._require(card.token)
        return card

    def knows(self, named: str) -> bool:
        return self.made.get(named) == self.account

    def _mine(self, named: str) -> str:
        self.made.setdefault(named, self.account)
        return named

    def _require(self, named: str) -> None:
        if not self.knows(named):
            raise GatewayUnknown("there is nothing of that name")


@pytest.fixture(autouse=True)
def acme() -> Iterator[None]:
    kind = replace(
        registry.kinds()["sandbox"],
        name="acme",
        label="ACME",
        is_shared=False,
        is_pretended=False,
        build=lambda account: Acme(vault.unseal(account.secret).partition("/")[0]),  # type: ignore[union-attr]
        save_test_card=Acme.save_test_card,
    )
    Acme.made.clear()
    with gateways.registered(kind):
        yield


def enter(world: World, key: str, *, says: bool = True, **fields: Any) -> GatewayAccount:
    """Enter a key on the settings page: "a/1" is one of account a. It may not say whose it is."""
    account = key.partition("/")[0]
    usual: dict[str, Any] = {"webhook_secret": f"hook {account}", "hint": key, "is_live": False}
    usual |= {"confirmed": True, "now": LATER}
    return accounts.keep(
        business=world.business,
        gateway="acme",
        secret=key,
        account_id=account if says else "",
        knows=Acme(account).knows,
        **usual | fields,
    )


@pytest.fixture
def world(world: World) -> World:
    """A business with account a at ACME."""
    enter(world, "a/1", now=NOW)
    return world


def state() -> list[Any]:
    """Everything that an exchange may change."""
    rows = (GatewayAccount, Collection, Charge, PaymentMethod, Refund, GatewayEvent)
    return [list(model._default_manager.order_by("pk").values()) for model in rows]


def taken(account: str) -> int:
    """How much an account has taken, by its own list."""
    return sum(
        row.amount
        for row in SandboxIntent.objects.filter(status="succeeded")
        if Acme.made[row.handle] == account
    )


# The same account


def test_a_new_key_of_the_same_account_changes_nothing_else(world: World) -> None:
    world.billed(card="insufficient_funds")
    before = state()
    account = enter(world, "a/2")
    assert vault.unseal(account.secret) == "a/2"
    assert account.exchanged_at is None
    assert state()[1:] == before[1:]


@pytest.mark.parametrize("forgets", [True, False])
def test_a_key_that_does_not_say_whose_it_is_is_known_by_what_it_knows(
    world: World, forgets: bool
) -> None:
    world.billed(card="insufficient_funds")
    if forgets:
        GatewayAccount.objects.update(account_id="")
    assert enter(world, "a/2", says=forgets).account_id == "a"
    assert PaymentMethod.objects.get().removed_at is None
    assert enter(world, "b/1", says=False).exchanged_at
    assert PaymentMethod.objects.get().removed_at


def test_where_nothing_was_made_yet_any_key_that_does_not_say_is_taken(world: World) -> None:
    assert enter(world, "b/1", says=False).exchanged_at is None


def test_the_daily_look_learns_the_id_of_an_account_that_was_connected_before(world: World) -> None:
    GatewayAccount.objects.update(account_id="")
    assert reconcile(now=NOW) == []
    assert GatewayAccount.objects.get().account_id == "a"


# Another account, while money is under way at the one that is connected


def unknown(world: World) -> None:
    world.billed(card="lost_answer")
    SandboxIntent.objects.update(status="new", charge_key="")
    assert Collection.objects.get().state == "wait"


def being_voided(world: World) -> None:
    invoice = world.billed(card="insufficient_funds")
    assert void_invoice(invoice=invoice, reason="x", actor="Nan", now=NOW).state == "voiding"


def never_executed(world: World) -> None:
    """The request of a charge may still arrive at the account."""
    unknown(world)
    resolve.resolve_charges(now=NOW + HOUR)
    assert (Charge.objects.get().state, Collection.objects.get().state) == ("void", "ready")


def refunded(world: World) -> None:
    refund.refund_invoice(
        invoice=world.billed(), amount=1, reason="x", actor="Nan", to_card=True, now=NOW
    )


def found(world: World) -> None:
    FoundObject.objects.create(
        business=world.business,
        gateway="acme",
        handle="pi_lost",
        reference=str(uuid.uuid4()),
        amount=1,
        currency="USD",
        outcome="succeeded",
        found_at=NOW,
    )


@pytest.mark.parametrize(
    ("begun", "said"),
    [
        (unknown, "1 payment is still being confirmed"),
        (being_voided, "1 payment is still being confirmed"),
        (never_executed, "1 payment is still being confirmed"),
        (refunded, "1 refund is still on its way"),
        (found, "1 payment was found"),
    ],
)
def test_while_money_is_under_way_another_account_is_refused_and_nothing_changes(
    world: World, begun: Callable[[World], None], said: str
) -> None:
    begun(world)
    before = state()
    for wrong in ({"key": "b/1"}, {"key": "a/1", "is_live": True}):
        with pytest.raises(UnderWay, match=said) as refused:
            enter(world, now=NOW + DAY, **wrong)  # type: ignore[arg-type]
        assert refused.value.field == "secret"
        assert state() == before


def test_once_it_is_done_the_other_account_is_taken(world: World) -> None:
    unknown(world)
    resolve.resolve_charges(now=NOW + HOUR)
    assert enter(world, "b/1", now=LATER).exchanged_at == LATER


# Another account


def test_that_clients_lose_their_cards_is_asked_first(world: World) -> None:
    enter(world, "b/1", confirmed=False)  # nobody has a card yet
    world.billed(card="insufficient_funds")
    before = state()
    with pytest.raises(OtherAccount, match="1 client will be asked to save a payment method again"):
        enter(world, "c/1", confirmed=False)
    assert state() == before
    assert enter(world, "b/2", confirmed=False)
    assert enter(world, "c/1", confirmed=True).account_id == "c"


def test_the_next_run_asks_for_a_card_and_a_new_one_is_charged_once_at_the_new_account(
    world: World,
) -> None:
    invoice = world.billed(card="insufficient_funds")
    assert Collection.objects.get().handle
    enter(world, "b/1")
    row = Collection.objects.get()
    assert (row.handle, row.amount, row.state) == (None, None, "ready")
    assert PaymentMethod.objects.get().removed_at == LATER
    run_billing(now=LATER, door="test")
    row.refresh_from_db()
    assert (row.state, row.reason) == ("dunning", "no_method")
    assert OutboxEmail.objects.filter(kind="card_needed").count() == 1
    world.card(invoice.client, now=LATER)
    for hours in range(3):
        run_billing(now=LATER + hours * HOUR, door="test")
    assert (taken("a"), taken("b")) == (0, invoice.total)
    assert Payment.objects.get().amount == invoice.total
    assert reconcile(now=LATER + DAY) == []
    assert not find_contradictions(LATER + DAY)


def test_what_waits_for_the_owners_decision_is_let_go_as_well(world: World) -> None:
    world.billed(card="lost_card")
    row = Collection.objects.get()
    assert (row.state, bool(row.handle)) == ("dunning", True)
    enter(world, "b/1")
    again = Collection.objects.get()
    assert (again.state, again.handle) == ("dunning", None)
    assert again.prepare_key != row.prepare_key


def test_from_test_mode_to_real_money_everything_begins_anew(world: World, settings: Any) -> None:
    invoice = world.billed(card="insufficient_funds")
    settings.CHARGING = "real"
    account = enter(world, "a/1", is_live=True)
    assert (account.is_live, account.exchanged_at) == (True, LATER)
    assert Collection.objects.get().handle is None
    run_billing(now=LATER, door="test")
    assert Collection.objects.get().reason == "no_method"
    assert not Charge.objects.filter(invoice=invoice, sent_at__gte=LATER).exists()


def test_another_business_keeps_its_cards_and_objects(world: World) -> None:
    other = World()
    enter(other, "c/1", now=NOW)
    other.billed(card="insufficient_funds")
    before = state()
    world.billed(card="insufficient_funds")
    enter(world, "b/1")
    for model, rows in zip((Collection, PaymentMethod), (before[1], before[3]), strict=True):
        mine = model._default_manager.filter(business=other.business)
        assert list(mine.values()) == rows


def test_back_at_the_first_account_its_old_objects_are_not_taken_up_again(world: World) -> None:
    invoice = world.billed(card="insufficient_funds")
    enter(world, "b/1")
    enter(world, "a/1")
    world.card(invoice.client, now=LATER)
    run_billing(now=LATER, door="test")
    assert (taken("a"), taken("b")) == (invoice.total, 0)


# Workers that are in the middle of something


def test_a_worker_that_prepared_at_the_old_account_stores_nothing_of_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was held up between preparing and storing the handle."""
    world.running()
    prepare, spent = Acme.prepare, list[str]()

    def exchanged_meanwhile(self: Acme, **fields: Any) -> str:
        handle = prepare(self, **fields)
        if not spent:
            spent.append(handle)
            enter(world, "b/1", now=NOW)
        return handle

    monkeypatch.setattr(Acme, "prepare", exchanged_meanwhile)
    run_billing(now=NOW, door="test")
    assert Acme.made[spent[0]] == "a"
    assert not Charge.objects.exists()
    assert Collection.objects.get().handle is None


def test_a_run_that_began_before_charges_what_is_left_at_the_new_account(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    clients = [world.client(f"Client {n}") for n in range(2)]
    for client in clients:
        world.running(client)
    claim, claims = collect._claim, list[Any]()

    def exchanged_meanwhile(ids: Any, *args: Any) -> None:
        claims.append(ids)
        if len(claims) == 2:
            enter(world, "b/1", now=NOW)
            for client in clients:
                world.card(client)
        claim(ids, *args)

    monkeypatch.setattr(collect, "BATCH", 1)
    monkeypatch.setattr(collect, "_claim", exchanged_meanwhile)
    run_billing(now=NOW, door="test")
    assert [charge.method.token for charge in Charge.objects.all()] == [
        row.card for row in SandboxIntent.objects.filter(status="succeeded")
    ]
    assert (taken("a"), taken("b")) == (0, 3_000_00)
    run_billing(now=NOW + HOUR, door="test")  # the one that was prepared already is begun again
    assert (taken("a"), taken("b")) == (0, 6_000_00)
    assert Invoice.objects.filter(state="paid").count() == 2


def test_a_card_that_was_saved_at_the_old_account_is_not_stored_any_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = world.client()
    result = Acme.setup_result

    def exchanged_meanwhile(self: Acme, session: str) -> Card:
        card = result(self, session)
        enter(world, "b/1", now=NOW)
        return card

    monkeypatch.setattr(Acme, "setup_result", exchanged_meanwhile)
    session = accounts.save_test_card(
        client=client, behaviour="succeeds", expires_on=date(2030, 1, 31)
    )
    with pytest.raises(BadSession):
        saved_cards.finish_setup(client=client, session=session, now=NOW)
    assert not PaymentMethod.objects.exists()


def test_charging_and_exchanging_at_once_takes_each_sum_once(
    studio: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(studio, "a/1", now=NOW)
    clients = [studio.client(f"Client {n}") for n in range(6)]
    for client in clients:
        studio.running(client)
    monkeypatch.setattr(collect, "BATCH", 2)
    charged, entered = at_once(
        lambda: run_billing(now=NOW, door="test"), lambda: enter(studio, "b/1", now=NOW)
    )
    assert not isinstance(charged, Exception)
    if isinstance(entered, UnderWay):
        entered = enter(studio, "b/1", now=LATER)
    for row in Collection.objects.exclude(state="done"):
        assert Acme.made.get(row.handle or "", "b") == "b"
    for client in clients:
        if saved_cards.card_in_use(client) is None:
            studio.card(client, now=LATER)
    run_billing(now=LATER, door="test")
    assert Invoice.objects.filter(state="paid").count() == 6
    assert taken("a") + taken("b") == 6 * 3_000_00
    assert not find_contradictions(LATER)


def test_a_refund_and_an_exchange_at_once_lose_no_refund(studio: World) -> None:
    enter(studio, "a/1", now=NOW)
    invoice = studio.billed()
    at_once(
        lambda: refund.refund_invoice(
            invoice=invoice, amount=100, reason="x", actor="Nan", to_card=True, now=NOW
        ),
        lambda: enter(studio, "b/1", now=NOW),
    )
    is_exchanged = GatewayAccount.objects.get().account_id == "b"
    refund.carry_out_refunds(now=NOW)
    assert Refund.objects.get().state == "succeeded"
    assert SandboxRefund.objects.exists() is not is_exchanged


# What came in at the old account


def test_a_refund_of_an_old_payment_is_recorded_and_made_by_its_owner(world: World) -> None:
    invoice = world.billed()
    enter(world, "b/1")
    assert exchange.is_at_former_account(Payment.objects.get())
    _note, made = refund.refund_invoice(
        invoice=invoice, amount=100, reason="x", actor="Nan", to_card=True, now=LATER
    )
    refund.carry_out_refunds(now=LATER)
    assert made
    made.refresh_from_db()
    assert (made.state, made.next_at) == ("succeeded", None)
    assert not SandboxRefund.objects.exists()
    assert not find_contradictions(LATER)


def test_a_refund_of_a_new_payment_is_sent_as_ever(world: World) -> None:
    invoice = world.billed(card="insufficient_funds")
    enter(world, "b/1")
    world.card(invoice.client, now=LATER)
    run_billing(now=LATER + HOUR, door="test")
    refund.refund_invoice(
        invoice=invoice, amount=100, reason="x", actor="Nan", to_card=True, now=LATER + HOUR
    )
    refund.carry_out_refunds(now=LATER + HOUR)
    assert SandboxRefund.objects.get().amount == 100


def test_the_daily_comparison_does_not_ask_the_new_account_for_the_old_ones_money(
    world: World,
) -> None:
    invoice = world.billed()
    handle = Collection.objects.get().handle or ""
    Acme.contest(handle)
    assert reconcile(now=NOW + HOUR) == []
    assert invoice.payments.get().disputes.get().state == "open"
    enter(world, "b/1")
    assert reconcile(now=LATER + DAY) == []


def test_webhooks_of_the_old_account_that_nobody_read_are_closed(world: World) -> None:
    world.billed()
    GatewayEvent.objects.create(
        gateway="acme",
        account=GatewayAccount.objects.get(),
        event_id="evt_1",
        handle=Collection.objects.get().handle or "",
        body=b"",
        received_at=NOW,
    )
    enter(world, "b/1")
    assert GatewayEvent.objects.get().done_at == LATER
    assert gateway_events.apply_events(now=LATER) == 0

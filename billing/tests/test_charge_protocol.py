"""Whatever fails and wherever, an invoice is never charged twice and never lost (rule 21)."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from billing import tasks
from billing.charging import collect, prepare, settle
from billing.charging import resolve as resolve_module
from billing.charging.resolve import resolve_charges
from billing.charging.retry import retry_now
from billing.gateways.base import GatewayUnknown
from billing.gateways.sandbox.gateway import Sandbox
from billing.gateways.sandbox.models import SandboxIntent
from billing.models import Charge, Collection, Invoice, JournalEntry, Payment, Series
from billing.rules.states import CollectionState
from billing.runs.billing_run import run_billing
from core.database.ids import new_id
from core.errors import RuleError
from core.models import OutboxEmail
from tests.browsers import logged_in
from tests.world import NOW, World


class Killed(BaseException):
    """Raised to simulate the death of the process."""


STEPS: list[tuple[Any, str]] = [
    (collect, "_claim"),
    (collect, "prepare"),
    (prepare, "_bind"),
    (collect, "_arm"),
    (collect, "_send"),
    (Sandbox, "prepare"),
    (Sandbox, "execute"),
    (Sandbox, "lookup"),
    (settle, "_paid"),
    (settle, "settle"),
]


@contextmanager
def dying(place: Any, name: str, after: bool, error: type[BaseException]) -> Iterator[None]:
    """Raise `error` before or after one step, the first time it is called."""
    original: Callable[..., Any] = getattr(place, name)
    spent = []

    def step(*args: Any, **kwargs: Any) -> Any:
        if spent:
            return original(*args, **kwargs)
        spent.append(True)
        if after:
            original(*args, **kwargs)
        raise error

    setattr(place, name, step)
    try:
        yield
    finally:
        setattr(place, name, original)


def assert_kept(invoices: int) -> None:
    """Check that this many invoices were charged exactly once and booked completely."""
    assert Invoice.objects.filter(state="paid").count() == invoices
    taken = SandboxIntent.objects.filter(status="succeeded")
    for invoice in Invoice.objects.all():
        assert (
            sum(row.amount for row in taken.filter(invoice_ref=str(invoice.reference)))
            == invoice.total
        )
        assert sum(row.amount for row in invoice.allocations.all()) == invoice.total
    cash = sum(JournalEntry.objects.filter(debit="cash").values_list("amount", flat=True))
    assert cash == sum(taken.values_list("amount", flat=True))
    assert Payment.objects.count() == OutboxEmail.objects.filter(kind="receipt").count() == invoices
    numbers = sorted(Invoice.objects.values_list("number", flat=True))
    assert numbers == [f"RH-2026-{n:04}" for n in range(1, invoices + 1)]


@pytest.mark.parametrize("seed", range(12))
def test_a_crash_at_any_step_neither_loses_nor_repeats_a_charge(world: World, seed: int) -> None:
    dice = random.Random(seed)
    for n in range(2):
        world.running(world.client(f"Client {n}"), dice.choice(["succeeds", "lost_answer"]))
    now = NOW
    for _ in range(dice.randint(1, 4)):
        place, name = dice.choice(STEPS)
        error = GatewayUnknown if place is Sandbox and dice.random() < 0.5 else Killed
        with dying(place, name, dice.random() < 0.5, error), suppress(Killed, GatewayUnknown):
            run_billing(now=now, door="test")
        now += timedelta(minutes=dice.choice([0, 1, 5]))
    for _ in range(12):
        run_billing(now=now, door="test")
        now += timedelta(hours=1)
    assert_kept(2)


def test_the_database_refuses_a_second_live_charge(world: World) -> None:
    world.running(card="lost_answer")
    run_billing(now=NOW, door="test")
    charge = Charge.objects.get()
    assert charge.state == "unknown"
    charge.pk, charge.n, charge._state.adding = None, 2, True
    charge.id = type(charge)._meta.pk.get_default()  # type: ignore[union-attr]
    with pytest.raises(IntegrityError), transaction.atomic():
        charge.save(force_insert=True)


def test_an_invoice_is_not_charged_again_while_a_charge_is_unknown(world: World) -> None:
    world.running(card="lost_answer")
    run_billing(now=NOW, door="test")
    collection = Collection.objects.get()
    assert collection.state == "wait"
    with pytest.raises(RuleError):
        retry_now(collection=collection, actor="Nan", now=NOW)
    assert run_billing(now=NOW + timedelta(seconds=30), door="test").charged == 0
    assert Collection.objects.get().state == "wait", "the call may still be under way"
    resolve_charges(now=NOW + timedelta(minutes=3))
    assert_kept(1)


def test_a_soft_decline_is_retried_on_its_day_and_a_new_card_is_charged_at_once(
    world: World,
) -> None:
    agreement = world.running(card="insufficient_funds")
    run_billing(now=NOW, door="test")
    collection = Collection.objects.get()
    assert (collection.state, collection.tries) == ("ready", 1)
    assert collection.next_at and (collection.next_at - NOW).days in (0, 1)
    assert OutboxEmail.objects.filter(kind="charge_failed").count() == 2
    world.card(agreement.client, "succeeds", NOW + timedelta(hours=1))
    run_billing(now=NOW + timedelta(hours=1), door="test")
    assert_kept(1)


def test_a_hard_decline_asks_for_a_card_and_is_not_retried(world: World) -> None:
    world.running(card="lost_card")
    run_billing(now=NOW, door="test")
    assert Collection.objects.get().state == "dunning"
    run_billing(now=NOW + timedelta(days=3), door="test")
    assert Charge.objects.count() == 1


def test_two_runs_issue_each_period_once_without_a_gap(world: World) -> None:
    for n in range(7):
        world.running(world.client(f"Client {n}"))
    run_billing(now=NOW, door="test")
    run_billing(now=NOW, door="test")
    assert_kept(7)
    assert Series.objects.get(kind="invoice").last == 7


def test_issuing_takes_the_same_queries_for_two_and_for_twenty(
    world: World, django_assert_max_num_queries: Any
) -> None:
    from billing.charging.issue import issue_invoices

    for n in range(20):
        world.running(world.client(f"Client {n}"), card="")
    from agreements.running.periods import open_due

    open_due(now=NOW)
    with django_assert_max_num_queries(26):
        assert issue_invoices(now=NOW) == 20


@pytest.mark.parametrize("days", [31, 70])
def test_an_agreement_with_several_missed_periods_is_held_until_the_owner_decides(
    world: World, days: int
) -> None:
    from billing.runs import hold

    agreement = world.running()
    late = NOW + timedelta(days=days)
    run_billing(now=late, door="test")
    agreement.refresh_from_db()
    assert agreement.parked_because
    assert not Charge.objects.exists()
    made = hold.resume_billing(agreement=agreement, how="skip", actor="Nan", now=late)
    assert made == 1
    run_billing(now=late, door="test")
    assert Invoice.objects.filter(state="paid").count() == 1


def test_none_of_the_held_periods_is_billed_if_the_owner_says_so(world: World) -> None:
    from billing.runs import hold

    agreement = world.running()
    late = NOW + timedelta(days=70)
    run_billing(now=late, door="test")
    page = logged_in(world.business.owner).get(reverse("dashboard:agreement", args=[agreement.pk]))
    assert "Bill none" in page.text
    assert hold.resume_billing(agreement=agreement, how="none", actor="Nan", now=late) == 0
    run_billing(now=late, door="test")
    assert not Invoice.objects.exists() and not Charge.objects.exists()
    run_billing(now=late + timedelta(days=31), door="test")
    assert Invoice.objects.get().state == "paid"  # of the next period


def test_one_missed_period_is_billed_without_asking(world: World) -> None:
    world.running()
    run_billing(now=NOW, door="test")
    # Nothing ran for a month and a half; the period of 2 December has been waiting since then.
    for days in (48, 48, 49):
        run_billing(now=NOW + timedelta(days=days), door="test")
    assert_kept(2)


def test_the_database_refuses_a_second_invoice_for_a_period(world: World) -> None:
    invoice = world.billed()
    invoice.pk, invoice.seq, invoice.number = new_id(), 2, "RH-2026-0002"
    invoice._state.adding = True
    with pytest.raises(IntegrityError, match=r"period_start|invoice_once"), transaction.atomic():
        invoice.save(force_insert=True)


def test_a_dry_run_lists_what_would_be_billed_and_writes_nothing(world: World) -> None:
    world.running()
    result = run_billing(now=NOW, door="test", dry_run=True).result
    assert [row["total"] for row in result["invoices"]] == [3_000_00]
    assert not Invoice.objects.exists()
    assert not Series.objects.exists()


def test_a_collection_claimed_by_a_dead_worker_is_charged_when_the_lease_ends(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The task that runs every two minutes starts the billing job, before its next full hour."""
    started: list[str] = []
    monkeypatch.setattr(tasks.nudge, "ring", started.append)
    now = timezone.now()
    world.running(now=now)
    with dying(collect, "_arm", False, Killed), suppress(Killed):
        run_billing(now=now, door="test")
    started.clear()
    tasks.resolve()
    assert "billing.tasks.bill" not in started
    Collection.objects.update(lease_until=now - timedelta(seconds=1))
    tasks.resolve()
    assert started[-1] == "billing.tasks.bill"


def test_a_lookup_that_never_reached_the_gateway_is_not_counted(world: World) -> None:
    world.running(card="lost_answer")
    run_billing(now=NOW, door="test")
    asked = NOW + timedelta(minutes=3)
    with dying(resolve_module, "_ask_gateway", False, Killed), suppress(Killed):
        resolve_charges(now=asked)
    row = Collection.objects.get()
    assert (row.lookups, row.next_at) == (0, asked + timedelta(minutes=2))
    resolve_charges(now=asked + timedelta(minutes=2))
    assert Invoice.objects.get().state == "paid"


def test_a_charge_that_was_never_sent_is_repeated_after_an_older_confirmation_expires(
    world: World,
) -> None:
    """The gateway executes an earlier request late, and that charge needs a confirmation."""
    world.running()
    with dying(collect, "_send", after=False, error=Killed), suppress(Killed):
        run_billing(now=NOW, door="test")
    SandboxIntent.objects.update(status="requires_action", charge_key="an earlier charge")
    now = NOW + timedelta(minutes=11)
    resolve_charges(now=now)
    assert Charge.objects.get().state == "requires_action"
    for _ in range(5):
        now += timedelta(days=1)
        resolve_charges(now=now)
        run_billing(now=now, door="test")
    assert sorted(Charge.objects.values_list("state", flat=True)) == ["succeeded", "void"]
    assert_kept(1)


def test_what_is_answered_while_its_payer_comes_back_from_the_bank_keeps_its_own_day(
    world: World,
) -> None:
    invoice, later = world.billed(card="requires_action"), NOW + timedelta(days=3)
    once = iter([True])

    def answered(execute: Any, sql: str, *rest: Any) -> Any:
        """Another worker hears the answer after what waits was read, and before it is moved."""
        if sql.startswith('UPDATE "billing_collection"') and next(once, False):
            Collection.objects.update(state=CollectionState.READY, next_at=later)
        return execute(sql, *rest)

    with connection.execute_wrapper(answered):
        resolve_module.look_up_now(invoice.client, now=NOW + timedelta(hours=1))
    assert next(once, "moved") == "moved", "nothing waits for the bank"
    assert Collection.objects.get().next_at == later

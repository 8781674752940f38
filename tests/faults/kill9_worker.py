"""What the killed processes of kill9 do: invoices in every state, one walk over all verbs, recovery, judgement."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.db import OperationalError, connection, transaction

from billing import credit_note, gateways, reduce, refund, transfers, void, webhook
from billing.errors import CannotCharge, NotConnected
from billing.gateways.base import GatewayUnknown, Outcome
from billing.gateways.sandbox import gateway as sandbox
from billing.invariants import broken
from billing.models import Certificate, Charge, Collection, Invoice, Payment, Refund, SandboxIntent, SandboxRefund
from billing.models.certificate import CertificateState
from billing.resolve import resolve
from billing.retry import retry
from billing.run import bill
from billing.states import ChargeState, CollectionState, InvoiceState, RefundState
from clients.models import Client
from core.errors import RuleError
from core.models import Business
from tests.factories import BusinessFactory
from tests.world import NOW, World

OLD = NOW - timedelta(days=4)
AWAY = "Away"  # the business whose gateway cannot be reached until all is calm
ODD = 131_313  # a sum that the gateway does not take until all is calm
PASSING = [timedelta(minutes=1), timedelta(minutes=12), timedelta(hours=1), timedelta(hours=7), timedelta(days=1),
           timedelta(days=2), timedelta(days=4), timedelta(days=7), timedelta(days=7)]  # fmt: skip

#: Client → card. They were charged four days ago: answered, or no answer came, or the request was lost.
ANSWERED = {
    "refunded": "succeeds", "paid out": "succeeds", "refund failed": "succeeds", "refund pending": "succeeds",
    "refund late": "succeeds", "contested": "succeeds", "reduced": "insufficient_funds", "part": "insufficient_funds",
    "written off": "insufficient_funds", "void": "insufficient_funds", "nothing owed": "insufficient_funds",
    "withheld": "insufficient_funds", "stale": "requires_action", "confirmed": "requires_action",
    "new card": "requires_action", "void action": "requires_action", "cancelled": "requires_action",
    "cancelled hard": "lost_card", "void late": "lost_answer", "transfer late": "lost_answer", "no card": "",
    "void no card": "",
}  # fmt: skip
UNHEARD = {"declined": "insufficient_funds", "declined void": "insufficient_funds", "declined card": "lost_card"}
UNASKED = {"never": "succeeds", "zombie": "succeeds", "zombie told": "succeeds", "zombie reduced": "succeeds"}
FRESH = ("succeeds", "insufficient_funds", "lost_answer", "requires_action", "lost_card", "")
TOLD = ("confirmed", "contested", "cancelled", "cancelled hard", "declined void", "refund pending", "zombie told",
        "refund failed", "away waits")  # fmt: skip


class Shaky(sandbox.Sandbox):
    """The sandbox on a bad line: it does not answer the calls named in `silent`, and refuses one sum."""

    silent: ClassVar[str] = ""
    is_calm: ClassVar[bool] = False

    def __getattribute__(self, name: str) -> Any:
        if name == Shaky.silent:
            raise GatewayUnknown(name)
        return super().__getattribute__(name)

    def prepare(self, **asked: Any) -> str:
        if asked["amount"] == ODD and not Shaky.is_calm:
            raise CannotCharge("no such sum")
        return super().prepare(**asked)


def connect(business: UUID) -> Shaky:
    """Takes the sandbox's place."""
    if not Shaky.is_calm and Business.objects.filter(pk=business, name=AWAY).exists():
        raise NotConnected("away")
    return Shaky()


gateways.BUILD[gateways.SANDBOX] = connect


@contextmanager
def silent(call: str) -> Iterator[None]:
    """The gateway does not answer this one."""
    Shaky.silent = call
    yield
    Shaky.silent = ""


# --- four days ago ------------------------------------------------------------------------------------------


def prepare() -> None:
    """The world as every walk finds it, by the project's own verbs."""
    Shaky.is_calm = True
    worlds = [World(), World(BusinessFactory(tax_on_payment=True))]
    for call, people in (("execute", UNASKED), ("lookup", UNHEARD), ("", ANSWERED)):
        for n, (name, card) in enumerate(people.items()):
            kept = {"withholding_percent": 3} if name == "withheld" else {}
            worlds[n % 2].running(worlds[n % 2].client(name), card, OLD, **kept)
        with silent(call):
            bill(now=OLD, door="test")
        if people is UNASKED:
            resolve(now=OLD + timedelta(minutes=5))
    away = World(BusinessFactory(name=AWAY))
    away.running(away.client("away waits"), "lost_answer", OLD)
    worlds[0].running(worlds[0].client("by transfer"), "", OLD, collect_by="transfer")
    bill(now=OLD, door="test")
    for n, card in enumerate(FRESH):
        worlds[n % 2].running(worlds[n % 2].client(f"fresh {card}"), card, NOW)
    worlds[0].running(worlds[0].client("odd"), "succeeds", NOW, amount=ODD)
    away.running(away.client("away fresh"), "succeeds", NOW)
    _happened(worlds[0])
    Shaky.is_calm = False


def of(name: str) -> Invoice:
    """The first invoice of the client of that name."""
    found = Invoice.objects.select_related("collection", "business").filter(client__name=name)
    return found.order_by("period_start")[0]


def _intent(name: str) -> Any:
    return SandboxIntent.objects.filter(handle=of(name).collection.handle)


def _happened(world: World) -> None:
    """What people and the gateway did between the first charge and now."""
    for name in ("zombie", "zombie told", "zombie reduced"):
        lost = Charge.objects.get(invoice=of(name))
        sandbox.Sandbox().execute(handle=of(name).collection.handle or "", key=str(lost.pk), token=lost.method.token)
    for name in ("cancelled", "cancelled hard"):
        _intent(name).update(status=Outcome.CANCELLED)
    for name in ("new card", "declined card"):
        world.card(Client.objects.get(name=name), "succeeds", NOW - timedelta(hours=1))
    sandbox.confirm(of("confirmed").collection.handle or "")
    sandbox.contest(of("contested").collection.handle or "")
    given = {"refund failed": "failed", "refund pending": "pending", "refund late": ""}
    for name, status in given.items():
        kept = refund.give_back(invoice=of(name), amount=100, reason="R", actor="Nan", to_card=True, now=OLD)[1]
        if status and kept:
            fields = {"handle": f"re_{name}", "intent": of(name).collection.handle, "status": status}
            SandboxRefund.objects.create(key=str(kept.pk), amount=100, **fields)
    with transaction.atomic():  # as an older version may have left it: all credited and not closed
        row = of("nothing owed")
        credit_note.make(invoice=row, amount=row.total, reason="R", actor="Nan", now=NOW)


# --- the walk that is killed --------------------------------------------------------------------------------


def walk(now: datetime) -> None:
    """Every verb that moves money or reads what moved. Started again later it goes on with what is left."""
    for act in _acts(now):
        with suppress(RuleError, ValueError):
            act()
    with _refused('INSERT INTO "billing_payment"'):
        resolve(now=now)
    with silent("refunds"):
        refund.carry_out(now=now)
    bill(now=now, door="test")
    resolve(now=now + timedelta(minutes=3))
    refund.carry_out(now=now + timedelta(minutes=15))
    bill(now=now + timedelta(minutes=20), door="test")


def _by(now: datetime) -> dict[str, Any]:
    return {"actor": "Nan", "now": now}


def _acts(now: datetime) -> Iterator[Callable[[], object]]:
    """What people do now, and the notices of the gateway."""
    who = _by(now)
    for name in ("void", "void action", "void late", "void no card", "declined void"):
        yield lambda name=name: void.void(invoice=of(name), reason="R", **who)
    yield lambda: void.write_off(invoice=of("written off"), reason="R", **who)
    for name in ("reduced", "zombie reduced"):
        yield lambda name=name: reduce.reduce(invoice=of(name), amount=1_000, reason="R", **who)
    for name, amount in (
        ("part", 1_000_00),
        ("withheld", 2_910_00),
        ("transfer late", 3_000_00),
        ("by transfer", 3_000_00),
    ):
        came = {"on": now.date(), "reference": name}
        yield lambda name=name, amount=amount, came=came: transfers.record(
            invoice=of(name), amount=amount, **came, **who
        )
    for name in ("refunded", "by transfer"):
        yield lambda name=name: refund.give_back(invoice=of(name), amount=500_00, reason="R", to_card=True, **who)
    yield lambda: refund.give_back(invoice=of("paid out"), amount=500_00, reason="R", to_card=False, **who)
    for amount in (300_00, 9_000_00, 2_000_00):  # what is held, more than was paid, more than is held
        yield lambda amount=amount: refund.pay_out(invoice=of("paid out"), amount=amount, **who)
    yield lambda: void.void(invoice=of("refunded"), reason="R", **who)
    yield lambda: refund.give_back(invoice=of("stale"), amount=1, reason="R", to_card=True, **who)
    for name in TOLD:
        yield lambda name=name: _tell(name, of(name).collection.handle or "", now)
    yield lambda: _tell("a stranger's", "pi_unknown", now)
    yield lambda: webhook.receive(account=None, body=b"", signature="", now=now)


def _tell(name: str, handle: str, now: datetime) -> None:
    body = json.dumps({"id": f"evt {name}", "handle": handle}).encode()
    webhook.receive(bank=Shaky(), account=None, body=body, signature=sandbox.sign(body), now=now)


@contextmanager
def _refused(start: str) -> Iterator[None]:
    """The database says no to the first two statements that start so."""
    left = [True, True]

    def statement(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(start) and left:
            left.pop()
            raise OperationalError("the database went away")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(statement):
        yield


# --- afterwards ---------------------------------------------------------------------------------------------


def recover(now: datetime) -> datetime:
    """Nobody dies any more, clients save good cards, certificates come, and three weeks pass; the day it then is."""
    Shaky.is_calm = True
    with suppress(RuleError):  # it is written down already
        transfers.record(
            invoice=of("by transfer"), amount=3_000_00, on=now.date(), reference="by transfer", **_by(now)
        )
    for client in Client.objects.all():
        World(client.business).card(client, "succeeds", now)
    for step in PASSING:
        now += step
        bill(now=now, door="test")
        for row in Collection.objects.filter(state=CollectionState.DUNNING):
            retry(collection=row, actor="Nan", now=now)
        for paper in Certificate.objects.filter(state=CertificateState.OWED):
            transfers.receive_certificate(certificate=paper, number="1", on=now.date(), now=now)
    return now


def judge(now: datetime) -> list[str]:
    """The gateway's ledger against our rows, and our rows against each other."""
    wrong = broken(now)
    for invoice in Invoice.objects.select_related("collection", "client"):
        wrong += [f"{invoice.client.name}: {words}" for words in _invoice(invoice)]
    took = SandboxIntent.objects.filter(status=Outcome.SUCCEEDED).values_list("handle", "amount")
    wrote = Payment.objects.filter(gateway=gateways.SANDBOX).values_list("reference", "amount")
    wrong += [f"taken or written down, not both: {each}" for each in sorted(set(took) ^ set(wrote))]
    gave = SandboxRefund.objects.filter(status="succeeded").values_list("key", "amount")
    back = Refund.objects.filter(state=RefundState.SUCCEEDED, payment__gateway=gateways.SANDBOX)
    ours = {(str(pk), amount) for pk, amount in back.values_list("pk", "amount")}
    wrong += [f"given back or written down, not both: {each}" for each in sorted(set(gave) ^ ours)]
    waits = Refund.objects.exclude(state__in=(RefundState.SUCCEEDED, RefundState.FAILED))
    late = waits.exclude(payment__invoice__client__name__in=("refund late", "refund pending"))
    return wrong + [f"a refund of {row.amount} is {row.state}" for row in late]


def _invoice(invoice: Invoice) -> Iterator[str]:
    intents = list(SandboxIntent.objects.filter(invoice_ref=str(invoice.pk)))
    taken = [each for each in intents if each.status == Outcome.SUCCEEDED]
    charges = list(Charge.objects.filter(invoice=invoice).values_list("state", flat=True))
    executed = sum(each.executions for each in intents)
    if len(taken) > 1:
        yield f"was charged {len(taken)} times"
    if len(taken) != charges.count(ChargeState.SUCCEEDED):
        yield f"{len(taken)} were taken, the charges are {charges}"
    if not charges.count(ChargeState.SUCCEEDED) + charges.count(ChargeState.FAILED) <= executed <= len(charges):
        yield f"was executed {executed} times, the charges are {charges}"
    if taken and invoice.state != InvoiceState.PAID:
        yield f"was charged and is {invoice.state}"
    if Collection.objects.get(invoice=invoice).state != CollectionState.DONE:
        yield f"is stuck: {invoice.collection.state} {invoice.collection.reason}"

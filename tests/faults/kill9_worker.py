"""What the killed processes of kill9 do: invoices in every state, one walk over all verbs, recovery, judgement."""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import OperationalError, connection, transaction

from agreements.models import Agreement
from billing import models
from billing.bank_transfer import statement_lines, take_back, transfers
from billing.books import owing
from billing.books.invariants import find_contradictions
from billing.charging import cancel_invoice, gateway_events, issue, refund
from billing.charging.resolve import resolve_charges
from billing.charging.retry import retry_now
from billing.gateways import webhooks
from billing.gateways.base import GatewayObject, GatewayUnknown, Outcome
from billing.gateways.sandbox.gateway import Sandbox
from billing.gateways.sandbox.ledger import PretendedProcessor
from billing.gateways.sandbox_direct.gateway import SandboxDirect
from billing.invoices import credit_note
from billing.models.certificate import CertificateState
from billing.rules.errors import CannotCharge, NotConnected
from billing.rules.states import (
    BANK_TRANSFER,
    ChargeState,
    CollectionState,
    InvoiceState,
    RefundState,
)
from billing.runs.billing_run import run_billing, run_scheduled
from clients.models import Client
from core.errors import RuleError
from core.models import OutboxEmail
from core.models.outbox import OutboxState
from core.outbox import emails
from tests import gateways
from tests.factories import BusinessFactory
from tests.world import NOW, World

OLD = NOW - timedelta(days=4)
BY_BANK, BY_LINE, BY_MISTAKE, REMINDED = "by bank", "by line", "by mistake", "reminded"
LETTERS = 6  # are sent in half a walk
AWAY, READ_BACK = "away", "read back"
ODD = 131_313  # a sum that the gateway does not take until all is calm
PASSING = [
    timedelta(minutes=1),
    timedelta(minutes=12),
    timedelta(hours=1),
    timedelta(hours=7),
    timedelta(days=1),
    timedelta(days=2),
    timedelta(days=4),
    timedelta(days=7),
    timedelta(days=7),
]

#: Card → clients. They were charged four days ago: answered, no answer came, or the request was lost.
ANSWERED = {
    "succeeds": [
        "refunded",
        "paid out",
        "refund failed",
        "refund pending",
        "refund late",
        "contested",
    ],
    "insufficient_funds": ["reduced", "part", "written off", "void", "nothing owed", "withheld"],
    "requires_action": ["stale", "confirmed", "new card", "void action", "cancelled"],
    "lost_answer": ["void late", "transfer late"],
    "lost_card": ["cancelled hard"],
    "": ["no card", "void no card"],
}
UNHEARD = {"insufficient_funds": ["declined", "declined void"], "lost_card": ["declined card"]}
UNASKED = {"succeeds": ["zombie", "zombie told", "zombie reduced"]}
NEVER = {"succeeds": ["never"]}
FRESH = ("succeeds", "insufficient_funds", "lost_answer", "requires_action", "lost_card", "")
TOLD = (
    "reduced",
    "confirmed",
    "contested",
    "cancelled",
    "cancelled hard",
    "declined void",
    "refund pending",
    "zombie told",
    "refund failed",
    "away waits",
)


class Shaky:
    """A sandbox on a bad line: it does not answer the call named in `silent`, and refuses one sum.

    READ_BACK is a look-up of what was executed. Its clock shows `time`.
    """

    silent: ClassVar[str] = ""
    is_calm: ClassVar[bool] = False
    time: ClassVar[datetime] = OLD

    def __getattribute__(self, name: str) -> Any:
        return no_answer if name == Shaky.silent else super().__getattribute__(name)

    def clock(self) -> datetime:
        return Shaky.time

    def lookup(self, handle: str) -> GatewayObject:
        found: GatewayObject = super().lookup(handle)  # type: ignore[misc]  # of the sandbox beside this class
        if Shaky.silent == READ_BACK and found.outcome != Outcome.NEW:
            raise GatewayUnknown(READ_BACK)
        return found


def no_answer(*args: Any, **kwargs: Any) -> None:
    raise GatewayUnknown("no answer")


def refuse(amount: int) -> None:
    if amount == ODD and not Shaky.is_calm:
        raise CannotCharge("no such sum")


class Prepared(Shaky, Sandbox):
    """The prepared sandbox."""

    def prepare(self, **asked: Any) -> str:
        refuse(asked["amount"])
        return super().prepare(**asked)


class Direct(Shaky, SandboxDirect):
    """The direct sandbox."""

    def charge(self, **asked: Any) -> None:
        refuse(asked["amount"])
        super().charge(**asked)


class Away:
    """A gateway that nobody is connected to until all is calm."""

    name = AWAY

    def __init__(self) -> None:
        super().__init__()
        if not Shaky.is_calm:
            raise NotConnected(AWAY)


class AwayPrepared(Away, Prepared):
    """The prepared sandbox, with accounts."""


class AwayDirect(Away, Direct):
    """The direct sandbox, with accounts."""


GATEWAYS: dict[str, tuple[type[PretendedProcessor], type[PretendedProcessor]]] = {
    "sandbox": (Prepared, AwayPrepared),
    "sandbox_direct": (Direct, AwayDirect),
}


class Delivered(BaseEmailBackend):
    """A mail server that writes down each Message-ID as it takes the email, whoever dies then."""

    log: ClassVar[Path]

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            file = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            os.write(file, f"{message.message()['Message-ID']}\n".encode())
            os.close(file)
        return len(email_messages)


def deliver_to(log: Path) -> None:
    """Write down there, from now on, which emails were taken."""
    Delivered.log = log
    settings.EMAIL_BACKEND = f"{__name__}.{Delivered.__name__}"


def use(name: str) -> None:
    """Charge at this one of the sandboxes, from now on."""
    settings.GATEWAY = name
    own, away = GATEWAYS[name]
    with_accounts = {"is_shared": False, "save_test_card": away.save_test_card}
    gateways.register(
        gateways.kind(name, own, like=name), gateways.kind(AWAY, away, like=name, **with_accounts)
    )


def processor() -> type[PretendedProcessor]:
    """The sandbox that is used."""
    return GATEWAYS[settings.GATEWAY][0]


def is_direct() -> bool:
    return issubclass(processor(), SandboxDirect)


def prepare() -> None:
    """The world as every walk finds it, by the project's own verbs."""
    Shaky.is_calm = True
    worlds = [World(), World(BusinessFactory(tax_on_payment=True))]
    _by_transfer(worlds[0])
    lost = "charge" if is_direct() else "execute"
    for call, people in ((lost, UNASKED), (lost, NEVER), (READ_BACK, UNHEARD), ("", ANSWERED)):
        for n, (name, card) in enumerate(
            (name, card) for card, names in people.items() for name in names
        ):
            kept = {"withholding_percent": 3} if name == "withheld" else {}
            worlds[n % 2].running(worlds[n % 2].client(name), card, OLD, **kept)
        Shaky.silent = call
        run_billing(now=OLD, door="test")
        Shaky.silent = ""
        if people is UNASKED:
            resolve_charges(now=OLD + timedelta(minutes=5))
    away = World()
    account = {
        "gateway": AWAY,
        "secret": b"",
        "hint": "",
        "connected_at": OLD,
        "created_at": OLD,
    }
    models.GatewayAccount.objects.create(business=away.business, **account)
    away.running(away.client("away waits"), "lost_answer", OLD)
    away.running(away.client("away paid"), "succeeds", OLD)
    worlds[0].running(worlds[0].client(BY_BANK), "", OLD, collect_by="transfer")
    run_billing(now=OLD, door="test")
    for n, card in enumerate(FRESH):
        worlds[n % 2].running(worlds[n % 2].client(f"fresh {card}"), card, NOW)
    worlds[0].running(worlds[0].client("odd"), "succeeds", NOW, amount=ODD)
    away.running(away.client("away fresh"), "succeeds", NOW)
    _happened(worlds[0])
    Shaky.is_calm = False


def _by_transfer(world: World) -> None:
    """Invoices that wait for a transfer, or have one; of one the client is to be reminded."""
    before = OLD - timedelta(days=5)
    world.running(world.client(REMINDED), "", before, collect_by="transfer")
    run_billing(now=before, door="test")
    for name in (BY_LINE, BY_MISTAKE):
        world.running(world.client(name), "", OLD, collect_by="transfer")
    run_billing(now=OLD, door="test")
    came = {"amount": 3_000_00, "on": OLD.date(), "reference": BY_MISTAKE, "actor": "Nan"}
    transfers.record_transfer(invoice=of(BY_MISTAKE), now=OLD, **came)
    facts = {"on": NOW.date(), "currency": "USD", "amount": 3_000_00, "text": BY_LINE}
    models.BankStatementLine.objects.create(
        business=world.business, fingerprint=BY_LINE, created_at=OLD, **facts
    )


def of(name: str) -> models.Invoice:
    """The first invoice of the client of that name."""
    found = models.Invoice.objects.select_related("collection", "business").filter(
        client__name=name
    )
    return found.order_by("period_start")[0]


def _happened(world: World) -> None:
    """What people and the gateway did between the first charge and now."""
    for name in UNASKED["succeeds"]:
        _arrives(models.Charge.objects.get(invoice=of(name)))
    for name in ("cancelled", "cancelled hard"):
        processor().payments.objects.filter(invoice_ref=of(name).reference).update(
            status=Outcome.CANCELLED
        )
    for name in ("new card", "declined card"):
        world.card(Client.objects.get(name=name), "succeeds", NOW - timedelta(hours=1))
    processor().confirm(of("confirmed").collection.handle or "")
    processor().contest(of("contested").collection.handle or "")
    given = {"refund failed": "failed", "refund pending": "pending", "refund late": ""}
    for name, status in given.items():
        kept = refund.refund_invoice(
            invoice=of(name), amount=100, reason="R", actor="Nan", to_card=True, now=OLD
        )[1]
        if status and kept:
            fields = {
                "handle": f"re_{name}",
                "intent": of(name).collection.handle,
                "status": status,
            }
            processor().refund_rows.objects.create(key=str(kept.pk), amount=100, **fields)
    with transaction.atomic():  # as an older version may have left it: all credited and not closed
        credit_note.issue_credit_note(
            invoice=of("nothing owed"), amount=3_000_00, reason="R", actor="Nan", now=NOW
        )


def _arrives(lost: models.Charge) -> None:
    """The request of a charge that was given up is carried out after all, a few hours late."""
    if is_direct():
        Shaky.time = OLD + timedelta(hours=5)
        SandboxDirect.charge(
            Direct(),
            handle=lost.handle,
            amount=lost.amount,
            currency=lost.currency,
            reference=str(lost.invoice.reference),
            customer=str(lost.invoice.client_id),
            token=lost.method.token,
        )
    else:
        Sandbox().execute(handle=lost.handle, key=str(lost.pk), token=lost.method.token)


def walk(now: datetime) -> None:
    """Every verb that moves money or reads what moved. Started again later it goes on with what is left."""
    Shaky.time = now
    for verb, name, asked in _acts():
        with suppress(RuleError):
            verb(invoice=of(name), actor="Nan", now=now, **asked)
    _transfers(now)
    emails.send_due(now=now, limit=LETTERS)
    for name in TOLD:
        _tell(name, of(name).collection, now)
    with suppress(ValueError):
        webhooks.receive(_gateway(), account=None, body=b"", signature="", now=now)
    Shaky.silent = "lookup"
    gateway_events.apply_events(now=now)
    Shaky.silent = ""
    gateway_events.apply_events(now=now)
    with _refused('INSERT INTO "billing_payment"'):
        resolve_charges(now=now)
    Shaky.silent = "refunds"
    refund.carry_out_refunds(now=now)
    Shaky.silent = ""
    run_billing(now=now, door="test")
    resolve_charges(now=now + timedelta(minutes=3))
    refund.carry_out_refunds(now=now + timedelta(minutes=15))
    run_scheduled(now=now + timedelta(minutes=20))
    _certificates(now + timedelta(minutes=20))
    emails.send_due(now=now + timedelta(minutes=20), limit=LETTERS)


def _transfers(now: datetime) -> None:
    """What the bank's statement says, and what was recorded by mistake."""
    line = models.BankStatementLine.objects.get(fingerprint=BY_LINE)
    statement_lines.store_lines(business=line.business, lines=[line], now=now)
    with suppress(RuleError):
        statement_lines.match_line(line=line, invoice=of(BY_LINE), actor="Nan", now=now)
    with suppress(RuleError):
        payment = of(BY_MISTAKE).payments.get(reference__endswith=BY_MISTAKE)
        take_back.take_back_payment(payment=payment, reason="R", actor="Nan", now=now)


def _certificates(now: datetime) -> None:
    """They are asked for, and come."""
    for paper in models.WithholdingCertificate.objects.filter(state=CertificateState.OWED):
        transfers.request_certificate(certificate=paper, now=now)
        transfers.receive_certificate(certificate=paper, number="1", on=now.date(), now=now)


def _acts() -> Iterator[tuple[Callable[..., object], str, dict[str, Any]]]:
    """What people ask for now: the verb, whose first invoice, and the rest; some of it is refused."""
    why = {"reason": "R"}
    for name in ("void", "void action", "void late", "void no card", "declined void"):
        yield cancel_invoice.void_invoice, name, why
    yield cancel_invoice.write_off_invoice, "written off", why
    for name in ("reduced", "zombie reduced"):
        yield cancel_invoice.reduce_invoice, name, why | {"amount": 1_000}
    for name, amount in {
        "part": 1_000_00,
        "withheld": 2_910_00,
        "transfer late": 3_000_00,
        BY_BANK: 3_000_00,
    }.items():
        yield (
            transfers.record_transfer,
            name,
            {"amount": amount, "on": NOW.date(), "reference": name},
        )
    for name in ("refunded", BY_BANK, "away paid", "stale"):
        yield refund.refund_invoice, name, why | {"amount": 500_00, "to_card": True}
    yield refund.refund_invoice, "paid out", why | {"amount": 500_00, "to_card": False}
    for amount in (
        300_00,
        9_000_00,
        2_000_00,
    ):  # what is held, more than was paid, more than is held
        yield refund.refund_credit, "paid out", {"amount": amount}
    yield cancel_invoice.void_invoice, "refunded", why


def _tell(name: str, row: models.Collection, now: datetime) -> None:
    """A notice of the gateway, twice, and one about an object that is not ours."""
    own = row.handle or "no handle any more"
    for event, handle in ((name, own), (name, own), ("other", "pi_other")):
        body = json.dumps({"id": f"evt {event}", "handle": handle}).encode()
        signature = processor().sign(body)
        webhooks.receive(_gateway(), account=None, body=body, signature=signature, now=now)


def _gateway() -> Any:
    return processor()()


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


def recover(now: datetime) -> datetime:
    """Nobody dies any more, clients save good cards and transfer what is open, certificates come, and three weeks
    pass; the day it then is.
    """
    Shaky.is_calm = True
    with suppress(RuleError):  # if it is written down already
        came = {"amount": 3_000_00, "on": NOW.date(), "reference": BY_BANK, "actor": "Nan"}
        transfers.record_transfer(invoice=of(BY_BANK), now=now, **came)
    for client in Client.objects.all():
        World(client.business).card(client, "succeeds", now)
    for step in PASSING:
        now += step
        Shaky.time = now
        run_billing(now=now, door="test")
        for row in models.Collection.objects.filter(state=CollectionState.DUNNING):
            retry_now(collection=row, actor="Nan", now=now)
        _certificates(now)
        for row in models.Collection.objects.filter(state=CollectionState.SENT):
            rest = {"amount": owing.amount_owed(row.invoice), "reference": f"rest {row.pk}"}
            transfers.record_transfer(
                invoice=row.invoice, on=now.date(), actor="Nan", now=now, **rest
            )
    begun = OutboxEmail.objects.filter(state=OutboxState.WAITING, tries__gt=0)
    # Others that are due at the same instant may be sent first.
    while (waiting := begun.count()) and emails.send_due(now=now, limit=waiting):
        pass
    return now


def judge(now: datetime, killed: int) -> list[str]:
    """The gateway's ledger against our rows, our rows against each other, and what was mailed by so many killed."""
    wrong = find_contradictions(now) + _letters(killed)
    wrong += [f"the period of {row.starts_on} has no invoice" for row in issue.periods_due(now)]
    wrong += [
        f"on hold: {row.parked_because}" for row in Agreement.objects.exclude(parked_because="")
    ]
    for invoice in models.Invoice.objects.select_related("collection", "client"):
        wrong += [f"{invoice.client.name}: {words}" for words in _invoice(invoice)]
    payments, refunds = processor().payments.objects, processor().refund_rows.objects
    took = payments.filter(status=Outcome.SUCCEEDED).values_list("handle", "amount")
    wrote = models.Payment.objects.exclude(gateway=BANK_TRANSFER).values_list("reference", "amount")
    wrong += [f"taken or written down, not both: {each}" for each in sorted(set(took) ^ set(wrote))]
    gave = refunds.filter(status="succeeded").values_list("key", "amount")
    back = models.Refund.objects.filter(state=RefundState.SUCCEEDED).exclude(
        payment__gateway=BANK_TRANSFER
    )
    ours = {(str(pk), amount) for pk, amount in back.values_list("pk", "amount")}
    wrong += [f"given back or written down, not both: {each}" for each in sorted(set(gave) ^ ours)]
    waits = models.Refund.objects.exclude(state__in=(RefundState.SUCCEEDED, RefundState.FAILED))
    late = waits.exclude(payment__invoice__client__name__in=("refund late", "refund pending"))
    return wrong + [f"a refund of {row.amount} is {row.state}" for row in late]


def _letters(killed: int) -> list[str]:
    """Each email that was begun was sent, once; whoever was killed may have sent one more without a note."""
    log = Delivered.log
    sent = Counter(log.read_text().split() if log.exists() else [])
    begun = OutboxEmail.objects.filter(tries__gt=0)
    wrong = [
        f"the {row.kind} email is {row.state}" for row in begun.exclude(state=OutboxState.SENT)
    ]
    if len(sent) != begun.count():
        wrong.append(f"{len(sent)} emails arrived, {begun.count()} were begun")
    if sent.total() - len(sent) > killed:
        wrong.append(
            f"{sent.total() - len(sent)} emails arrived again, {killed} processes were killed"
        )
    return wrong


def _invoice(invoice: models.Invoice) -> Iterator[str]:
    payments = list(processor().payments.objects.filter(invoice_ref=str(invoice.reference)))
    taken = [each for each in payments if each.status == Outcome.SUCCEEDED]
    charges = list(models.Charge.objects.filter(invoice=invoice).values_list("state", flat=True))
    executed = sum(each.executions for each in payments)
    if len(taken) > 1:
        yield f"was charged {len(taken)} times"
    if len(taken) != charges.count(ChargeState.SUCCEEDED):
        yield f"{len(taken)} were taken, the charges are {charges}"
    if (
        not charges.count(ChargeState.SUCCEEDED) + charges.count(ChargeState.FAILED)
        <= executed
        <= len(charges)
    ):
        yield f"was executed {executed} times, the charges are {charges}"
    if taken and invoice.state != InvoiceState.PAID:
        yield f"was charged and is {invoice.state}"
    if models.Collection.objects.get(invoice=invoice).state != CollectionState.DONE:
        yield f"is stuck: {invoice.collection.state} {invoice.collection.reason}"

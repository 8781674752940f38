"""The people of `bin/test soak`, what its clients do, and the judgement: three ledgers that must say the same."""

import json
import random
import re
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

from agreements.models import Agreement
from billing.books.invariants import find_contradictions
from billing.gateways import webhooks
from billing.gateways.sandbox.gateway import Sandbox, sign
from billing.gateways.sandbox.models import SandboxIntent
from billing.models import Charge, Collection, Invoice, Payment, PaymentMethod
from billing.rules.states import ChargeState, InvoiceState
from core import nudge
from core.models import OutboxEmail
from core.models.outbox import OutboxState
from tests.faults.soak_process import TAKEN
from tests.world import World

CARDS = (
    ("succeeds",) * 4
    + ("lost_answer",) * 2
    + ("insufficient_funds", "lost_card", "requires_action")
)
LETTER = re.compile(rb"^Message-ID: <([^@.]+)[.]", re.MULTILINE)


def people(dice: random.Random, first: datetime, every: float, count: int) -> None:
    """Four studios whose retainers fall due one after the other, each with a card."""
    with nudge.muted():
        worlds = [World() for _ in range(4)]
        now = timezone.now()
        for n in range(count):
            world = worlds[n % 4]
            opens_at = first + timedelta(seconds=n * every)
            client, when = world.client(f"Client {n}"), {"opens_at": opens_at, "signed_at": None}
            world.running(client, dice.choice(CARDS), now, **when)


def clients_answer() -> None:
    """Whoever was declined saves a better card; whoever is asked to confirm does, and a signed notice tells of it."""
    now = timezone.now()
    failed = Charge.objects.filter(state=ChargeState.FAILED, invoice__state=InvoiceState.OPEN)
    declined = failed.filter(method__removed_at__isnull=True).values("method")
    for method in PaymentMethod.objects.filter(pk__in=declined).select_related("client__business"):
        World(method.client.business).card(method.client, "succeeds", now)
    for intent in SandboxIntent.objects.filter(status="requires_action"):
        SandboxIntent.objects.filter(pk=intent.pk).update(status="succeeded")
        body = json.dumps({"id": str(uuid.uuid4()), "handle": intent.pk}).encode()
        webhooks.receive(Sandbox(), account=None, body=body, signature=sign(body), now=now)


def unpaid() -> int:
    return Agreement.objects.count() - Invoice.objects.filter(state=InvoiceState.PAID).count()


def unsent() -> int:
    return OutboxEmail.objects.filter(
        state=OutboxState.WAITING, next_at__lte=timezone.now()
    ).count()


def waits() -> list[str]:
    """Why what is not paid is not paid."""
    now = timezone.now()
    found = Counter(["no invoice"] * Agreement.objects.filter(invoices__isnull=True).count())
    for row in Collection.objects.filter(invoice__state=InvoiceState.OPEN):
        leased = row.state == "ready" and row.lease_until and row.lease_until > now
        until = row.lease_until if leased else row.next_at
        seconds = f"{(until - now).total_seconds():.0f} s" if until else "ever"
        found[
            f"{'leased' if leased else row.state}, {row.lookups} look-ups, for {seconds} more"
        ] += 1
    return [f"{number} {words}" for words, number in sorted(found.items())]


def judge(folder: Path) -> dict[str, list[str]]:
    """What was lost, what doubled, and what else is broken."""
    taken = {row.handle: row for row in SandboxIntent.objects.filter(status="succeeded")}
    return {
        "lost": list(_lost(taken, folder)),
        "doubled": list(_doubled(taken, folder)),
        "broken": [*find_contradictions(timezone.now()), *_papers()],
    }


def _lost(taken: dict[str, SandboxIntent], folder: Path) -> Iterator[str]:
    """Taken and not written down, written down and not taken, or with another sum."""
    theirs = {(row.handle, row.invoice_ref, row.amount, row.currency) for row in taken.values()}
    ours = {
        (row.reference, str(row.invoice.reference), row.amount, row.currency)
        for row in Payment.objects.select_related("invoice")
    }
    yield from (f"{each} is in one ledger only" for each in sorted(theirs ^ ours))
    for handle, invoice, _ in witnessed(folder):
        if handle not in taken:
            yield f"{handle} for invoice {invoice} was taken, and the database has forgotten it"


def _doubled(taken: dict[str, SandboxIntent], folder: Path) -> Iterator[str]:
    handles = {(row.invoice_ref, handle) for handle, row in taken.items()}
    handles |= {(invoice, handle) for handle, invoice, _ in witnessed(folder)}
    for invoice, times in Counter(invoice for invoice, _ in handles).items():
        if times > 1:
            yield f"invoice {invoice} was charged {times} times"
    keys = Counter(handle for handle, _ in {(handle, key) for handle, _, key in witnessed(folder)})
    yield from (
        f"{handle} was taken by {times} keys" for handle, times in keys.items() if times > 1
    )
    for letter, (sent, tries) in letters(folder).items():
        if sent > tries:
            yield f"letter {letter} was sent {sent} times and claimed {tries} times"


def _papers() -> Iterator[str]:
    """One paid invoice and one receipt for each agreement."""
    invoices = Counter(Invoice.objects.values_list("agreement", flat=True))
    for pk in Agreement.objects.values_list("pk", flat=True):
        if invoices[pk] != 1:
            yield f"agreement {pk} has {invoices[pk]} invoices"
    receipts = Counter(OutboxEmail.objects.filter(kind="receipt").values_list("ref", flat=True))
    payments = Counter(str(pk) for pk in Payment.objects.values_list("pk", flat=True))
    yield from (
        f"{ref} has not one payment and one receipt"
        for ref in (receipts - payments) + (payments - receipts)
    )


def witnessed(folder: Path) -> list[tuple[str, str, str]]:
    """(handle, invoice, key) of what the processor took, as it wrote down outside the database."""
    file = folder / TAKEN
    lines = file.read_text().splitlines() if file.exists() else []
    return [(handle, invoice, key) for handle, invoice, key in (line.split() for line in lines)]


def letters(folder: Path) -> dict[str, tuple[int, int]]:
    """Each letter that left: how often, and how often a worker claimed it."""
    sent = Counter(
        found.decode()
        for file in (folder / "mail").glob("*")
        for found in LETTER.findall(file.read_bytes())
    )
    tries = {str(pk): tries for pk, tries in OutboxEmail.objects.values_list("pk", "tries")}
    return {letter: (times, tries.get(letter, 0)) for letter, times in sent.items()}

"""One seeded life of a few invoices against a misbehaving bank, with kills and two of everything (docs/charging.md).

Seeds take turns: an even one charges at a prepared gateway, an odd one at a direct gateway.

It drives the project's own verbs on the project's own models. A kill is an exception at any SQL statement or
gateway call; a second worker is a whole verb that runs inside the first one's pause, wherever no transaction is
open. Each seed lives inside a transaction that is taken back at the end; in some of them the storage goes back
to an earlier state (tests/faults/going_back.py).
"""

import random
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from unittest.mock import patch

from django.db import OperationalError, connection, transaction
from django.test import override_settings

from agreements.changing import amend
from agreements.models import Agreement, Period, Proposal, Upgrade
from agreements.signing import sign
from billing.books.invariants import find_contradictions
from billing.charging import cancel_invoice, collect, gateway_events, parallel_calls, resolve, retry
from billing.charging.reconcile import reconcile
from billing.charging.refund import carry_out_refunds, refund_invoice
from billing.invoices import upgrade_invoice
from billing.models import (
    Collection,
    GatewayEvent,
    Invoice,
    JournalEntry,
    Payment,
    PaymentMethod,
    Refund,
)
from billing.models.journal import Account
from billing.recovery import compare
from billing.rules.method_kinds import MethodKind
from billing.rules.states import CollectionState, InvoiceState
from billing.runs import billing_run
from clients.models import Client, Contact
from core import nudge
from core.continuity import outside, standing
from core.dates import local_instant
from core.errors import RuleError, StandsStill
from core.models import Business, OutboxEmail
from tests import gateways
from tests.factories import BusinessFactory
from tests.faults import going_back
from tests.faults.bank import CARDS, DEBITS, Bank, DirectBank
from tests.faults.going_back import Storage

START = datetime(2027, 1, 28, 0, 30, tzinfo=UTC)
DAYS = 16
#: What people do; after a request that got no answer it matters most what they do about it.
ACTS = (
    "there",
    "there",
    "card",
    "retry",
    "void",
    "write_off",
    "refund",
    "refund",
    "upgrade",
    "upgrade",
)
ACTS_IN_SILENCE = ("card", "retry", "void", "void", "write_off")
BUSY, BUSY_IN_SILENCE = 0.2, 0.5  # the share of moments at which someone does something
ZONES = ("UTC", "Asia/Bangkok", "America/New_York", "Pacific/Auckland", "Asia/Kolkata")


class Killed(BaseException):
    """The process died here."""


@dataclass
class Life:
    """One seed. `now` is the world's clock; each verb may see it a little wrong."""

    seed: int
    dice: random.Random = field(init=False)
    now: datetime = START
    bank: Bank | DirectBank = field(init=False)
    kills: int = 0
    events: int = 0
    depth: int = 0
    quick: int = 0  # calls under way that may take no time
    calm: bool = False
    by_hand: int = 0
    surprises: list[str] = field(default_factory=list)
    storage: Storage = field(init=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        trouble = self.dice.choice([0, 0.1, 0.3, 0.5])
        kind = DirectBank if self.seed % 2 else Bank
        self.bank = kind(self.dice, self.now, trouble=trouble, between=self.pause)
        self.storage = Storage(self.dice, goes_back=self.dice.random() < 0.4)
        # Nothing may depend on webhooks: in every other life hardly any arrives.
        self.bank.tells = self.dice.choice([(0, 1, 1, 2), (0, 0, 0, 1)])
        self.kill_share = self.dice.choice([0, 0.002, 0.01, 0.03])

    # --- the world ------------------------------------------------------------------------------------------

    def people(self) -> None:
        """Two businesses, a few running agreements, a card each.

        A walk of the jobs costs as much for one agreement as for several, and each of them is a chance.
        """
        for n in range(2):
            business = BusinessFactory(name=f"Studio {n}", time_zone=self.dice.choice(ZONES))
            for m in range(self.dice.randint(2, 4)):
                self.agreement(business, f"{n}{m}")

    def agreement(self, business: Business, name: str) -> Agreement:
        client = Client.objects.create(
            business=business, name=f"Client {name}", time_zone=self.dice.choice(ZONES)
        )
        contact = Contact.objects.create(
            business=business,
            client=client,
            name="Ploy",
            email=f"p{name}@x.example",
            is_decision_maker=True,
        )
        starts_on = date(2027, 1, 28) + timedelta(days=self.dice.randint(0, 5))
        proposal = Proposal.objects.create(
            business=business,
            client=client,
            contact=contact,
            title="Retainer",
            currency="USD",
            starts_on=starts_on,
        )
        if self.dice.random() < 0.9:
            self.card(client)
        return Agreement.objects.create(
            business=business,
            client=client,
            contact=contact,
            proposal=proposal,
            state="active",
            title="Retainer",
            tier={"name": "Growth", "deliverables": []},
            terms={},
            terms_hash="x",
            currency="USD",
            amount=self.dice.choice([300_000, 500_000, 123_457]),
            minutes=60,
            starts_on=starts_on,
            anchor_day=starts_on.day,
            time_zone=client.time_zone,
            signed_at=START,
            taxes=self.dice.choice([[], [{"name": "VAT", "percent": "7"}]]),
            opens_at=local_instant(starts_on, 0, client.time_zone),
        )

    def card(self, client: Client, kind: str = "") -> None:
        """As `saved_cards.finish_setup` keeps one: in the place of the one in use, and what waited for one is due."""
        from billing.charging.saved_cards import _take_up

        kind = kind or self.dice.choice((*CARDS, *DEBITS))
        with transaction.atomic():
            PaymentMethod.objects.filter(client=client, removed_at__isnull=True).update(
                removed_at=self.now
            )
            PaymentMethod.objects.create(
                business_id=client.business_id,
                client=client,
                gateway=self.bank.name,
                token=f"{kind}:{uuid.uuid4().hex}",
                kind=MethodKind.ACH if kind in DEBITS else MethodKind.CARD,
                brand="Visa",
                last4="4242",
                created_at=self.now,
            )
            _take_up(client, self.now)

    # --- what goes wrong ------------------------------------------------------------------------------------

    def statement(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """Around each SQL statement: the process may die before or after it, or the database say no."""
        if self.calm or sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            return execute(sql, params, many, context)
        self.unmark()
        self.die()
        if self.dice.random() < self.kill_share / 4:
            raise OperationalError("the database went away")
        done = execute(sql, params, many, context)
        self.die()
        return done

    def die(self) -> None:
        if self.dice.random() < self.kill_share:
            self.kills += 1
            raise Killed

    def pause(self, may_last: bool) -> None:
        """Around each gateway call: the process may die, or be held up; another worker may run meanwhile."""
        assert not connection.savepoint_ids, "a transaction is open while a gateway is asked"
        if self.calm:
            return
        self.die()
        self.quick += not may_last
        try:
            if not self.quick and self.dice.random() < 0.02:
                self.pass_time(self.dice.choice([1, 11, 180, 1800]))
            if self.depth < 2 and self.dice.random() < 0.15:
                self.depth += 1
                try:
                    self.work()
                finally:
                    self.depth -= 1
        finally:
            self.quick -= not may_last

    def pass_time(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.bank.pass_time(self.now)

    # --- what happens ---------------------------------------------------------------------------------------

    def attempt(self, verb: Callable[[], Any]) -> None:
        self.events += 1
        with suppress(Killed, OperationalError, RuleError):
            verb()
        self.unmark()

    def unmark(self) -> None:
        """An error outside a transaction breaks none, but the one around the whole seed is marked as broken."""
        if not connection.savepoint_ids:
            connection.needs_rollback = False

    def clock(self) -> datetime:
        """What a worker's clock says: right, a little off, or days behind."""
        if self.calm:
            return self.now
        off = self.dice.choice([0, 0, 0, 0, 0, -3, 4, -60, -4320])
        return self.now + timedelta(minutes=off)

    def work(self) -> None:
        """A worker's task: the run, the resolver, or a webhook."""
        job = self.dice.choice(["bill", "bill", "resolve", "hook"])
        at = self.clock()
        if job == "bill":
            self.attempt(lambda: billing_run.run_billing(now=at, door="test"))
        elif job == "resolve":
            self.attempt(lambda: self.resolve(at))
        else:
            self.attempt(self.hook)

    def resolve(self, at: datetime) -> None:
        standing.advance(now=at)
        gateway_events.apply_events(now=at)
        resolve.resolve_charges(now=at)
        carry_out_refunds(now=at)

    def hook(self) -> None:
        due = [each for each in self.bank.hooks if each[0] <= self.now]
        if not due:
            return
        at, handle = self.dice.choice(due)
        if self.dice.random() < 0.7:
            self.bank.hooks.remove((at, handle))
        GatewayEvent.objects.get_or_create(
            gateway=self.bank.name,
            account=None,
            event_id=f"{handle}:{at}",
            defaults={"handle": handle, "body": b"", "received_at": self.now},
        )

    def person(self) -> None:
        """The owner or a client does something."""
        invoices = list(
            Invoice.objects.order_by("number", "business__name").select_related(
                "collection", "client"
            )
        )
        if not invoices:
            return
        invoice, acts = self.dice.choice(invoices), ACTS
        silent = [each for each in invoices if str(each.reference) == self.bank.silent_about]
        if silent and self.dice.random() < 0.8:
            invoice, acts = silent[0], ACTS_IN_SILENCE
        what = self.dice.choice(acts)
        self.by_hand += 1
        if what == "there":
            self.bank.elsewhere.something(self.bank)
        elif what == "card":
            self.attempt(lambda: self.card(invoice.client))
        elif what == "retry":
            self.attempt(
                lambda: retry.retry_now(collection=invoice.collection, actor="Nan", now=self.now)
            )
        elif what == "upgrade":
            self.attempt(lambda: self.upgrade(invoice.agreement))
        elif what == "refund":
            part = max(1, invoice.total // self.dice.choice([1, 2, 3]))
            kept = self.dice.random() < 0.7
            self.attempt(
                lambda: refund_invoice(
                    invoice=invoice,
                    amount=part,
                    reason="R",
                    actor="Nan",
                    to_card=kept,
                    now=self.now,
                )
            )
        else:
            verb = (
                cancel_invoice.void_invoice if what == "void" else cancel_invoice.write_off_invoice
            )
            self.attempt(lambda: verb(invoice=invoice, reason="R", actor="Nan", now=self.now))

    def upgrade(self, agreement: Agreement) -> None:
        """A dearer tier from today on, signed at once; the paper is not printed."""
        amount = agreement.amount * self.dice.choice([2, 3])
        change = amend.Change(amend.AmendmentKind.TIER, self.now.date(), amount=amount)
        with transaction.atomic():
            row = upgrade_invoice.draft_upgrade(agreement=agreement, change=change, now=self.now)
            row.save(force_insert=True)
            sign._complete(row, self.now)

    def surprised(self, said: str) -> None:
        """Billing takes an error it did not foresee for a lost answer: it is a mistake, unless the seed made it."""
        error = sys.exc_info()[1]
        if not isinstance(error, OperationalError):
            self.surprises.append(repr(error))

    # --- the whole ------------------------------------------------------------------------------------------

    def live(self) -> list[str]:
        """The whole life; the contradictions at its end."""
        self.calm = True
        self.people()
        standing.advance(now=self.now)
        self.calm = False
        end = START + timedelta(days=DAYS)
        while self.now < end:
            silent = bool(self.bank.silent_about)
            self.pass_time(self.dice.choice([10, 120, 700] if silent else [1, 10, 120, 700, 1900]))
            self.calm = True
            self.storage.perhaps()
            self.calm = False
            self.work()
            if self.dice.random() < 0.5:
                self.attempt(lambda: self.storage.look_after(self.now))
            if self.dice.random() < (BUSY_IN_SILENCE if silent else BUSY):
                self.attempt(self.person)
                self.attempt(lambda: self.resolve(self.now))  # what people do wakes a worker
        self.recover()
        return self.judge()

    def recover(self) -> None:
        """The faults stop, clients save good cards, and 25 days pass."""
        self.calm = True
        self.bank.trouble = 0
        for client in Client.objects.all():
            self.card(client, "good")
        Agreement.objects.update(opens_at=None)
        if self.storage.went_back:
            self.try_again()
        self.storage.look_after(self.now)
        for left, hours in reversed([*enumerate((24 * 7, 24 * 7, 24 * 7, 48, 48, 24, 1, 0))]):
            self.bank.elsewhere.is_over = not left  # what was returned before is charged meanwhile
            self.pass_time(hours * 60)
            for at, _handle in list(self.bank.hooks):
                if at <= self.now:
                    self.hook()
            self.bill_or_stand_still()
            if self.storage.went_back:
                self.try_again()
            if self.bank.elsewhere.returned(self.bank):
                self.charge_what_was_returned()

    def charge_what_was_returned(self) -> None:
        """The daily comparison finds returns, and the owner has what they left open charged again."""
        reconcile(now=self.now, window=timedelta(days=60))
        for row in Collection.objects.filter(state=CollectionState.DUNNING, reason="returned"):
            retry.retry_now(collection=row, actor="Nan", now=self.now)
        self.bill_or_stand_still()

    def try_again(self) -> None:
        """The owner has what waits for a decision charged: a decline that is found again means nothing."""
        self.storage.look_after(self.now)
        for row in Collection.objects.filter(state=CollectionState.DUNNING):
            retry.retry_now(collection=row, actor="Nan", now=self.now)

    def bill_or_stand_still(self) -> None:
        """The doubt may come up only now: then somebody looks after it, and billing goes on."""
        try:
            billing_run.run_billing(now=self.now, door="test")
        except StandsStill:
            self.storage.look_after(self.now)
            billing_run.run_billing(now=self.now, door="test")

    def judge(self) -> list[str]:
        """The bank's ledger against our rows."""
        # What no webhook told of is found by the daily comparison, which books it.
        said = reconcile(now=self.now, window=timedelta(days=60))
        lost = [row.handle for row in compare.open_objects()]  # a person was told of these
        wrong = [each for each in said if not any(handle in each for handle in lost)]
        wrong += find_contradictions(self.now) + self.surprises + self.bank.elsewhere.wrong
        returned = self.bank.elsewhere.returned(self.bank)
        wrong += going_back.judge(self.storage, self.bank.taken, returned)
        for invoice in Invoice.objects.select_related("period", "collection"):
            wrong += self._invoice(invoice)
        receipts = OutboxEmail.objects.filter(kind="receipt").count()
        if receipts != Payment.objects.count():
            wrong.append(f"{receipts} receipts for {Payment.objects.count()} payments")
        stuck = Refund.objects.filter(state__in=("sent", "unknown"), next_at__isnull=False)
        wrong += [f"refund {pk} is stuck" for pk in stuck.values_list("pk", flat=True)]
        ours = sum(Payment.objects.values_list("amount", flat=True))
        ours += going_back.not_in_the_books()
        if ours != sum(amount for _, _, amount, _ in self.bank.taken):
            wrong.append(
                f"the bank took {sum(t[2] for t in self.bank.taken)}, we wrote down {ours}"
            )
        back = sum(Refund.objects.filter(state="succeeded").values_list("amount", flat=True))
        theirs = self.bank.elsewhere.back(self.bank, lost)
        if back != theirs:
            wrong.append(f"the bank gave back {theirs}, we wrote down {back}")
        cash = self.balance("debit") - self.balance("credit")
        there = ours - going_back.not_in_the_books() - theirs - self.bank.elsewhere.withdrawn(lost)
        if cash != there:
            wrong.append(f"the account at the bank holds {there}, our cash is {cash}")
        due = Period.objects.filter(state="due", due_at__lte=self.now, agreement__parked_because="")
        wrong += [f"period {pk} was never invoiced" for pk in due.values_list("pk", flat=True)]
        waits = Upgrade.objects.filter(state="due", agreement__parked_because="")
        wrong += [f"upgrade {pk} was never invoiced" for pk in waits.values_list("pk", flat=True)]
        return wrong

    def balance(self, side: str) -> int:
        """What was booked on that side of the account in which clients' money is."""
        rows = JournalEntry.objects.filter(**{side: Account.CASH})
        return sum(rows.values_list("amount", flat=True))

    def _invoice(self, invoice: Invoice) -> Iterator[str]:
        taken = [
            (amount, at) for _, ref, amount, at in self.bank.taken if ref == str(invoice.reference)
        ]
        total = sum(amount for amount, _ in taken)
        # A request that arrives after it was given up is no try of ours.
        given_up = invoice.charges.filter(state="void").count()
        theirs = [each for each in self.bank.ledger if each.reference == str(invoice.reference)]
        tries = sum(len(each.executed) for each in theirs)
        if tries - given_up > 5 + self.by_hand + 1:
            yield f"{invoice.number} was tried {tries} times, {given_up} of them given up"
        paid = sum(invoice.payments.values_list("amount", flat=True))
        kept = len(taken) - self.bank.elsewhere.returned(self.bank).count(str(invoice.reference))
        if kept > 1:
            yield f"{invoice.number} was charged {len(taken)} times, of which {kept} were kept"
        if total != paid:
            yield f"{invoice.number}: the bank took {total}, we wrote down {paid}"
        if kept > 0 and invoice.state != InvoiceState.PAID:
            yield f"{invoice.number} is {invoice.state} and was charged"
        if any(at < invoice.period.due_at - timedelta(minutes=5) for _, at in taken):
            yield f"{invoice.number} was charged before it was due"
        if invoice.collection.state != CollectionState.DONE:
            yield f"{invoice.number} is stuck: {invoice.collection.state} {invoice.collection.reason}"


@contextmanager
def stage(life: Life) -> Iterator[None]:
    """The bank in its place, the doorbell silent, SQL watched; everything is taken back afterwards."""
    with ExitStack() as stack:
        stack.enter_context(override_settings(GATEWAY=life.bank.name, DEBUG=False))
        # The same seed is the same life again: ids and the clock within a run come from it as well.
        stack.enter_context(patch("os.urandom", random.Random(life.seed).randbytes))
        stack.enter_context(patch("core.database.ids.time_ns", count(10**18, 10**6).__next__))
        stack.enter_context(patch.object(collect, "_clock", lambda now: lambda: now))
        stack.enter_context(patch.object(collect, "_seconds", lambda: int(life.now.timestamp())))
        stack.enter_context(patch.object(parallel_calls.log, "exception", life.surprised))
        stack.enter_context(nudge.muted())
        stack.enter_context(patch.object(outside, "stores", lambda: [life.storage.outside]))
        bank = gateways.kind(life.bank.name, lambda: life.bank)
        stack.enter_context(gateways.registered(bank))
        with transaction.atomic():
            with connection.execute_wrapper(life.statement):
                yield
            transaction.set_rollback(True)


def simulate(seed: int) -> tuple[Life, list[str]]:
    """One seed: its life, and what was wrong at the end."""
    life = Life(seed)
    with stage(life):
        return life, life.live()

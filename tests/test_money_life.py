"""Whatever happens to two retainers, in whatever order, the money always adds up (rules 11 to 24).

A state machine does at random what people, cards, banks and time do. After every step the books
must be consistent.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from agreements.changing import amend, pause
from agreements.models import Agreement, Amendment, Pause, Period
from agreements.running import effective_terms
from agreements.signing import unsigned_documents
from agreements.tests.test_signers import sign_as
from billing.bank_transfer import transfers
from billing.books import ledger, owing
from billing.books.invariants import find_contradictions
from billing.charging import cancel_invoice, gateway_events, refund, retry
from billing.gateways.sandbox.cards import Behaviour
from billing.gateways.sandbox.gateway import confirm, contest
from billing.gateways.sandbox.models import SandboxDispute, SandboxIntent, SandboxRefund
from billing.invoices import upgrade_invoice
from billing.models import Collection, CreditNote, Invoice, Payment, Refund, WithholdingCertificate
from billing.runs import hold
from billing.runs.billing_run import run_billing
from core import nudge
from core.dates import local_day
from core.errors import RuleError
from tests.world import NOW, World

pytestmark = pytest.mark.proof
VAT = [{"name": "VAT", "percent": "7"}]
BOTH = st.integers(0, 1)
ANY = st.integers(0, 20)
SHARES = st.sampled_from([1, 2, 3, 7])  # all of it, a half, a third, a seventh
done: Counter[str] = Counter()


def there_is(model: Any, **where: Any) -> Callable[["MoneyLife"], bool]:
    """A precondition: the step has something to act on."""
    return lambda life: bool(model.objects.filter(**where).exists())


class MoneyLife(RuleBasedStateMachine):
    """One business with two clients: one pays by card, one by transfer with withholding.

    `now` is the time after the last step.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(nudge.muted())
        self.stack.enter_context(transaction.atomic())
        self.now: datetime = NOW
        self.world = World()
        self.agreements = [
            self.world.running(taxes=VAT, starts_on=NOW.date()),
            self.world.running(
                self.world.client("Siam Tea"),
                starts_on=date(2026, 11, 16),
                taxes=VAT,
                tax_mode="inclusive",
                collect_by="transfer",
                withholding_percent=Decimal(3),
                amount=32_100_00,
            ),
        ]
        self.transfers = 0
        self.walk()

    def teardown(self) -> None:
        try:
            self.come_to_rest()
        finally:
            transaction.set_rollback(True)
            self.stack.close()

    # --- what people can choose from --------------------------------------------------------------

    def walk(self) -> None:
        pause.resume_due(now=self.now)
        unsigned_documents.expire_due(now=self.now)
        run_billing(now=self.now, door="test")

    def attempt(self, verb: Callable[..., Any], **what: Any) -> None:
        """Call a function, which may be refused by a rule; count those that were ever allowed."""
        try:
            verb(now=self.now, **what)
        except RuleError:
            return
        done[verb.__name__] += 1

    def pick(self, which: int, *states: str) -> Invoice | None:
        rows = (
            Invoice.objects.filter(state__in=states)
            .order_by("seq")
            .select_related("collection", "client")
        )
        return rows[which % len(rows)] if rows else None

    def agreement(self, which: int) -> Agreement:
        self.agreements[which].refresh_from_db()
        return self.agreements[which]

    # --- time -------------------------------------------------------------------------------------

    @rule(kind=st.sampled_from([*Behaviour, Behaviour.ACTION]))
    def the_next_period_comes(self, kind: Behaviour) -> None:
        """Let time pass, while something happens to the client's card."""
        self.world.card(self.agreements[0].client, kind, self.now)
        done[kind] += 1
        opens = [at for row in (self.agreement(0), self.agreement(1)) if (at := row.opens_at)]
        self.now = max(self.now, min(opens) + timedelta(hours=9))
        self.walk()

    @rule(hours=st.sampled_from([0, 1, 26, 80]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.walk()

    @rule()
    def nothing_ran_for_ten_weeks(self) -> None:
        self.now += timedelta(weeks=10)
        self.walk()
        done["parked"] += Agreement.objects.exclude(parked_because="").count()

    # --- clients ----------------------------------------------------------------------------------

    @precondition(there_is(Collection, state__in=("ready", "wait", "dunning")))
    @rule(kind=st.sampled_from(list(Behaviour)))
    def a_client_saves_a_card(self, kind: Behaviour) -> None:
        self.world.card(self.agreements[0].client, kind, self.now)
        self.walk()

    @precondition(there_is(SandboxIntent, status="requires_action"))
    @rule()
    def a_client_confirms_at_their_bank(self) -> None:
        for handle in SandboxIntent.objects.filter(status="requires_action").values_list(
            "pk", flat=True
        ):
            done["confirmed"] += confirm(handle)
            gateway_events.read_gateway_object("sandbox", handle, account=None, now=self.now)

    @precondition(there_is(Invoice, state="open"))
    @rule(which=ANY, share=SHARES, keeps_back=st.booleans(), again=st.booleans())
    def a_transfer_arrives(self, which: int, share: int, keeps_back: bool, again: bool) -> None:
        invoice = self.pick(which, "open")
        if invoice is None:
            return
        self.transfers += not again
        left = owing.amount_owed(invoice)
        amount = (
            left - owing.withholding_allowed(invoice)
            if keeps_back
            else left // share + (share == 7)
        )
        self.attempt(
            transfers.record_transfer,
            invoice=invoice,
            amount=amount,
            on=self.now.date(),
            reference=f"{self.transfers}",
            actor="Nan",
        )

    @precondition(there_is(WithholdingCertificate, state="owed"))
    @rule()
    def a_certificate_arrives(self) -> None:
        for certificate in WithholdingCertificate.objects.filter(state="owed")[:1]:
            self.attempt(
                transfers.receive_certificate,
                certificate=certificate,
                number="7",
                on=self.now.date(),
            )

    @rule(which=ANY, part=st.booleans())
    def a_cardholder_contests(self, which: int, part: bool) -> None:
        contested = SandboxDispute.objects.values("intent")
        paid = (
            SandboxIntent.objects.filter(status="succeeded")
            .exclude(pk__in=contested)
            .order_by("created_at", "pk")
        )
        for intent in list(paid)[which % 3 :][:1]:
            row = contest(intent.handle)
            SandboxDispute.objects.filter(pk=row.pk).update(amount=row.amount // (1 + part))
            gateway_events.read_gateway_object("sandbox", intent.handle, account=None, now=self.now)
            done["contested"] += 1

    @precondition(there_is(SandboxDispute, status="open"))
    @rule(outcome=st.sampled_from(["won", "lost"]))
    def the_bank_decides(self, outcome: str) -> None:
        for row in SandboxDispute.objects.filter(status="open")[:1]:
            SandboxDispute.objects.filter(pk=row.pk).update(status=outcome)
            gateway_events.read_gateway_object("sandbox", row.intent, account=None, now=self.now)
            done["decided"] += 1

    # --- the owner --------------------------------------------------------------------------------

    @rule(which=ANY, share=SHARES, to_card=st.booleans())
    def the_owner_gives_money_back(self, which: int, share: int, to_card: bool) -> None:
        invoice = self.pick(which, "paid")
        if invoice:
            amount, words = invoice.total // share, {"reason": "R", "actor": "Nan"}
            self.attempt(
                refund.refund_invoice, invoice=invoice, amount=amount, to_card=to_card, **words
            )

    @precondition(there_is(CreditNote))
    @rule(which=ANY)
    def the_owner_pays_credit_out(self, which: int) -> None:
        invoice = self.pick(which, "paid", "void", "open")
        if invoice:
            amount = ledger.client_credit(invoice.client_id, invoice.currency)
            self.attempt(refund.refund_credit, invoice=invoice, amount=amount, actor="Nan")

    @precondition(there_is(Invoice, state="open"))
    @rule(which=ANY, share=SHARES)
    def the_owner_reduces_an_open_invoice(self, which: int, share: int) -> None:
        invoice = self.pick(which, "open")
        if invoice:
            words = {"reason": "R", "actor": "Nan"}
            self.attempt(
                cancel_invoice.reduce_invoice,
                invoice=invoice,
                amount=owing.amount_owed(invoice) // share,
                **words,
            )

    @precondition(there_is(Invoice, state="open"))
    @rule(
        which=ANY,
        verb=st.sampled_from([cancel_invoice.void_invoice, cancel_invoice.write_off_invoice]),
    )
    def the_owner_gives_an_invoice_up(self, which: int, verb: Callable[..., Any]) -> None:
        invoice = self.pick(which, "open")
        if invoice:
            self.attempt(verb, invoice=invoice, reason="R", actor="Nan")

    @precondition(there_is(Collection, state__in=("ready", "dunning")))
    @rule(which=ANY)
    def the_owner_tries_again(self, which: int) -> None:
        invoice = self.pick(which, "open")
        if invoice:
            self.attempt(retry.retry_now, collection=invoice.collection, actor="Nan")
            self.walk()

    @precondition(there_is(Collection, state="dunning"))
    @rule()
    def the_owner_waits(self) -> None:
        for row in Collection.objects.filter(state="dunning"):
            self.attempt(
                retry.retry_on,
                collection=row,
                until=self.now.date() + timedelta(days=3),
                actor="Nan",
            )

    @rule(who=BOTH, weeks=st.sampled_from([0, 3, 9]))
    def the_owner_pauses(self, who: int, weeks: int) -> None:
        until = self.now.date() + timedelta(weeks=weeks) if weeks else None
        words = {"reason": "R", "actor": "Nan"}
        self.attempt(
            pause.pause_agreement, agreement=self.agreement(who), resumes_on=until, **words
        )

    @rule(who=BOTH)
    def the_owner_skips_a_period(self, who: int) -> None:
        self.attempt(pause.skip_next_period, agreement=self.agreement(who), reason="R", actor="Nan")

    @precondition(there_is(Agreement, state="paused"))
    @rule(who=BOTH)
    def the_owner_goes_on(self, who: int) -> None:
        self.attempt(pause.resume_agreement, agreement=self.agreement(who), actor="Nan")

    @rule(who=BOTH, percent=st.sampled_from([-40, 25, 233]), signs=st.booleans())
    def the_tier_changes(self, who: int, percent: int, signs: bool) -> None:
        """Change the tier from the next period on; the client may leave the amendment unsigned."""
        agreement = self.agreement(who)
        days = amend.effective_days(agreement, local_day(self.now, agreement.time_zone), 1)
        if not days:
            return
        amount = amend.changed_fee(effective_terms.terms_on(agreement, days[0]).amount, percent)
        change = amend.Change(amend.AmendmentKind.TIER, days[0], amount=amount)
        self.attempt(amend.offer_amendment, agreement=agreement, change=change, actor="Nan")
        for row in Amendment.objects.filter(state="sent") if signs else ():
            with suppress(RuleError):
                sign_as(row, row.agreement.contact, self.now)
                done["amended"] += 1

    @precondition(there_is(Invoice, state="paid"))
    @rule(who=BOTH, percent=st.sampled_from([1, 25, 233]), signs=st.booleans())
    def the_tier_rises_now(self, who: int, percent: int, signs: bool) -> None:
        """Upgrade the running period for the sums shown; the client may leave it unsigned."""
        agreement = self.agreement(who)
        today = local_day(self.now, agreement.time_zone)
        change = amend.Change(
            amend.AmendmentKind.TIER,
            today,
            amount=amend.changed_fee(effective_terms.terms_on(agreement, today).amount, percent),
        )
        with suppress(RuleError):
            seen = upgrade_invoice.amounts_shown(
                upgrade_invoice.draft_upgrade(agreement=agreement, change=change, now=self.now)
            )
            upgrade_invoice.offer_upgrade(
                agreement=agreement, change=change, seen=seen, actor="Nan", now=self.now
            )
            done["offered_now"] += 1
        for row in Amendment.objects.filter(state="sent", agreement=agreement) if signs else ():
            with suppress(RuleError):
                sign_as(row, row.agreement.contact, self.now)
                done["upgraded"] += bool(row.now)
        self.walk()

    @rule(who=BOTH)
    def the_owner_parks(self, who: int) -> None:
        self.attempt(
            hold.hold_billing, agreement=self.agreement(who), reason="Ask first", actor="Nan"
        )

    @precondition(there_is(Agreement, parked_because__gt=""))
    @rule(who=BOTH, how=st.sampled_from(["bill", "skip"]))
    def the_owner_releases(self, who: int, how: str) -> None:
        self.attempt(hold.resume_billing, agreement=self.agreement(who), how=how, actor="Nan")
        self.walk()

    # --- what always holds ------------------------------------------------------------------------

    @invariant()
    def nothing_contradicts(self) -> None:
        assert not find_contradictions(self.now)

    @invariant()
    def nothing_that_begins_in_a_pause_is_billed(self) -> None:
        billed = Invoice.objects.values_list("agreement", "period__starts_on")
        pauses = Pause.objects.by_agreement(row.pk for row in self.agreements)
        assert not [
            day for pk, day in billed if any(pause.covers(day) for pause in pauses.get(pk, []))
        ]

    @invariant()
    def each_period_costs_what_was_signed_for_its_day(self) -> None:
        for period in Period.objects.filter(agreement__in=self.agreements).select_related(
            "agreement"
        ):
            assert (
                period.amount
                == effective_terms.billed_terms_on(period.agreement, period.starts_on).amount
            )

    @invariant()
    def a_period_with_its_upgrades_costs_no_more_than_the_dearest_tier(self) -> None:
        """What was refunded may be charged again for the days left; each upgrade rounds once."""
        for period in (
            Period.objects.filter(upgrades__isnull=False).distinct().select_related("agreement")
        ):
            upgrades = list(period.upgrades.order_by("starts_on").select_related("amendment"))
            notes = CreditNote.objects.filter(invoice__period=period).select_related("invoice")
            back = sum(
                row.total if row.invoice.tax_mode == "inclusive" else row.subtotal for row in notes
            )
            cost = period.amount + sum(row.amount for row in upgrades)
            assert cost - back <= upgrades[-1].amendment.amount + len(upgrades)
            assert Invoice.objects.filter(period=period, kind="upgrade").count() <= len(upgrades)

    @invariant()
    def no_invoice_is_charged_twice(self) -> None:
        taken = SandboxIntent.objects.filter(status="succeeded").values_list(
            "invoice_ref", flat=True
        )
        assert len(set(taken)) == len(taken)

    @invariant()
    def nobody_is_given_back_more_than_they_paid(self) -> None:
        for payment in Payment.objects.annotate(back=Sum("refunds__amount")):
            assert (payment.back or 0) <= payment.amount

    def come_to_rest(self) -> None:
        """When nothing is in flight, our records match what the gateway charged and refunded."""
        for hours in (1, 24, 96):
            self.now += timedelta(hours=hours)
            self.walk()
        assert not find_contradictions(self.now)
        assert not Collection.objects.filter(state__in=("wait", "voiding")).exists()
        taken = SandboxIntent.objects.filter(status="succeeded")
        assert total(taken) == total(Payment.objects.filter(gateway="sandbox"))
        given = Refund.objects.filter(state="succeeded", payment__gateway="sandbox")
        assert total(SandboxRefund.objects.all()) == total(given)


def total(rows: Any) -> int:
    return sum(rows.values_list("amount", flat=True))


MUST_HAPPEN: Sequence[str] = (
    *Behaviour,
    "confirmed",
    "parked",
    "contested",
    "decided",
    "refund_invoice",
    "refund_credit",
    "reduce_invoice",
    "void_invoice",
    "offer_amendment",
    "amended",
    "offered_now",
    "upgraded",
    "write_off_invoice",
    "retry_now",
    "record_transfer",
    "receive_certificate",
    "hold_billing",
    "resume_billing",
    "retry_on",
    "pause_agreement",
    "skip_next_period",
    "resume_agreement",
)


def test_the_money_adds_up_whatever_happens_and_in_whatever_order(
    db: None, request: pytest.FixtureRequest
) -> None:
    """A few lives in every run, the same ones; `bin/test money` has more, and others by a seed."""
    chosen = request.config.getoption("--seed")
    rules = settings(
        max_examples=request.config.getoption("--lives"),
        stateful_step_count=15,
        deadline=None,
        derandomize=chosen is None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    life = MoneyLife if chosen is None else seed(chosen)(MoneyLife)
    run_state_machine_as_test(life, settings=rules)


def test_every_step_of_the_machine_does_something(db: None) -> None:
    """One life in a fixed order: a step that is always refused would prove nothing."""
    done.clear()
    life = MoneyLife()
    for step in story(life):
        step()
        life.nothing_contradicts()
    life.teardown()
    assert not [what for what in MUST_HAPPEN if not done[what]]


def story(life: MoneyLife) -> Iterator[Callable[[], None]]:
    """November's invoice is paid by card; then months follow, for both clients in turn."""
    yield lambda: life.the_tier_rises_now(who=0, percent=25, signs=True)
    yield lambda: life.the_owner_gives_money_back(which=0, share=2, to_card=False)
    yield lambda: life.the_owner_pays_credit_out(which=0)
    yield lambda: life.the_owner_gives_money_back(which=0, share=3, to_card=True)
    yield lambda: life.a_cardholder_contests(which=0, part=True)
    yield lambda: life.the_bank_decides(outcome="won")
    yield lambda: life.the_next_period_comes(kind=Behaviour.ACTION)
    yield lambda: life.the_owner_reduces_an_open_invoice(which=0, share=3)
    yield lambda: life.a_transfer_arrives(which=0, share=1, keeps_back=True, again=False)
    yield life.a_certificate_arrives
    yield lambda: life.the_next_period_comes(kind=Behaviour.ACTION)
    yield life.a_client_confirms_at_their_bank
    yield lambda: life.the_next_period_comes(kind=Behaviour.HARD)
    yield lambda: life.the_owner_gives_an_invoice_up(which=0, verb=cancel_invoice.void_invoice)
    yield lambda: life.the_next_period_comes(kind=Behaviour.HARD)
    yield lambda: life.the_owner_tries_again(which=0)
    yield lambda: life.a_client_saves_a_card(kind=Behaviour.LOST_ANSWER)
    yield lambda: life.the_next_period_comes(kind=Behaviour.SOFT)
    yield lambda: life.the_owner_gives_an_invoice_up(which=0, verb=cancel_invoice.write_off_invoice)
    for kind in Behaviour:
        yield partial(life.the_next_period_comes, kind=kind)
    yield lambda: life.the_next_period_comes(kind=Behaviour.HARD)
    yield life.the_owner_waits
    yield lambda: life.the_owner_skips_a_period(who=0)
    yield lambda: life.the_owner_pauses(who=0, weeks=0)
    yield lambda: life.the_owner_goes_on(who=0)
    yield lambda: life.the_tier_changes(who=0, percent=233, signs=True)
    yield lambda: life.the_tier_changes(who=1, percent=-40, signs=True)
    yield lambda: life.the_owner_parks(who=1)
    yield lambda: life.the_owner_releases(who=1, how="bill")
    yield life.nothing_ran_for_ten_weeks
    yield lambda: life.the_owner_releases(who=0, how="skip")

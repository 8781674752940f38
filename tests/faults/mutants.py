"""Bugs planted on purpose, each a way in which billing products have charged twice or lost a charge (docs/charging.md).

A simulation that does not catch them proves nothing about the code without them. Each is planted at a prepared and at
a direct gateway; those in DIRECT and PREPARED can only be made at one of the two.
"""

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from django.db import transaction

from agreements.rules import schedule
from agreements.running import periods
from billing.books import document_numbers, received_payments, transitions
from billing.charging import (
    cancel_invoice,
    collect,
    gateway_events,
    issue,
    prepare,
    refund,
    resolve,
    settle,
)
from billing.charging.elsewhere import charged_before, disputes, refunds, returns
from billing.gateways import cancelling
from billing.gateways.base import (
    DirectObject,
    DisputeOutcome,
    GatewayDispute,
    GatewayObject,
    Outcome,
    is_direct,
)
from billing.models import Charge, Collection, Invoice, Payment
from billing.models.numbering import SeriesKind
from billing.recovery import compare, go_on
from billing.rules import dunning
from billing.rules.states import ChargeState, CollectionState
from core.continuity import standing
from core.dates import add_months, local_day
from core.models.standing import Doubt
from core.outbox import emails


def _lost_is_tried_again(new_key: bool) -> Callable[..., None]:
    """Whatever was lost is tried again with an object of its own; with a stable key while the gateway knows it."""
    original = collect._read_back

    def read_back(charges: list[Charge], found: dict[Any, Any], now: Any) -> None:
        original(charges, found, now)
        for charge in Charge.objects.filter(
            pk__in=[c.pk for c in charges], state=ChargeState.UNKNOWN
        ):
            with transaction.atomic():
                transitions.move_charge(charge, ChargeState.FAILED, now=now)
                row = Collection.objects.get(pk=charge.collection_id)
                fresh: dict[str, Any] = {
                    "handle": None,
                    "amount": None,
                    "next_at": now + timedelta(hours=6),
                }
                if new_key:
                    fresh["prepare_key"] = uuid.uuid4()
                transitions.move_collection(row, CollectionState.READY, now=now, **fresh)

    return read_back


@contextmanager
def one_step_with_a_stable_key() -> Iterator[None]:
    """An error is retried under the same key, which the gateway forgets after a day."""
    with (
        patch.object(collect, "_read_back", _lost_is_tried_again(new_key=False)),
        a_charge_is_sent_without_a_look(),
    ):
        yield


@contextmanager
def a_new_key_for_each_try() -> Iterator[None]:
    """An error is retried under a key of its own."""
    with patch.object(collect, "_read_back", _lost_is_tried_again(new_key=True)):
        yield


@contextmanager
def a_new_object_for_each_attempt() -> Iterator[None]:
    """The handle is not kept: a charge that was given up is made anew."""
    original = settle._never_executed

    def never_executed(row: Collection, charge: Charge, now: Any) -> None:
        original(row, charge, now)
        Collection.objects.filter(pk=row.pk).update(
            handle=None, amount=None, prepare_key=uuid.uuid4()
        )

    with patch.object(settle, "_never_executed", never_executed):
        yield


@contextmanager
def an_error_is_taken_as_failure() -> Iterator[None]:
    """No answer: the charge is failed, and the client is asked for another card."""

    def read_back(charges: list[Charge], found: dict[Any, Any], now: Any) -> None:
        for charge in charges:
            if charge.pk not in found:
                with transaction.atomic():
                    transitions.move_charge(charge, ChargeState.FAILED, now=now)
                    row = Collection.objects.get(pk=charge.collection_id)
                    fresh = {
                        "handle": None,
                        "amount": None,
                        "prepare_key": uuid.uuid4(),
                        "next_at": None,
                    }
                    transitions.move_collection(
                        row, CollectionState.DUNNING, now=now, reason="failed", **fresh
                    )
        original([c for c in charges if c.pk in found], found, now)

    original = collect._read_back
    with patch.object(collect, "_read_back", read_back):
        yield


@contextmanager
def no_resolver() -> Iterator[None]:
    """Nobody asks about what was lost; webhooks will do."""
    from billing.runs import billing_run

    with (
        patch.object(resolve, "resolve_charges", lambda **_: 0),
        patch.object(billing_run, "resolve_charges", lambda **_: 0),
    ):
        yield


@contextmanager
def a_receipt_before_the_fact() -> Iterator[None]:
    """The thank-you letter goes out when the charge is sent."""
    original = collect._arm

    def arm(works: Any, claim: Any, now: Any) -> list[collect.Armed]:
        armed = original(works, claim, now)
        charges = [each.charge for each in armed]
        emails.post(
            "receipt", [(str(charge.pk), charge.collection.business) for charge in charges], now=now
        )
        return armed

    with patch.object(collect, "_arm", arm):
        yield


@contextmanager
def a_number_outside_the_transaction() -> Iterator[None]:
    """Numbers are reserved first, and the papers written after."""
    original = issue._issue_batch

    def issue_batch(ids: Sequence[Any], businesses: set[Any], now: Any, ask: Any) -> int:
        with transaction.atomic():
            days = {pk: local_day(now, "UTC") for pk in businesses}
            series_numbers = document_numbers.lock_series(
                dict.fromkeys(businesses, SeriesKind.INVOICE), days
            )
            kept = {pk: each.series.last for pk, each in series_numbers.items()}
            for each in series_numbers.values():
                each.next(uuid.uuid4())
            document_numbers.save_series(series_numbers.values(), now=now)
        with transaction.atomic():
            for pk, each in series_numbers.items():
                each.series.last = kept[pk]
            document_numbers.save_series(series_numbers.values(), now=now) if original else None
            Invoice.objects.count()
        return original(ids, businesses, now, ask)

    with patch.object(issue, "_issue_batch", issue_batch):
        yield


@contextmanager
def void_here_first() -> Iterator[None]:
    """The invoice is void at once; the gateway is told some other time."""
    original = cancel_invoice.start_cancelling

    def stop(invoice: Invoice, plan: dict[str, Any], now: Any) -> Collection:
        with transaction.atomic():
            row = original(invoice, plan, now)
            row = cancel_invoice.lock_collection(invoice)
            if row.state == CollectionState.VOIDING:
                for charge in row.charges.filter(
                    state__in=("sent", "unknown", "processing", "requires_action")
                ):
                    transitions.move_charge(charge, ChargeState.VOID, now=now)
                cancel_invoice.finish_cancelling(row, now=now)
        return row

    with patch.object(cancel_invoice, "start_cancelling", stop):
        yield


@contextmanager
def a_refund_is_called_again_whatever_happened() -> Iterator[None]:
    """A refund without an answer is asked for under a new key."""

    def found(bank: Any, row: Any, now: Any) -> Any:
        key = str(row.id)
        there = next(
            (each for each in bank.refunds(row.payment.reference) if each.key == key), None
        )
        bank.keys = {k: v for k, v in bank.keys.items() if k != key}
        bank.refund(handle=row.payment.reference, key=key, amount=row.amount)
        return there

    with patch.object(refund, "_found", found):
        yield


@contextmanager
def the_payload_is_believed() -> Iterator[None]:
    """A webhook says that it is paid, so it is."""
    original = gateway_events._process

    def process(ids: Any, now: Any, claimed: Any) -> Any:
        for event in gateway_events.GatewayEvent.objects.filter(pk__in=ids):
            rows = Collection.objects.filter(gateway=event.gateway, handle=event.handle)
            row = rows.select_related("invoice__business").first()
            if row and row.invoice.state == "open" and row.state == CollectionState.WAIT:
                arrived = received_payments.ReceivedPayment(
                    row.invoice, row.invoice.total, event.gateway, event.handle, "card", now
                )
                with transaction.atomic():
                    received_payments.book_payments([arrived], now=now)
        return (yield from original(ids, now, claimed))

    with patch.object(gateway_events, "_process", process):
        yield


@contextmanager
def a_charge_is_sent_without_a_look() -> Iterator[None]:
    """At a direct gateway: whether an earlier request has arrived meanwhile is not asked before the next one."""
    original = collect._send

    def send(gateway: Any, armed: collect.Armed) -> Any:
        if not is_direct(gateway):
            return original(gateway, armed)
        new = DirectObject(armed.charge.handle, Outcome.NEW, 0, "")
        blind: Any = SimpleNamespace(lookup=lambda handle: new, charge=gateway.charge)
        return original(blind, armed)

    with patch.object(collect, "_send", send):
        yield


@contextmanager
def silence_is_taken_for_cancelled() -> Iterator[None]:
    """At a direct gateway: what it does not hold yet will never come."""

    def cancel(gateway: Any, handle: str, **asked: Any) -> GatewayObject:
        found = original(gateway, handle, **asked)
        is_silent = found.outcome == Outcome.NEW
        return replace(found, outcome=Outcome.CANCELLED) if is_silent else found

    original = cancelling.cancel
    with patch.object(resolve, "cancel", cancel), patch.object(prepare, "cancel", cancel):
        yield


@contextmanager
def nobody_notices_that_the_database_went_back() -> Iterator[None]:
    """The restored database goes on as if nothing had happened."""
    with patch.object(standing, "_what_is_wrong", lambda *seen: Doubt.NONE):
        yield


@contextmanager
def a_silent_gateway_is_charged_without_being_asked() -> Iterator[None]:
    """The gateway did not answer before issuing, and nobody asks again before charging."""

    def ask(*_asked: Any) -> Iterator[Any]:
        yield from ()
        return True

    with patch.object(charged_before, "ask", ask):
        yield


@contextmanager
def a_key_is_sent_again_with_another_card() -> Iterator[None]:
    """At a direct gateway: the client saved another card while the charge of the first got no answer."""

    def does_not_fit(work: prepare.Work) -> bool:
        return bool(work.row.handle) and work.row.amount != work.amount

    with patch.object(prepare.Work, "handle_does_not_fit", property(does_not_fit)):
        yield


@contextmanager
def a_handle_taken_over_counts_as_never_sent() -> Iterator[None]:
    """At a direct gateway: these books have no charge under the handle, so none was ever sent."""

    def cancel(gateway: Any, handle: str, *, was_sent: bool, **asked: Any) -> GatewayObject:
        if is_direct(gateway) and not was_sent:
            return DirectObject(handle, Outcome.CANCELLED, 0, "")
        return original(gateway, handle, was_sent=was_sent, **asked)

    original = cancelling.cancel
    with (
        patch.object(resolve, "cancel", cancel),
        patch.object(prepare, "cancel", cancel),
        patch.object(resolve, "forgotten_requests", lambda *_: False),
        patch.object(prepare, "forgotten_requests", lambda *_: False),
    ):
        yield


@contextmanager
def what_the_gateways_know_is_not_taken_over() -> Iterator[None]:
    """After the database went back, a person goes on without a comparison."""
    with patch.object(compare, "_keep", lambda *found: None):
        yield


@contextmanager
def numbers_that_went_out_are_given_again() -> Iterator[None]:
    """After the database went back, the series go on from where they were."""
    with patch.object(go_on, "lose_numbers", lambda known, now: 0):
        yield


@contextmanager
def a_refund_made_elsewhere_is_ignored() -> Iterator[None]:
    """A refund that was made in the gateway's dashboard has left the account, and not our books."""
    with patch.object(refunds, "_book", lambda payment, theirs, now: None):
        yield


@contextmanager
def a_late_return_is_ignored() -> Iterator[None]:
    """A direct debit that the bank returned after it was paid stays paid in our books."""
    original = disputes.apply_dispute

    def apply(payment: Payment, fetched: GatewayDispute, *, now: datetime) -> Any:
        if returns.is_debit(payment) and fetched.outcome == DisputeOutcome.LOST:
            return None
        return original(payment, fetched, now=now)

    with patch.object(disputes, "apply_dispute", apply):
        yield


@contextmanager
def invoices_are_issued_an_hour_early() -> Iterator[None]:
    """The clock of the client's zone is read an hour wrong, as after a change of clocks."""
    original = periods.due_at

    def due_at(agreement: Any, span: Any) -> Any:
        return original(agreement, span) - timedelta(hours=1)

    with patch.object(periods, "due_at", due_at):
        yield


@contextmanager
def the_job_issues_an_hour_early() -> Iterator[None]:
    """What is due within the hour is issued with the rest."""
    original = issue._due

    def due(rows: Any, now: Any, only: Any) -> Any:
        return original(rows, now + timedelta(hours=1), only)

    with patch.object(issue, "_due", due):
        yield


@contextmanager
def a_soft_decline_is_retried_for_ever() -> Iterator[None]:
    """After the last day of the calendar it is tried every day; nobody is asked to decide."""
    original = dunning.next_retry_day

    def next_retry_day(first_try: Any, declined_on: Any) -> Any:
        return original(first_try, declined_on) or declined_on + timedelta(days=1)

    with patch.object(dunning, "next_retry_day", next_retry_day):
        yield


@contextmanager
def a_month_drifts_to_its_shortest_day() -> Iterator[None]:
    """Each month of service is counted from the one before: 31 January, 28 February, 28 March."""

    def boundary(start: Any, anchor_day: int, interval: Any, index: int) -> Any:
        day = original(start, anchor_day, interval, 0)
        for _ in range(index):
            day = add_months(day, 1)
        return day

    original = schedule.boundary
    with patch.object(schedule, "boundary", boundary):
        yield


@contextmanager
def an_invoice_carries_the_date_of_utc() -> Iterator[None]:
    """The date of an invoice is that of a clock in Greenwich, and not the business's."""
    with patch.object(issue, "local_day", lambda now, zone: now.date()):
        yield


DIRECT = [
    a_charge_is_sent_without_a_look,
    silence_is_taken_for_cancelled,
    a_key_is_sent_again_with_another_card,
    a_handle_taken_over_counts_as_never_sent,
]
PREPARED = [
    a_silent_gateway_is_charged_without_being_asked,
    # At a direct gateway charging reads the account's list again before it gives out a handle.
    what_the_gateways_know_is_not_taken_over,
]
#: These show only in a life whose storage goes back, and there in one of about a hundred.
GOING_BACK = [
    nobody_notices_that_the_database_went_back,
    what_the_gateways_know_is_not_taken_over,
    numbers_that_went_out_are_given_again,
    a_handle_taken_over_counts_as_never_sent,
]
MUTANTS = [
    *DIRECT,
    *PREPARED,
    one_step_with_a_stable_key,
    a_new_key_for_each_try,
    a_new_object_for_each_attempt,
    an_error_is_taken_as_failure,
    no_resolver,
    a_receipt_before_the_fact,
    a_number_outside_the_transaction,
    void_here_first,
    a_refund_is_called_again_whatever_happened,
    the_payload_is_believed,
    nobody_notices_that_the_database_went_back,
    numbers_that_went_out_are_given_again,
    a_refund_made_elsewhere_is_ignored,
    a_late_return_is_ignored,
    invoices_are_issued_an_hour_early,
    the_job_issues_an_hour_early,
    a_soft_decline_is_retried_for_ever,
    a_month_drifts_to_its_shortest_day,
    an_invoice_carries_the_date_of_utc,
]


@contextmanager
def planted(name: str) -> Iterator[None]:
    """The bug of that name, for as long as this lasts."""
    with ExitStack() as stack:
        stack.enter_context({each.__name__: each for each in MUTANTS}[name]())
        yield


# The seed that caught each bug first. The hunt begins there and goes on with all the others: a seed
# that no longer catches its bug costs time, and nothing else.
CAUGHT_BY: dict[str, dict[str, int]] = {
    "a_charge_is_sent_without_a_look": {"direct": 17},
    "silence_is_taken_for_cancelled": {"direct": 3},
    "a_key_is_sent_again_with_another_card": {"direct": 3003529},
    "one_step_with_a_stable_key": {"prepared": 14, "direct": 5},
    "a_new_key_for_each_try": {"prepared": 14, "direct": 5},
    "a_new_object_for_each_attempt": {"prepared": 46, "direct": 1},
    "an_error_is_taken_as_failure": {"prepared": 4, "direct": 15},
    "no_resolver": {"prepared": 4, "direct": 5},
    "a_receipt_before_the_fact": {"prepared": 0, "direct": 1},
    "a_number_outside_the_transaction": {"prepared": 10, "direct": 7},
    "void_here_first": {"prepared": 4, "direct": 3},
    "a_refund_is_called_again_whatever_happened": {"prepared": 176, "direct": 15},
    "the_payload_is_believed": {"prepared": 4, "direct": 7},
    "a_refund_made_elsewhere_is_ignored": {"prepared": 20, "direct": 7},
    "a_late_return_is_ignored": {"prepared": 46, "direct": 195},
    "nobody_notices_that_the_database_went_back": {"prepared": 260, "direct": 45},
    "what_the_gateways_know_is_not_taken_over": {"prepared": 12},
    "numbers_that_went_out_are_given_again": {"prepared": 106, "direct": 39},
    "a_handle_taken_over_counts_as_never_sent": {"direct": 45},
    "a_silent_gateway_is_charged_without_being_asked": {"prepared": 2},
    "invoices_are_issued_an_hour_early": {"prepared": 4, "direct": 13},
    "the_job_issues_an_hour_early": {"prepared": 4, "direct": 13},
    "a_soft_decline_is_retried_for_ever": {"prepared": 0, "direct": 39},
    "a_month_drifts_to_its_shortest_day": {"prepared": 4, "direct": 1},
    "an_invoice_carries_the_date_of_utc": {"prepared": 0, "direct": 3},
}

"""Processes stored webhooks: the object's present state is fetched from the gateway (rule 22).

All webhooks about one object are done by one look at it, which their first one stands for: who has
claimed that one has the object. The accounts are asked at the same time, each for its own objects.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import F, Min, Q, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext_lazy as _

from billing.charging import parallel_calls, settle
from billing.charging.elsewhere import cards, disputes, refunds
from billing.charging.parallel_calls import Batch, Steps, call, parts
from billing.gateways.accounts import gateway
from billing.gateways.base import (
    About,
    Gateway,
    GatewayDispute,
    GatewayObject,
    GatewayRefund,
    GatewayUnknown,
    Outcome,
    SavedCard,
)
from billing.models import Collection, GatewayAccount, GatewayEvent, Payment, PaymentMethod
from billing.rules.errors import NotConnected
from billing.rules.states import CollectionState
from core.jobs import set_aside
from core.jobs.set_aside import Step, without_waiting


def _give_back(pk: int) -> None:
    """End the claim of a webhook that is set aside, which has a wait of its own."""
    GatewayEvent.objects.filter(pk=pk).update(next_at=None)


APPLY = Step(
    "apply_events",
    "billing.tasks.resolve",
    _("Process a webhook of the payment gateway"),
    GatewayEvent,
    business="account__business_id",
    title="gateway",
    page=("", "pk"),
    hold=_give_back,
)
BATCH = 50
MOST = 5_000  # objects of one account in a run
LEASE = timedelta(minutes=10)  # then a webhook whose worker died is taken up again
WAIT = timedelta(minutes=2)  # after the first look without an answer; doubled each time
LONGEST_WAIT = timedelta(hours=6)


@dataclass(frozen=True)
class Subject:
    """A collection that webhooks are about, and what they are about (see `About`)."""

    collection: Collection
    payment: Payment | None
    about: frozenset[str]

    @property
    def looks_up(self) -> bool:
        """Whether the payment object is fetched. What is settled does not change by it any more."""
        return self.collection.state != CollectionState.DONE

    def wants(self, about: About) -> bool:
        """Whether refunds or disputes are fetched, provided that it is paid."""
        return bool(self.about & {about, About.ANYTHING})

    @property
    def needs_call(self) -> bool:
        """Whether there is anything to ask the gateway for."""
        is_about_more = self.wants(About.REFUND) or self.wants(About.DISPUTE)
        return self.looks_up or (self.payment is not None and is_about_more)


@dataclass(frozen=True)
class Fetched:
    """What the gateway reports now; `present` is None if it was not looked up."""

    present: GatewayObject | None = None
    refunds: Sequence[GatewayRefund] = field(default_factory=list)
    disputes: Sequence[GatewayDispute] = field(default_factory=list)


def apply_events(*, now: datetime, most: int = MOST) -> int:
    """Process the stored webhooks that are due; return the number done.

    At most `most` objects of each account are looked at. An account that gives no answer is asked
    later, after a wait that grows; a webhook that cannot be read is set aside.
    """
    by_account: dict[Hashable, list[int]] = defaultdict(list)
    for pk, name, account in _due(now, most):
        by_account[name, account].append(pk)
    begin = partial(_process, now=now, claimed=set())
    batches = {
        account: [Batch(APPLY, part, begin) for part in _parts(ids)]
        for account, ids in by_account.items()
    }
    return sum(parallel_calls.run_batches(batches, now=now))


def _due(now: datetime, most: int) -> Iterator[tuple[int, str, object]]:
    """Yield the first webhook about each object, if it is due, with the names of its account."""
    undone = GatewayEvent.objects.filter(done_at__isnull=True)
    objects = undone.order_by().values("gateway", "account", "handle")
    first = undone.filter(pk__in=objects.annotate(first=Min("pk")).values("first"))
    due = without_waiting(first, APPLY, now).filter(Q(next_at=None) | Q(next_at__lte=now))
    turn = Window(RowNumber(), partition_by=[F("gateway"), F("account")], order_by="pk")
    in_turns = due.annotate(turn=turn).filter(turn__lte=most).order_by("pk")
    yield from in_turns.values_list("pk", "gateway", "account").iterator(2000)


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield batches; what was set aside before is alone, so that it spoils no batch again."""
    again = set_aside.open_subjects(APPLY.name, map(set_aside.key, ids))
    yield from parts([pk for pk in ids if set_aside.key(pk) not in again], BATCH)
    yield from parts([pk for pk in ids if set_aside.key(pk) in again], 1)


def _process(ids: Sequence[int], now: datetime, claimed: set[int]) -> Steps[int]:
    """Claim and process webhooks of one account; return the number done.

    `ids` are the first ones of their objects, and `claimed` is what this run has claimed.
    """
    _claim(ids, now, claimed)
    mine = GatewayEvent.objects.filter(pk__in=claimed.intersection(ids), done_at__isnull=True)
    first = {event.handle: event for event in mine.select_related("account")}
    if not first:
        return 0
    one = next(iter(first.values()))
    events = _events_about(one, first)
    subjects = _subjects(
        one, {handle: {about for _pk, about in events[handle]} for handle in first}
    )
    asked = [handle for handle, subject in subjects.items() if subject.needs_call]
    answers = yield from _ask([subjects[handle] for handle in asked])
    silent, fetched = set[str](), dict[str, Fetched]()
    for handle, answer in zip(asked, answers, strict=True):
        if isinstance(answer, Fetched):
            fetched[handle] = answer
        elif isinstance(answer, GatewayUnknown):
            silent.add(handle)
        else:
            raise answer
    _store([(subjects[handle], answer) for handle, answer in fetched.items()], now)
    silent |= yield from _read_cards(
        one, events, [name for name in first if name not in subjects], now
    )
    _postpone([first[handle] for handle in silent], now)
    done = [pk for handle in first if handle not in silent for pk, _about in events[handle]]
    return GatewayEvent.objects.filter(pk__in=done, done_at__isnull=True).update(done_at=now)


def _read_cards(
    one: GatewayEvent,
    events: dict[str, list[tuple[int, str]]],
    handles: Sequence[str],
    now: datetime,
) -> Steps[set[str]]:
    """Fetch and store the saved cards that webhooks name; return what got no answer."""
    named: dict[str, PaymentMethod] = {}
    for handle in handles:
        is_named = {About.CARD, About.ANYTHING} & {about for _pk, about in events[handle]}
        if is_named and (row := cards.find_card(one.gateway, handle, account=one.account)):
            named[handle] = row
    if not named:
        return set()
    try:
        its_gateway = gateway(one.gateway, next(iter(named.values())).business_id)
    except NotConnected:
        return set(named)
    answers = yield [call(_saved_card, its_gateway, row) for row in named.values()]
    silent = set[str]()
    for (handle, row), answer in zip(named.items(), answers, strict=True):
        if isinstance(answer, GatewayUnknown):
            silent.add(handle)
        else:
            cards.apply_card(row, answer, now=now)
    return silent


def _saved_card(its_gateway: Gateway, row: PaymentMethod) -> SavedCard | None:
    return its_gateway.saved_card(row.token)


def _claim(ids: Sequence[int], now: datetime, claimed: set[int]) -> None:
    """Claim webhooks by moving each one's date, so that no two workers look at the same object."""
    undone = GatewayEvent.objects.filter(pk__in=ids, done_at__isnull=True)
    due = undone.filter(Q(next_at=None) | Q(next_at__lte=now))
    with transaction.atomic():
        for pk, next_at in list(due.order_by("pk").values_list("pk", "next_at")):
            free = GatewayEvent.objects.filter(pk=pk, done_at__isnull=True, next_at=next_at)
            if free.update(next_at=now + LEASE):
                claimed.add(pk)


def _events_about(
    one: GatewayEvent, handles: Sequence[str] | dict[str, GatewayEvent]
) -> dict[str, list[tuple[int, str]]]:
    """Return what is to be done by one look: the id and `about` of each webhook, by the handle."""
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    rows = GatewayEvent.objects.filter(gateway=one.gateway, account=one.account)
    rows = rows.filter(handle__in=list(handles), done_at__isnull=True)
    for handle, pk, about in rows.values_list("handle", "pk", "about"):
        found[handle].append((pk, about))
    return found


def _subjects(one: GatewayEvent, about: dict[str, set[str]]) -> dict[str, Subject]:
    """Return the collections that an account's webhooks are about, by the handle.

    An object that belongs to none of our collections is left out, and so is another business's.
    """
    rows = Collection.objects.filter(
        gateway=one.gateway, handle__in=[name for name in about if name]
    )
    if one.account:
        rows = rows.filter(business=one.account.business_id)
    paid = Payment.objects.filter(gateway=one.gateway, reference__in=list(about))
    payments = {row.reference: row for row in paid.select_related("business__owner")}
    return {
        row.handle: Subject(row, payments.get(row.handle), frozenset(about[row.handle]))
        for row in rows.select_related("business")
        if row.handle
    }


def _ask(subjects: Sequence[Subject]) -> Steps[list[Fetched | Exception]]:
    """Fetch what is wanted of each; without an account, the outcome is a GatewayUnknown."""
    if not subjects:
        return []
    one = subjects[0].collection
    try:
        its_gateway = gateway(one.gateway, one.business_id)
    except NotConnected as error:
        return [GatewayUnknown(str(error)) for _subject in subjects]
    return (yield [call(_fetch_or_fail, its_gateway, subject) for subject in subjects])


def _fetch_or_fail(its_gateway: Gateway, subject: Subject) -> Fetched | Exception:
    """Return what the gateway reports, or the error if its answer cannot be read."""
    try:
        return fetch(its_gateway, subject)
    except (GatewayUnknown, NotConnected):
        raise
    except Exception as error:  # noqa: BLE001 - it is the webhook's, which is set aside for it
        return error


def fetch(its_gateway: Gateway, subject: Subject) -> Fetched:
    """Ask the gateway for the present states. Raises GatewayUnknown and NotConnected."""
    handle = subject.collection.handle or ""
    present = its_gateway.lookup(handle) if subject.looks_up else None
    is_paid = subject.payment or (present and present.outcome == Outcome.SUCCEEDED)
    return Fetched(
        present,
        list(its_gateway.refunds(handle)) if is_paid and subject.wants(About.REFUND) else [],
        list(its_gateway.disputes(handle)) if is_paid and subject.wants(About.DISPUTE) else [],
    )


def _store(told: Sequence[tuple[Subject, Fetched]], now: datetime) -> None:
    """Store the present states of payment objects, their refunds and disputes."""
    settled = [(subject.collection, fetched.present) for subject, fetched in told]
    settle.settle_together([(row, present) for row, present in settled if present], now=now)
    for subject, fetched in told:
        if fetched.refunds or fetched.disputes:
            _store_more(subject, fetched, now)


def _store_more(subject: Subject, fetched: Fetched, now: datetime) -> None:
    row = subject.collection
    payments = Payment.objects.filter(gateway=row.gateway, reference=row.handle)
    payment = subject.payment or payments.select_related("business__owner").first()
    if payment is None:
        return
    refunds.apply_refunds(payment, fetched.refunds, now=now)
    for dispute in fetched.disputes:
        disputes.apply_dispute(payment, dispute, now=now)


def _postpone(events: Sequence[GatewayEvent], now: datetime) -> None:
    """Let each webhook wait twice as long as the time before, LONGEST_WAIT at most."""
    for event in events:
        wait = min(WAIT * 2 ** min(event.tries, 20), LONGEST_WAIT)
        mine = GatewayEvent.objects.filter(pk=event.pk, next_at=event.next_at)
        mine.update(tries=F("tries") + 1, next_at=now + wait)


def read_gateway_object(
    name: str, handle: str, *, account: GatewayAccount | None, now: datetime
) -> None:
    """Fetch a payment object with its refunds and disputes, and store their present states.

    A webhook may also be about a saved card. An object that is none of ours is ignored. A webhook
    of one business's `account` cannot change another business's rows. Raises GatewayUnknown and
    NotConnected.
    """
    about = {handle: {str(About.ANYTHING)}}
    event = GatewayEvent(gateway=name, account=account)
    subjects = _subjects(event, about)
    if not subjects:
        cards.read_card(name, handle, account=account, now=now)
    for subject in subjects.values():
        its_gateway = gateway(name, subject.collection.business_id)
        _store([(subject, fetch(its_gateway, subject))], now)

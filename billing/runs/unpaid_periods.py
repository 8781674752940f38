"""Watches the agreements with several unpaid periods, and applies their owners' rule (rule 67).

Both sides are told first, with the day on which the work is paused or billing is held. Where the
owner is only asked, the client hears nothing. What was announced is dropped if enough is paid
before that day.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import translation
from django.utils.translation import gettext_lazy, ngettext

from agreements.changing import pause
from agreements.models import Agreement
from agreements.rules.states import RUNNING_STATES, AgreementState
from agreements.running.periods import scope_filter
from billing.books import asking
from billing.models import Invoice, UnpaidCase, UnpaidRule
from billing.models.invoice import FEE
from billing.models.unpaid import UnpaidAction
from billing.rules.asking import Asked, Step
from billing.rules.states import InvoiceState
from billing.rules.unpaid import NOTICE_DAYS, USUAL, Known, Move, next_move
from billing.runs import hold, unpaid_notices
from core.dates import local_day
from core.jobs import batches, set_aside
from core.models import Business

ACTOR = "Retainer Hub"
#: A payment that a bank or a gateway has in its hands is not missing.
UNDER_WAY = (Step.ON_ITS_WAY, Step.CONFIRMING, Step.CANCELLING)
WATCH = set_aside.Step(
    "watch_unpaid",
    "billing.tasks.bill",
    gettext_lazy("Apply the rule for unpaid periods"),
    Agreement,
    title="client__name",
    page=("agreement", "pk"),
)


@dataclass(frozen=True)
class Debt:
    """The overdue periods of an agreement: their invoices, oldest first, and what they ask."""

    agreement: Agreement
    invoices: list[tuple[Invoice, Asked]]

    @property
    def periods(self) -> int:
        """How many periods are unpaid."""
        return len(self.invoices)

    @property
    def total(self) -> int:
        """What is to be paid, in minor units of the agreement's currency."""
        return sum(asked.to_pay for _invoice, asked in self.invoices)

    @property
    def late(self) -> int:
        """How many days the oldest is late."""
        return max(asked.late for _invoice, asked in self.invoices)

    @property
    def since(self) -> date:
        """The day on which the oldest was due."""
        return self.invoices[0][1].due_on


def rule_of(agreement: Agreement) -> UnpaidRule:
    """Return the rule of an agreement: its own, that of its business, or the usual one."""
    rules = _rules([agreement.business_id])
    usual = UnpaidRule(business_id=agreement.business_id, after=USUAL, action=UnpaidAction.ASK)
    return rules.get(agreement.pk) or rules.get(agreement.business_id) or usual


def rule_of_business(business: Business) -> UnpaidRule:
    """Return the rule of a business, or the usual one."""
    row = UnpaidRule.objects.filter(business=business, agreement__isnull=True).first()
    return row or UnpaidRule(business=business, after=USUAL, action=UnpaidAction.ASK)


def open_cases(business: Business) -> dict[UUID, UnpaidCase]:
    """Return what was announced or applied and is not paid yet, by agreement."""
    rows = UnpaidCase.objects.filter(business=business, closed_at__isnull=True)
    return {row.agreement_id: row for row in rows}


def set_rule(
    *, business: Business, agreement: Agreement | None, after: int, action: str
) -> UnpaidRule:
    """Set the rule of a business or, with an agreement, of that agreement alone."""
    row, _made = UnpaidRule.objects.update_or_create(
        business=business, agreement=agreement, defaults={"after": after, "action": action}
    )
    return row


def unset_rule(*, agreement: Agreement) -> None:
    """Let an agreement follow the rule of its business again."""
    UnpaidRule.objects.filter(agreement=agreement).delete()


def debts(business: Business, now: datetime) -> list[Debt]:
    """Return the agreements of a business with overdue periods, the largest debt first."""
    found = _debts(Invoice.objects.filter(business=business), now)
    return sorted(found.values(), key=lambda debt: (-debt.periods, -debt.late))


def watch(*, now: datetime, only: Agreement | Business | None = None) -> int:
    """Tell, apply or close what is due; return how many agreements that was.

    Which agreements are looked at is decided by counts alone, so that no row that cannot be read
    stops the others (rule 45).
    """
    invoices = Invoice.objects.filter(scope_filter(only, "agreement"))
    rows = _overdue(invoices.filter(business__is_suspended=False), now).order_by()
    counts = {
        (agreement, business): count
        for agreement, business, count in rows.values_list("agreement", "business").annotate(
            Count("pk")
        )
        if agreement
    }
    cases = UnpaidCase.objects.filter(scope_filter(only, "agreement"), closed_at__isnull=True)
    known = {(row.agreement_id, row.business_id): row for row in cases}
    rules = _rules(business for _agreement, business in {**counts, **known})
    ids = [
        key[0]
        for key in {**counts, **known}
        if _may_be_due(counts.get(key, 0), _after(key, rules), known.get(key), now)
    ]
    due = set_aside.without_waiting(Agreement.objects.filter(pk__in=ids), WATCH, now)
    return batches.run_each(
        WATCH,
        list(due.order_by("pk").values_list("pk", flat=True)),
        lambda pk: _make(pk, now),
        now=now,
    )


def _may_be_due(count: int, after: int, case: UnpaidCase | None, now: datetime) -> bool:
    """Whether something may be due: fewer may be unpaid than `count`, and it may still be early."""
    tomorrow = (now + timedelta(days=1)).date()  # a day begins earlier elsewhere
    as_announced = Known(case.applies_on, case.applied_at is not None) if case else None
    return next_move(count, after, as_announced, tomorrow) != Move.NOTHING


def _make(pk: UUID, now: datetime) -> int:
    """Do what is due for one agreement, decided once more under its lock."""
    with transaction.atomic():
        row = Agreement.objects.select_for_update(no_key=True).get(pk=pk)
        debt = _debts(Invoice.objects.filter(agreement=row), now).get(pk)
        case = UnpaidCase.objects.filter(agreement=row, closed_at__isnull=True).first()
        rules = _rules([row.business_id])
        move = _move(row, debt, _after((row.pk, row.business_id), rules), case, now)
        if move == Move.TELL and debt:
            _tell(debt, rule_of(row), now)
        elif move == Move.APPLY and case:
            _apply(row, case, now)
        elif move == Move.CLOSE and case:
            UnpaidCase.objects.filter(pk=case.pk).update(closed_at=now)
            if case.applied_at and case.action != UnpaidAction.ASK:
                unpaid_notices.paid(case, now=now)
    return int(move != Move.NOTHING)


def _tell(debt: Debt, rule: UnpaidRule, now: datetime) -> None:
    row = debt.agreement
    case = UnpaidCase.objects.create(
        business_id=row.business_id,
        agreement=row,
        action=rule.action,
        periods=debt.periods,
        applies_on=local_day(now, row.time_zone) + timedelta(days=NOTICE_DAYS),
        created_at=now,
    )
    unpaid_notices.tell(case, debt.total, debt.since, debt.invoices[0][0], now=now)


def _apply(row: Agreement, case: UnpaidCase, now: datetime) -> None:
    UnpaidCase.objects.filter(pk=case.pk).update(applied_at=now)
    with translation.override(row.business.language):
        reason = _unpaid(case.periods)
    if case.action == UnpaidAction.HOLD and not row.parked_because:
        hold.hold_billing(agreement=row, reason=reason, actor=ACTOR, now=now)
    if case.action == UnpaidAction.PAUSE and row.state == AgreementState.ACTIVE:
        with translation.override(row.language):
            reason = _unpaid(case.periods)
        pause.pause_agreement(agreement=row, resumes_on=None, reason=reason, actor=ACTOR, now=now)


def _unpaid(periods: int) -> str:
    return ngettext("%(n)s period is unpaid", "%(n)s periods are unpaid", periods) % {"n": periods}


def _move(
    row: Agreement, debt: Debt | None, after: int, case: UnpaidCase | None, now: datetime
) -> Move:
    known = Known(case.applies_on, case.applied_at is not None) if case else None
    unpaid = debt.periods if debt else 0
    after = after if row.state in RUNNING_STATES else 0
    return next_move(unpaid, after, known, local_day(now, row.time_zone))


def _rules(businesses: Iterable[UUID]) -> dict[UUID, UnpaidRule]:
    """Return the rules of these businesses and their agreements, by the id of either."""
    rows = UnpaidRule.objects.filter(business__in=set(businesses))
    return {row.agreement_id or row.business_id: row for row in rows}


def _after(key: tuple[UUID, UUID], rules: Mapping[UUID, UnpaidRule]) -> int:
    """Return the rule's number of periods, for the ids of an agreement and of its business."""
    agreement, business = key
    rule = rules.get(agreement) or rules.get(business)
    return rule.after if rule else USUAL


def _overdue(invoices: QuerySet[Invoice], now: datetime) -> QuerySet[Invoice]:
    tomorrow = (now + timedelta(days=1)).date()  # a day begins earlier elsewhere
    return invoices.filter(
        kind=FEE, state=InvoiceState.OPEN, due_on__lt=tomorrow, agreement__isnull=False
    )


def _debts(invoices: QuerySet[Invoice], now: datetime) -> dict[UUID, Debt]:
    """Return the overdue periods by agreement; a fixed number of queries."""
    rows = _overdue(invoices, now)
    found = list(rows.select_related("collection", "agreement__client").order_by("due_on", "pk"))
    asked = asking.asked_of_all(found, now=now)
    debts: dict[UUID, Debt] = {}
    for row in found:
        one = asked[row.pk]
        if row.agreement and one.to_pay and one.late and one.step not in UNDER_WAY:
            debts.setdefault(row.agreement.pk, Debt(row.agreement, [])).invoices.append((row, one))
    return debts

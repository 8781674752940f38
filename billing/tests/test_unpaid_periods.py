"""After some unpaid periods the owner's rule applies, and both sides are told before (rule 67)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from agreements.models import Agreement
from billing.bank_transfer import transfers
from billing.models import Invoice, UnpaidCase
from billing.models.unpaid import UnpaidAction
from billing.rules.unpaid import Known, Move, next_move
from billing.runs import unpaid_periods
from billing.runs.billing_run import run_billing
from core.models import OutboxEmail
from core.outbox import emails
from tests.world import NOW, World

DAY = timedelta(days=1)
TODAY = date(2027, 1, 10)


@pytest.mark.parametrize(
    ("unpaid", "after", "known", "move"),
    [
        (1, 2, None, Move.NOTHING),
        (2, 2, None, Move.TELL),
        (5, 0, None, Move.NOTHING),
        (2, 2, Known(TODAY + DAY, is_applied=False), Move.NOTHING),
        (2, 2, Known(TODAY, is_applied=False), Move.APPLY),
        (1, 2, Known(TODAY, is_applied=False), Move.CLOSE),
        (3, 2, Known(TODAY, is_applied=True), Move.NOTHING),
        (1, 2, Known(TODAY, is_applied=True), Move.NOTHING),
        (0, 2, Known(TODAY, is_applied=True), Move.CLOSE),
        (3, 0, Known(TODAY, is_applied=False), Move.CLOSE),
    ],
)
def test_what_comes_next(unpaid: int, after: int, known: Known | None, move: Move) -> None:
    assert next_move(unpaid, after, known, TODAY) == move


@given(some.integers(0, 9), some.integers(0, 9), some.booleans())
def test_nothing_is_applied_before_it_was_told_and_its_day_has_come(
    unpaid: int, after: int, is_applied: bool
) -> None:
    assert next_move(unpaid, after, None, TODAY) in (Move.NOTHING, Move.TELL)
    later = Known(TODAY + DAY, is_applied=is_applied)
    assert next_move(unpaid, after, later, TODAY) != Move.APPLY


def lived(agreement: Agreement, days: int, since: int = 0) -> None:
    for day in range(since, days):
        run_billing(now=NOW + day * DAY, door="test")


def case_of(agreement: Agreement) -> UnpaidCase:
    return UnpaidCase.objects.get(agreement=agreement)


def letters(kind: str) -> list[OutboxEmail]:
    rows = OutboxEmail.objects.filter(kind=kind).order_by("created_at", "ref")
    return [emails.compose(row, NOW) for row in rows]


def test_both_sides_are_told_with_the_date_and_then_work_pauses(world: World) -> None:
    agreement = world.running(card="lost_card")
    unpaid_periods.set_rule(
        business=world.business, agreement=None, after=2, action=UnpaidAction.PAUSE
    )
    lived(agreement, 32)  # the second period is unpaid since 2 December
    row = case_of(agreement)
    assert (row.periods, row.applied_at, row.applies_on) == (2, None, date(2026, 12, 10))
    for side in ("owner", "client"):
        [letter] = letters(f"unpaid_{side}")
        for said in ("$6,000", "10 December 2026", "Retainer", "2 November 2026"):
            assert said in letter.text, (side, said)
    lived(agreement, 38, since=32)
    agreement.refresh_from_db()
    assert agreement.state == "active"
    lived(agreement, 40, since=38)
    agreement.refresh_from_db()
    assert agreement.state == "paused"
    lived(agreement, 80, since=40)
    assert Invoice.objects.filter(agreement=agreement).count() == 2
    assert len(letters("unpaid_client")) == 1


def test_who_pays_in_time_is_not_paused(world: World) -> None:
    agreement = world.running(card="", collect_by="transfer")
    unpaid_periods.set_rule(
        business=world.business, agreement=None, after=2, action=UnpaidAction.PAUSE
    )
    lived(agreement, 40)
    assert case_of(agreement).applied_at is None
    first = Invoice.objects.filter(agreement=agreement).earliest("period_start")
    transfers.record_transfer(
        invoice=first,
        amount=3_000_00,
        on=(NOW + 40 * DAY).date(),
        reference="T",
        actor="Nan",
        now=NOW + 40 * DAY,
    )
    lived(agreement, 58, since=40)
    agreement.refresh_from_db()
    assert agreement.state == "active" and case_of(agreement).closed_at is not None


def test_the_owner_hears_that_everything_is_paid_and_resumes_it(world: World) -> None:
    agreement = world.running(card="", collect_by="transfer")
    unpaid_periods.set_rule(
        business=world.business, agreement=None, after=1, action=UnpaidAction.PAUSE
    )
    lived(agreement, 25)
    agreement.refresh_from_db()
    assert agreement.state == "paused"
    transfers.record_transfer(
        invoice=Invoice.objects.get(agreement=agreement),
        amount=3_000_00,
        on=(NOW + 25 * DAY).date(),
        reference="T",
        actor="Nan",
        now=NOW + 25 * DAY,
    )
    lived(agreement, 28, since=25)
    agreement.refresh_from_db()
    assert agreement.state == "paused" and len(letters("unpaid_paid")) == 1


def test_an_agreement_has_its_own_rule(world: World) -> None:
    agreement = world.running(card="lost_card")
    unpaid_periods.set_rule(
        business=world.business, agreement=None, after=1, action=UnpaidAction.PAUSE
    )
    unpaid_periods.set_rule(
        business=world.business, agreement=agreement, after=2, action=UnpaidAction.HOLD
    )
    lived(agreement, 20)
    assert not UnpaidCase.objects.exists()
    lived(agreement, 41, since=20)
    agreement.refresh_from_db()
    assert agreement.parked_because and agreement.state == "active"
    unpaid_periods.set_rule(
        business=world.business, agreement=agreement, after=0, action=UnpaidAction.HOLD
    )
    assert unpaid_periods.rule_of(agreement).after == 0


def test_asking_asks_the_owner_alone_and_changes_nothing(world: World) -> None:
    agreement = world.running(card="lost_card")
    lived(agreement, 45)  # the rule of a business that never set one
    agreement.refresh_from_db()
    assert agreement.state == "active" and not agreement.parked_because
    assert len(letters("unpaid_owner")) == 1 and not letters("unpaid_client")
    [debt] = unpaid_periods.debts(world.business, NOW + 45 * DAY)
    assert (debt.total, debt.late, debt.periods) == (6_000_00, 45 - 0, 2)


def test_watching_costs_the_same_for_any_number_of_debtors(
    world: World, django_assert_num_queries: object
) -> None:
    agreements = [world.running(client=world.client(f"C{n}"), card="") for n in range(3)]
    lived(agreements[0], 33)
    assert UnpaidCase.objects.count() == 3
    with django_assert_num_queries(10, exact=False):  # type: ignore[operator]
        unpaid_periods.watch(now=NOW + 34 * DAY)

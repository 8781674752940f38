"""One function says what an invoice asks now; it always adds up (rules 18 to 20 and 41)."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from billing.rules.asking import Facts, Step, Way, ask
from billing.rules.states import CollectionState, InvoiceState

DUE = date(2026, 12, 8)
THAI = Facts(
    total=32_100_00,
    tax=2_100_00,
    withholding=900_00,
    noted=0,
    settled={},
    state=InvoiceState.OPEN,
    way=Way.TRANSFER,
    collection=CollectionState.SENT,
    due_on=DUE,
    today=date(2026, 12, 1),
)
CARD = replace(THAI, way=Way.CARD, collection=CollectionState.READY, next_on=DUE)


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """Any invoice that the database allows."""
    total = draw(st.integers(1, 10**9))
    left, settled = total, {}
    for part in ("payment", "balance", "credit_note", "certificate", "write_off"):
        settled[part] = draw(st.integers(0, left))
        left -= settled[part]
    settled["reversal"] = -draw(st.integers(0, settled["payment"]))
    return Facts(
        total=total,
        tax=draw(st.integers(0, total)),
        withholding=draw(st.integers(0, total)),
        noted=draw(st.integers(settled["credit_note"], total)),
        settled=settled,
        state=draw(st.sampled_from(InvoiceState)),
        way=draw(st.sampled_from(Way)),
        collection=draw(st.sampled_from(CollectionState)),
        due_on=DUE,
        today=DUE + timedelta(days=draw(st.integers(-30, 30))),
        next_on=draw(st.none() | st.just(DUE)),
        reason=draw(st.sampled_from(["", "lost_card", "overdue"])),
        may_confirm=draw(st.booleans()),
    )


@given(facts())
def test_the_parts_always_add_up_to_the_total(row: Facts) -> None:
    asked = ask(row)
    parts = (asked.paid, asked.from_credit, asked.credited, asked.certified, asked.written_off)
    assert sum(parts) + asked.withheld + asked.to_pay == asked.total
    assert asked.to_pay >= 0
    assert asked.withheld >= 0


@given(facts())
def test_a_transfer_client_is_never_led_to_a_card(row: Facts) -> None:
    asked = ask(replace(row, way=Way.TRANSFER))
    assert asked.step not in (Step.CHARGE, Step.RETRY, Step.SAVE_CARD, Step.CONFIRM)
    assert not asked.needs_card
    assert not asked.reason


@given(facts())
def test_a_code_is_shown_exactly_while_money_is_to_be_transferred(row: Facts) -> None:
    asked = ask(row)
    assert asked.by_transfer == (row.way == Way.TRANSFER and asked.to_pay > 0)
    if asked.step in (Step.CERTIFICATE, Step.NOTHING):
        assert asked.on is None


def paid(**settled: int) -> tuple[int, int, Step]:
    asked = ask(replace(THAI, settled=settled))
    return asked.to_pay, asked.withheld, asked.step


def test_the_worked_example() -> None:
    assert paid() == (31_200_00, 900_00, Step.TRANSFER)
    assert paid(payment=10_700_00) == (20_500_00, 900_00, Step.TRANSFER)
    assert paid(payment=31_199_99) == (1, 900_00, Step.TRANSFER)
    assert paid(payment=31_200_00) == (0, 900_00, Step.CERTIFICATE)
    assert paid(payment=31_500_00) == (0, 600_00, Step.CERTIFICATE)
    assert paid(payment=31_200_00, reversal=-31_200_00) == (31_200_00, 900_00, Step.TRANSFER)


def test_a_reduced_invoice_has_less_withheld() -> None:
    asked = ask(replace(THAI, settled={"credit_note": 10_700_00}, noted=10_700_00))
    assert (asked.to_pay, asked.withheld) == (20_800_00, 600_00)


def test_a_card_is_charged_the_whole_sum() -> None:
    asked = ask(CARD)
    assert (asked.to_pay, asked.withheld, asked.step, asked.on) == (32_100_00, 0, Step.CHARGE, DUE)


def test_a_transfer_is_overdue_from_the_day_after_it_was_due() -> None:
    assert ask(replace(THAI, today=DUE)).step == Step.TRANSFER
    late = ask(replace(THAI, today=DUE + timedelta(days=3)))
    assert (late.step, late.late, late.on) == (Step.OVERDUE, 3, DUE)

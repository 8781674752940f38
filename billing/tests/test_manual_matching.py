"""A line matches only the invoice that it names, and an invoice only one line (rules 19 and 20)."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.bank_transfer.codes.reference import creditor_reference
from billing.bank_transfer.matching import Match, MatchKind, OpenInvoice, match_lines, names_client
from billing.bank_transfer.statement_csv import BankLine

DAY = date(2026, 3, 16)


def invoice(n: int, owed: int = 3_210_000, withholding: int = 90_000, **fields: Any) -> OpenInvoice:
    number = f"RH-2026-{n:04}"
    defaults: dict[str, Any] = {
        "id": UUID(int=n),
        "number": number,
        "reference": creditor_reference(number),
        "currency": "THB",
        "owed": owed,
        "withholding": withholding,
        "client_name": "Siam Design Co., Ltd.",
    }
    return OpenInvoice(**{**defaults, **fields})


def line(
    text: str, amount: int = 3_210_000, currency: str = "THB", *, day: int = 0, n: int = 1
) -> BankLine:
    return BankLine(n, DAY + timedelta(days=day), amount, currency, text, f"{n:064}")


def kinds(*lines: BankLine, opens: list[OpenInvoice]) -> list[tuple[MatchKind, int | None]]:
    matches = match_lines(lines, opens)
    assert [proposal.line for proposal in matches] == list(lines)
    return [
        (proposal.kind, proposal.invoice_id.int if proposal.invoice_id else None)
        for proposal in matches
    ]


# One line


@pytest.mark.parametrize(
    ("text", "amount", "kind"),
    [
        ("RH-2026-0001", 3_210_000, MatchKind.EXACT),
        ("rf38 rh20 2600 01", 3_210_000, MatchKind.EXACT),
        ("TRANSFER FROM X RH20260001", 3_210_000, MatchKind.EXACT),
        ("RH-2026-0001", 3_120_000, MatchKind.WITHHELD),
        ("RH-2026-0001", 3_120_001, MatchKind.PARTIAL),
        ("RH-2026-0001", 1, MatchKind.PARTIAL),
        ("RH-2026-0001", 3_209_999, MatchKind.PARTIAL),
        ("RH-2026-0001", 3_210_001, MatchKind.OVER),
        ("SIAM DESIGN", 3_210_000, MatchKind.AMOUNT),
        ("from siam", 3_120_000, MatchKind.AMOUNT),
        ("PAYMENT FOR RH-2026-0", 3_210_000, MatchKind.AMOUNT),
        ("SIAM DESIGN", 3_120_001, MatchKind.NONE),
        ("somebody", 3_210_000, MatchKind.NONE),
        ("RH-2026-0009", 3_210_000, MatchKind.NONE),
        ("", 3_210_000, MatchKind.NONE),
    ],
)
def test_a_line_is_matched_by_its_text_and_amount(text: str, amount: int, kind: MatchKind) -> None:
    text = text.replace("rf38 rh20 2600 01", invoice(1).reference.lower())
    result = kinds(line(text, amount), opens=[invoice(1)])
    assert result == [(kind, None if kind == MatchKind.NONE else 1)]


def test_without_withholding_tax_a_smaller_amount_is_partial() -> None:
    assert kinds(line("RH-2026-0001", 3_120_000), opens=[invoice(1, withholding=0)]) == [
        (MatchKind.PARTIAL, 1)
    ]


def test_an_amount_that_would_be_withheld_completely_is_partial() -> None:
    assert kinds(line("RH-2026-0001", 1), opens=[invoice(1, owed=100, withholding=100)]) == [
        (MatchKind.PARTIAL, 1)
    ]


def test_a_name_is_ambiguous_if_two_invoices_have_the_amount() -> None:
    other = invoice(2, client_name="Acme GmbH")
    assert kinds(line("SIAM DESIGN"), opens=[invoice(1), other]) == [(MatchKind.AMBIGUOUS, None)]
    assert kinds(line("SIAM DESIGN"), opens=[invoice(1), replace(other, owed=5)]) == [
        (MatchKind.AMOUNT, 1)
    ]
    net = replace(other, owed=3_300_000)  # less 90,000 it is the amount, too
    assert kinds(line("SIAM DESIGN"), opens=[invoice(1), net]) == [(MatchKind.AMBIGUOUS, None)]


def test_a_line_never_matches_an_invoice_in_another_currency() -> None:
    euros = invoice(1, currency="EUR")
    assert kinds(line("SIAM DESIGN"), opens=[euros]) == [(MatchKind.NONE, None)]
    assert kinds(line("RH-2026-0001"), opens=[euros]) == [(MatchKind.AMBIGUOUS, None)]
    assert kinds(line("SIAM DESIGN"), opens=[euros, invoice(2)]) == [(MatchKind.AMOUNT, 2)]


def test_a_line_that_names_two_invoices_is_ambiguous() -> None:
    opens = [invoice(1), invoice(2)]
    assert kinds(line("RH-2026-0001 RH-2026-0002", 6_420_000), opens=opens) == [
        (MatchKind.AMBIGUOUS, None)
    ]
    assert kinds(line("RH-2026-0001 RH-2026-0002"), opens=opens) == [(MatchKind.AMBIGUOUS, None)]


def test_two_invoices_whose_numbers_have_the_same_letters_and_digits_are_ambiguous() -> None:
    alike = [invoice(1, number="RH-1/11-2026"), invoice(2, number="RH-11/1-2026")]
    assert kinds(line("RH1112026"), opens=alike) == [(MatchKind.AMBIGUOUS, None)]


def test_a_number_that_the_bank_may_have_cut_is_ambiguous() -> None:
    opens = [
        invoice(1, number="INV-2026-7", reference=""),
        invoice(2, number="INV-2026-71", reference=""),
    ]
    assert kinds(line("PAYMENT INV-2026-7"), opens=opens) == [(MatchKind.AMBIGUOUS, None)]


def test_an_invoice_without_a_reference_is_found_by_its_number() -> None:
    opens = [invoice(1, reference=""), invoice(2, reference="", owed=5)]
    assert kinds(line("RH-2026-0001"), line("x", n=2), opens=opens) == [
        (MatchKind.EXACT, 1),
        (MatchKind.NONE, None),
    ]


def test_without_open_invoices_nothing_matches() -> None:
    assert kinds(line("RH-2026-0001"), opens=[]) == [(MatchKind.NONE, None)]
    assert kinds(opens=[invoice(1)]) == []


# Several lines


def test_an_invoice_that_was_paid_twice_is_matched_with_the_first_line_only() -> None:
    late, early = line("RH-2026-0001", day=1, n=1), line("RH-2026-0001", n=2)
    assert kinds(late, early, opens=[invoice(1)]) == [
        (MatchKind.AMBIGUOUS, None),
        (MatchKind.EXACT, 1),
    ]


def test_the_better_match_gets_the_invoice_even_if_it_comes_later() -> None:
    weak = [
        line("SIAM DESIGN", n=1),
        line("RH-2026-0001", 5, n=2),
        line("RH-2026-0001", 3_120_000, n=3),
    ]
    assert kinds(*weak, line("RH-2026-0001", day=9, n=4), opens=[invoice(1)]) == [
        (MatchKind.AMBIGUOUS, None),
        (MatchKind.AMBIGUOUS, None),
        (MatchKind.AMBIGUOUS, None),
        (MatchKind.EXACT, 1),
    ]
    assert kinds(*weak, opens=[invoice(1)])[2] == (MatchKind.WITHHELD, 1)
    assert kinds(*weak[:2], opens=[invoice(1)])[1] == (MatchKind.PARTIAL, 1)


# Names


@pytest.mark.parametrize(
    ("name", "text", "is_there"),
    [
        ("Siam Design Co., Ltd.", "TRF FR SIAM DESIGN", True),
        ("Siam Design Co., Ltd.", "DESIGN HOUSE", True),
        ("Siam Design Co., Ltd.", "ACME CO., LTD.", False),
        ("Siam Design Co., Ltd.", "SIAMESE CATS", False),
        ("Acme GmbH", "ACME", True),
        ("Acme GmbH", "PACMEN", False),
        ("Acme GmbH", "MÜLLER GMBH", False),
        ("Müller & Söhne KG", "MUELLER U. SOEHNE", True),
        ("Müller & Söhne KG", "MULLER", True),
        ("Mueller AG", "Müller", True),
        ("Café Noir", "CAFE NOIR SARL", True),
        ("Internationale Handelsgesellschaft mbH", "HANDELSGES", True),
        ("Bright Partners", "PARTNERSH", True),
        ("บริษัท สยามดีไซน์ จำกัด", "รับโอนจาก บจก.สยามดีไซน์", True),
        ("บริษัทสยามดีไซน์จำกัด", "สยามดีไซน์", True),
        ("บริษัท สยามดีไซน์ จำกัด (มหาชน)", "บริษัท อื่น จำกัด (มหาชน)", False),
        ("นางสาวสมหญิง ใจดีมาก", "สมหญิง จ", True),
        ("คำแสน", "โอนจาก คำแสน", True),
        ("ก ข", "ก ข", False),
        ("株式会社サクラ", "株式会社サクラ", True),
        ("The Company Ltd", "THE COMPANY LTD", False),
        ("", "", False),
        ("3M", "3M", False),
        ("2026", "2026", False),
        ("SCG", "scg payment", True),
        ("SCG", "SCGX", False),
    ],
)
def test_a_client_is_recognised_by_a_distinctive_word_of_its_name(
    name: str, text: str, is_there: bool
) -> None:
    assert names_client(text, name) is is_there


# Any statement

CLIENTS = ["Siam Design Co., Ltd.", "Acme GmbH", "บริษัท สยามดีไซน์ จำกัด", "Company Ltd"]
AMOUNTS = st.sampled_from([1, 90, 100, 190, 200, 300])
TEXTS = ["", "ACME", "siam design", "สยามดีไซน์", "somebody", "RH-2026-00"]


@st.composite
def statements(draw: st.DrawFn) -> tuple[list[BankLine], list[OpenInvoice]]:
    opens = [
        invoice(
            n,
            draw(AMOUNTS),
            draw(st.sampled_from([0, 10, 100])),
            currency=draw(st.sampled_from(["THB", "EUR"])),
            client_name=draw(st.sampled_from(CLIENTS)),
        )
        for n in range(1, draw(st.integers(0, 5)) + 1)
    ]
    texts = TEXTS + [
        name
        for open_invoice in [*opens, invoice(99)]
        for name in (open_invoice.number, open_invoice.reference)
    ]
    text = st.lists(st.sampled_from(texts), max_size=2).map(" ".join)
    lines = [
        line(
            draw(text),
            draw(AMOUNTS),
            draw(st.sampled_from(["THB", "EUR"])),
            day=draw(st.integers(0, 2)),
            n=n,
        )
        for n in range(1, draw(st.integers(0, 6)) + 1)
    ]
    return lines, opens


def matched(proposals: list[Match]) -> Iterator[Match]:
    return (proposal for proposal in proposals if proposal.invoice_id)


@given(statements())
@settings(max_examples=3 * settings.default.max_examples)
def test_every_line_has_one_kind_and_every_invoice_at_most_one_match(
    given_: tuple[list[BankLine], list[OpenInvoice]],
) -> None:
    lines, opens = given_
    proposals = match_lines(lines, opens)
    assert [item.line for item in proposals] == lines
    assert all(
        (item.invoice_id is None) == (item.kind in (MatchKind.AMBIGUOUS, MatchKind.NONE))
        for item in proposals
    )
    assert all(
        count == 1 for count in Counter(item.invoice_id for item in matched(proposals)).values()
    )
    assert {item.invoice_id for item in matched(proposals)} <= {item.id for item in opens}


@given(statements(), st.randoms())
@settings(max_examples=3 * settings.default.max_examples)
def test_the_order_of_lines_and_invoices_does_not_change_a_match(
    given_: tuple[list[BankLine], list[OpenInvoice]], chance: Any
) -> None:
    lines, opens = given_
    mixed_lines, mixed_opens = lines[:], opens[:]
    chance.shuffle(mixed_lines)
    chance.shuffle(mixed_opens)
    assert set(match_lines(lines, opens)) == set(match_lines(mixed_lines, mixed_opens))


@given(statements())
@settings(max_examples=3 * settings.default.max_examples)
def test_a_match_fits_its_kind(given_: tuple[list[BankLine], list[OpenInvoice]]) -> None:
    lines, opens = given_
    by_id = {open_invoice.id: open_invoice for open_invoice in opens}
    for proposal in matched(match_lines(lines, opens)):
        paid = proposal.line.amount
        open_invoice = by_id[proposal.invoice_id] if proposal.invoice_id else opens[0]
        text, net = proposal.line.text, open_invoice.owed - open_invoice.withholding
        assert proposal.line.currency == open_invoice.currency
        is_named = open_invoice.number in text or open_invoice.reference in text
        assert is_named == (proposal.kind != MatchKind.AMOUNT)
        assert {
            MatchKind.EXACT: paid == open_invoice.owed,
            MatchKind.WITHHELD: paid == net and net > 0 and open_invoice.withholding,
            MatchKind.PARTIAL: paid < open_invoice.owed,
            MatchKind.OVER: paid > open_invoice.owed,
            MatchKind.AMOUNT: paid in (open_invoice.owed, net),
        }[proposal.kind]


@given(
    st.lists(
        st.tuples(st.integers(1, 9), AMOUNTS),
        min_size=1,
        max_size=9,
        unique_by=lambda pair: pair[0],
    )
)
@settings(deadline=None)
def test_every_client_who_pays_in_full_with_the_reference_is_matched(
    pairs: list[tuple[int, int]],
) -> None:
    opens = [invoice(n, owed) for n, owed in pairs]
    lines = [
        line(f"Payment {open_invoice.reference}", open_invoice.owed, n=open_invoice.id.int)
        for open_invoice in opens
    ]
    assert kinds(*lines, opens=opens) == [
        (MatchKind.EXACT, open_invoice.id.int) for open_invoice in opens
    ]

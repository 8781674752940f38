"""A payment reference is found in whatever form banks report it, and never mistaken (rule 20)."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.bank_transfer.codes.reference import (
    FIELD_SEPARATOR,
    creditor_reference,
    find_cut_references,
    find_references,
    is_reference,
)

OURS = "RH-2026-0007"
NUMBERS = st.builds(
    lambda letters, year, seq: f"{letters}-{year}-{seq:04}",
    st.sampled_from(["RH", "INV", "ACME"]),
    st.integers(2024, 2030),
    st.integers(1, 9999),
)


# Making a reference (ISO 11649)


@pytest.mark.parametrize(
    "published",
    [
        # https://arthurdejong.org/python-stdnum/doc/1.20/stdnum.iso11649
        "RF18539007547034",
        "RF185390075470Y",
        # https://mobilefish.com/services/creditor_reference/creditor_reference.php
        "RF45G72UUR",
        "RF6518K5",
        "RF485000056789012345",
    ],
)
def test_published_references_are_reproduced_exactly(published: str) -> None:
    assert creditor_reference(published[4:]) == published
    assert is_reference(published)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "RF",
        "RF18",
        "RF17539007547034",
        "FR18539007547034",
        "RF1853900754703",
        "RF18-539007547034",
        "RF٤٥G72UUR",
    ],
)
def test_text_that_is_no_reference_is_refused(wrong: str) -> None:
    assert not is_reference(wrong)


@pytest.mark.parametrize(
    ("number", "body"),
    [("RH-2026-0007", "RH20260007"), ("inv/7.b_2", "INV7B2"), ("๒๕๖๙-๐๐๐๗", "25690007")],
)
def test_a_reference_is_two_check_digits_and_the_letters_and_digits_of_the_number(
    number: str, body: str
) -> None:
    reference = creditor_reference(number)
    assert reference[:2] == "RF" and reference[4:] == body


@pytest.mark.parametrize("number", ["", "-/-", "A" * 22])
def test_a_number_that_does_not_fit_has_no_reference(number: str) -> None:
    assert creditor_reference(number) == ""


@given(st.text(string.ascii_letters + string.digits + "/._-", max_size=40))
@settings(deadline=None)
def test_every_reference_that_is_made_is_valid(number: str) -> None:
    reference = creditor_reference(number)
    bare = sum(char.isalnum() for char in number)
    assert bool(reference) == (1 <= bare <= 21)
    assert not reference or is_reference(reference)


@given(NUMBERS, st.data())
@settings(deadline=None)
def test_one_wrong_digit_or_letter_makes_a_reference_invalid(
    number: str, data: st.DataObject
) -> None:
    """Only a digit replaces a digit, and only a letter a letter.

    A letter counts as two digits, so a digit in its place is not always noticed.
    """
    reference = creditor_reference(number)
    position = data.draw(st.integers(0, len(reference) - 1))
    kind = string.digits if reference[position].isdigit() else string.ascii_uppercase
    char = data.draw(st.sampled_from(kind.replace(reference[position], "")))
    assert not is_reference(reference[:position] + char + reference[position + 1 :])


# Finding a reference


@pytest.mark.parametrize(
    "text",
    [
        "RH-2026-0007",
        "rh-2026-0007",
        "RH 2026 0007",
        "RH20260007",
        "RH/2026/0007",
        "Rh 2026-000 7",
        "Invoice RH-2026-0007 thank you",
        "INVOICERH20260007",
        "REF+RH-2026-0007",
        "SVWZ+RH20260007THB",
        "จ่ายเลขที่RH20260007ครับ",
        "RH-๒๐๒๖-๐๐๐๗",
        "ＲＨ２０２６０００７",
        "RF10RH20260007",
        "RF11RH20260007",
        "RH-2026-0007, RH-2026-00071",
        "0812345678 RH-2026-0007 31200.00",
        "NAME | RH-2026-0007 | 2026-03-16",
    ],
)
def test_a_number_is_found_however_the_bank_changed_it(text: str) -> None:
    assert find_references(text, [OURS]) == {OURS}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "RH-2026-0008",
        "RH-2026-00071",
        "RH-2026-000 71",
        "RH-2026-007",
        "RH-2026",
        "2026-0007",
        "RH 0007 2026",
        "HR-2026-0007",
        "RH-2025-0007",
    ],
)
def test_another_number_is_not_mistaken_for_it(text: str) -> None:
    assert find_references(text, [OURS]) == set()


@pytest.mark.parametrize(
    ("number", "text", "is_there"),
    [
        ("2026-0007", "2026-0007", True),
        ("2026-0007", "PAY 20260007", True),
        ("2026-0007", "2026 0007 MAR", True),
        ("2026-0007", "X20260007", False),
        ("2026-0007", "20 26 00 07", False),
        ("2026-0007", "120260007", False),
        ("2026-0007", "202600071", False),
        ("1001", "1001", False),
        ("7", "7", False),
        ("0007", "0007", False),
        ("10017", "amount 100.17", False),
        ("2026/RH/0007", "12026RH0007", False),
        ("2026/RH/0007", "REF2026RH0007", True),
        ("10017", "no 10017", True),
        ("INV-7", "inv 7", True),
        ("INV-7", "INV7", True),
        ("INV-7", "I NV7", False),
        ("INV-7", "INV 70", False),
        ("INV-7", "INV75", False),
        ("INV-7", "SINV 7", False),
        ("A-1", "A-1", False),
    ],
)
def test_a_short_number_or_one_without_letters_must_be_a_word_of_its_own(
    number: str, text: str, is_there: bool
) -> None:
    assert find_references(text, [number]) == ({number} if is_there else set())


def test_a_reference_in_groups_of_four_is_found_instead_of_the_number_inside_it() -> None:
    reference = creditor_reference(OURS)
    assert find_references("rf10 rh20 2600 07", [OURS, reference]) == {reference}
    assert find_references("RF10 RH20 2600 08", [reference]) == set()


def test_a_reference_of_a_short_number_is_found_too() -> None:
    reference = creditor_reference("12")
    for written in (reference, f"{reference[:4]} {reference[4:]}"):
        assert find_references(f"PAYMENT {written}", ["12", reference]) == {reference}


def test_if_one_number_is_part_of_another_the_longer_is_found() -> None:
    assert find_references("XRH-2026-0007", ["RH-2026-0007", "XRH-2026-0007"]) == {"XRH-2026-0007"}


def test_several_numbers_in_one_text_are_all_found() -> None:
    assert find_references(
        "RH-2026-0007 und RH-2026-0008", [OURS, "RH-2026-0008", "RH-2026-0009"]
    ) == {
        OURS,
        "RH-2026-0008",
    }


def test_a_number_that_may_be_another_one_cut_off_is_found_together_with_it() -> None:
    """18 characters: the bank may have cut INV-2026-71 there."""
    text, both = "PAYMENT INV-2026-7", ["INV-2026-7", "INV-2026-71"]
    assert len(text) == 18
    assert find_references(text, both) == set(both)
    assert find_references(f"{text} thanks", both) == {"INV-2026-7"}
    assert find_references(f"{text}{FIELD_SEPARATOR}ACME", both) == set(both)
    assert find_references("INV-2026-7", both) == {"INV-2026-7"}


@pytest.mark.parametrize(
    ("text", "is_there"),
    [
        ("PAYMENT FOR RH-2026-0", True),
        ("PAYMENT FOR RH2026-000", True),
        ("PAYMENT FOR RH-202", False),
        ("RH-2026-0 thanks", False),
        ("INV RH-2026-00 | ACME", True),
        ("RH-2026-0007", False),
        ("", False),
        ("PAYMENT FOR 8RH-2026-00", True),
        ("PAYMENT FOR RH-2027-0", False),
    ],
)
def test_the_beginning_of_a_number_at_a_field_s_end_is_a_hint(text: str, is_there: bool) -> None:
    assert find_cut_references(text, [OURS]) == ({OURS} if is_there else set())
    assert not is_there or not find_references(text, [OURS])


@given(
    NUMBERS,
    st.sampled_from(["", " ", "/", " - ", "."]),
    st.booleans(),
    st.text("abc XYZ.,-", max_size=12),
    st.data(),
)
@settings(deadline=None)
def test_punctuation_spaces_and_capitals_never_hide_a_number(
    number: str, separator: str, capitals: bool, other_text: str, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from([number, creditor_reference(number)]))
    spaces = data.draw(st.lists(st.integers(1, len(name) - 1), max_size=3))
    written = "".join(
        f" {char}" if position in spaces else char
        for position, char in enumerate(name.replace("-", separator))
    )
    text = f"{other_text} {written} {other_text}"
    assert name in find_references(text.upper() if capitals else text.lower(), [name])


@given(st.sets(NUMBERS, min_size=2, max_size=8), st.data())
@settings(deadline=None)
def test_of_many_numbers_only_the_one_in_the_text_is_found(
    numbers: set[str], data: st.DataObject
) -> None:
    written = data.draw(st.sampled_from(sorted(numbers)))
    assert find_references(f"Transfer {written} from somebody", numbers) == {written}


@given(st.text(max_size=60), st.lists(st.text(max_size=12), max_size=4))
@settings(deadline=None)
def test_any_text_and_any_name_can_be_searched(text: str, names: list[str]) -> None:
    assert find_references(text, names) <= set(names)
    assert find_cut_references(text, names) <= set(names)

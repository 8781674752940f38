"""The search reads what people type: words in any language, sums as they are written, slips."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import exponent
from core.money import format as format_money
from core.search import terms

TEXTS = st.text(max_size=120)


@given(TEXTS)
def test_any_text_can_be_read(text: str) -> None:
    wanted = terms.words(text)
    assert len(wanted) <= terms.MOST_WORDS
    assert all(word == word.strip() != "" for word in wanted)
    terms.sums(text)
    assert 0 <= terms.fit(wanted, text) <= terms.BEGINS


@given(st.text(min_size=1, max_size=30))
def test_a_row_is_found_by_its_own_words(text: str) -> None:
    for word in terms.words(text):
        assert terms.fit([word], word) == terms.BEGINS
        assert terms.likeness(word, word) == 1
        assert word in terms.spellings(word)


def test_small_letters_of_other_alphabets_find_large_ones() -> None:
    assert terms.spellings("österreich") == ["österreich", "Österreich"]
    assert terms.spellings("north") == ["north"]


def test_thai_written_with_two_characters_finds_what_was_written_with_one() -> None:
    assert terms.words("ช\u0e4d\u0e32ระ") == ["ชำระ"]


@given(st.integers(1, 10**9), st.sampled_from(["USD", "JPY", "KWD", "THB"]))
def test_a_sum_is_read_as_it_is_shown(amount: int, currency: str) -> None:
    shown = format_money(amount, currency, "en")
    assert amount in terms.sums(shown)[exponent(currency)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1.070,00", {2: {107000}, 3: {1070000}}),
        ("1070", {0: {1070}, 2: {107000}, 3: {1070000}}),
        ("$1,070.5", {2: {107050}, 3: {1070500}}),
        ("1.070", {0: {1070}, 2: {107000}, 3: {1070000, 1070}}),
        ("RH-2026-0001", {}),
        ("Aurora", {}),
        ("0", {}),
    ],
)
def test_a_sum_is_read_for_each_number_of_decimals(text: str, found: dict[int, set[int]]) -> None:
    assert terms.sums(text) == found


def test_what_begins_with_the_words_comes_before_what_has_them_inside() -> None:
    assert terms.fit(["ann"], "anna weber") == 3
    assert terms.fit(["web"], "anna weber") == 2
    assert terms.fit(["ebe"], "anna weber") == 1
    assert terms.fit(["ann", "xyz"], "anna weber") == 0


def test_a_slip_leaves_most_of_a_word() -> None:
    assert terms.likeness("nortwind", "northwind labs") >= terms.ALIKE
    assert terms.likeness("auroar", "aurora gmbh") >= terms.ALIKE
    assert terms.likeness("clinet", "client 0019") >= terms.ALIKE
    assert terms.likeness("northwind", "aurora gmbh") < terms.ALIKE

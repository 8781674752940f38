"""An EPC code holds one SEPA transfer as in EPC069-12, or is refused with a reason (rule 20)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.bank_transfer.codes.epc import (
    IBAN_LENGTHS,
    LARGEST,
    BadTransfer,
    checked_iban,
    payload,
)

USUAL: dict[str, Any] = {
    "name": "Retainer Hub GmbH",
    "iban": "DE89370400440532013000",
    "amount": 120_000,
}

#: The examples of the ISO 13616 registry,
#: https://www.swift.com/standards/data-standards/iban-international-bank-account-number
REGISTRY = [
    "AD1200012030200359100100",
    "AL47212110090000000235698741",
    "AT611904300234573201",
    "BE68539007547034",
    "BG80BNBG96611020345678",
    "CH9300762011623852957",
    "CY17002001280000001200527600",
    "CZ6508000000192000145399",
    "DE89370400440532013000",
    "DK5000400440116243",
    "EE382200221020145685",
    "ES9121000418450200051332",
    "FI2112345600000785",
    "FR1420041010050500013M02606",
    "GB29NWBK60161331926819",
    "GI75NWBK000000007099453",
    "GR1601101250000000012300695",
    "HR1210010051863000160",
    "HU42117730161111101800000000",
    "IE29AIBK93115212345678",
    "IS140159260076545510730339",
    "IT60X0542811101000000123456",
    "LI21088100002324013AA",
    "LT121000011101001000",
    "LU280019400644750000",
    "LV80BANK0000435195001",
    "MC5811222000010123456789030",
    "MD24AG000225100013104168",
    "ME25505000012345678951",
    "MK07250120000058984",
    "MT84MALT011000012345MTLCAST001S",
    "NL91ABNA0417164300",
    "NO9386011117947",
    "PL61109010140000071219812874",
    "PT50000201231234567890154",
    "RO49AAAA1B31007593840000",
    "RS35260005601001611379",
    "SE4550000000058398257466",
    "SI56263300012039086",
    "SK3112000000198742637541",
    "SM86U0322509800000000270100",
    "VA59001123000012345678",
]


def made(**other: Any) -> list[str]:
    return payload(**{**USUAL, **other}).split("\n")


def refusal(**other: Any) -> str:
    with pytest.raises(BadTransfer) as refused:
        payload(**{**USUAL, **other})
    return refused.value.code


def test_the_fields_are_in_the_order_of_the_guideline() -> None:
    """The example of https://de.wikipedia.org/wiki/EPC-QR-Code, in UTF-8 and without a purpose."""
    text = payload(
        name="Wikimedia Foerdergesellschaft",
        iban="DE33 1002 0500 0001 1947 00",
        amount=12_345,
        bic="BFSWDE33BER",
        text="Spende fuer Wikipedia",
    )
    assert text == (
        "BCD\n002\n1\nSCT\nBFSWDE33BER\nWikimedia Foerdergesellschaft\n"
        "DE33100205000001194700\nEUR123.45\n\n\nSpende fuer Wikipedia"
    )


def test_a_structured_reference_has_its_own_field_before_free_text() -> None:
    assert made(reference="RF18 5390 0754 7034")[8:] == ["", "RF18539007547034"]
    assert made(text="Invoice RH-2026-0007")[8:] == ["", "", "Invoice RH-2026-0007"]


def test_empty_fields_at_the_end_are_omitted() -> None:
    assert made()[-1] == "EUR1200.00"


def test_the_bic_may_be_missing_and_its_line_stays() -> None:
    assert made()[4] == ""
    assert made(bic="cobadeff")[4] == "COBADEFF"


@pytest.mark.parametrize("iban", REGISTRY)
def test_the_registrys_example_of_every_country_is_accepted(iban: str) -> None:
    assert checked_iban(iban) == iban
    assert checked_iban(" ".join([iban[n : n + 4] for n in range(0, len(iban), 4)]).lower()) == iban


def test_every_country_of_the_table_has_an_example() -> None:
    assert {iban[:2]: len(iban) for iban in REGISTRY} == IBAN_LENGTHS


@given(st.sampled_from(REGISTRY), st.data())
@settings(deadline=None)
def test_one_wrong_character_or_two_swapped_ones_are_refused(
    iban: str, data: st.DataObject
) -> None:
    """Characters of the same kind: modulo 97 cannot tell "B1", which is 111, from "1B"."""
    place = data.draw(st.integers(2, len(iban) - 2))
    if iban[place].isdigit() == iban[place + 1].isdigit() and data.draw(st.booleans()):
        wrong = iban[:place] + iban[place + 1] + iban[place] + iban[place + 2 :]
    else:
        other = data.draw(
            st.sampled_from("0123456789" if iban[place].isdigit() else "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        )
        wrong = iban[:place] + other + iban[place + 1 :]
    if wrong == iban:
        assert checked_iban(wrong) == iban
    else:
        with pytest.raises(BadTransfer, match="iban"):
            checked_iban(wrong)


@pytest.mark.parametrize(
    "iban",
    [
        "",
        "DE",
        "0012345678",
        "DE8937040044053201300",
        "DE893704004405320130000",
        "US89370400440532013000",
        "DE89-3704-0044-0532-0130-00",
        "TH89370400440532013000",
        "DE٨٩370400440532013000",
    ],
)
def test_text_that_is_not_a_sepa_iban_is_refused(iban: str) -> None:
    assert refusal(iban=iban) == "iban"


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": -5}, "amount"),
        ({"amount": LARGEST + 1}, "amount"),
        ({"name": ""}, "name"),
        ({"name": " \n "}, "name"),
        ({"name": "x" * 71}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"bic": "COBADEF"}, "bic"),
        ({"bic": "COBADEFFX"}, "bic"),
        ({"bic": "C0BADEFF"}, "bic"),
        ({"reference": "RF19539007547034"}, "reference"),
        ({"reference": "RH-2026-0007"}, "reference"),
        ({"text": "x" * 141}, "text"),
        ({"text": "a\x07b"}, "text"),
        ({"text": "Invoice", "reference": "RF18539007547034"}, "both"),
        ({"name": "ก" * 70, "text": "ข" * 40}, "long"),
    ],
)
def test_a_transfer_that_a_bank_would_refuse_is_refused_with_a_reason(
    other: dict[str, Any], code: str
) -> None:
    assert refusal(**other) == code


@pytest.mark.parametrize(
    ("cents", "written"),
    [(1, "EUR0.01"), (100, "EUR1.00"), (123_450, "EUR1234.50"), (LARGEST, "EUR999999999.99")],
)
def test_an_amount_has_a_point_two_decimals_and_nothing_else(cents: int, written: str) -> None:
    assert made(amount=cents)[7] == written


def test_331_bytes_fit_and_332_do_not() -> None:
    room = 331 - len("\n".join(made(name="ก" * 70, text="x")).encode()) + 1
    assert len("\n".join(made(name="ก" * 70, text="x" * room)).encode()) == 331
    assert refusal(name="ก" * 70, text="x" * (room + 1)) == "long"


def test_a_line_break_in_a_name_cannot_smuggle_in_another_account() -> None:
    fields = made(name="Honest Ltd\nDE89370400440532013000\r\nEUR9.00", text="a\nb\u2028c")
    assert fields[5] == "Honest Ltd DE89370400440532013000 EUR9.00"
    assert fields[6:8] == ["DE89370400440532013000", "EUR1200.00"]
    assert fields[10:] == ["a b c"]


@given(st.text(max_size=80), st.text(max_size=150), st.integers(1, LARGEST))
@settings(deadline=None)
def test_whatever_is_typed_every_field_stays_on_its_line_and_the_code_fits(
    name: str, text: str, amount: int
) -> None:
    try:
        made_text = payload(name=name, iban=USUAL["iban"], amount=amount, text=text)
    except BadTransfer:
        return
    lines = made_text.splitlines()
    assert lines[:5] == ["BCD", "002", "1", "SCT", ""]
    assert lines[6] == USUAL["iban"]
    assert int(lines[7].removeprefix("EUR").replace(".", "")) == amount
    assert len(lines) <= 11 and len(made_text.encode()) <= 331

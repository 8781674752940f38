"""A PromptPay code has the account, the amount and a right checksum, as banks expect (rule 20)."""

from collections.abc import Iterator

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from billing.bank_transfer.codes import promptpay
from billing.bank_transfer.codes.promptpay import BadPromptPay, parse_target, payload


def fields(text: str) -> Iterator[tuple[str, str]]:
    """Read a code independently: yield every id and value, with nothing left over."""
    while text:
        tag, length = text[:2], int(text[2:4])
        value, text = text[4 : 4 + length], text[4 + length :]
        assert len(value) == length
        yield tag, value


def plain_crc(text: str) -> int:
    """Compute CRC-16/CCITT-FALSE bit by bit, as EMVCo's annex describes it."""
    crc = 0xFFFF
    for byte in text.encode():
        crc ^= byte << 8
        for _bit in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


def tax_id(twelve: str) -> str:
    total = sum(int(digit) * weight for digit, weight in zip(twelve, range(13, 1, -1), strict=True))
    return f"{twelve}{(11 - total % 11) % 10}"


# Published examples


@pytest.mark.parametrize(
    ("target", "amount", "dynamic", "expected"),
    [
        # https://pub.dev/documentation/thai_promptpay/latest/
        (
            "0812345678",
            None,
            False,
            "00020101021129370016A0000006770101110113006681234567853037645802TH6304823E",
        ),
        # https://github.com/maythiwat/promptparse/blob/main/src/index.test.ts
        (
            "0812223333",
            None,
            False,
            "00020101021129370016A0000006770101110113006681222333353037645802TH63041DCF",
        ),
        (
            "140000801111111",
            None,
            False,
            "00020101021129390016A000000677010111031514000080111111153037645802TH63047C0F",
        ),
    ],
)
def test_published_codes_are_reproduced_exactly(
    target: str, amount: int | None, dynamic: bool, expected: str
) -> None:
    assert payload(target, amount, dynamic=dynamic) == expected


@pytest.mark.parametrize(
    ("target", "amount", "dynamic", "published"),
    [
        # https://github.com/dtinth/promptpay-qr/blob/master/index.test.js
        (
            "0801234567",
            None,
            False,
            "00020101021129370016A000000677010111011300668012345675802TH530376463046197",
        ),
        (
            "080-123-4567",
            None,
            False,
            "00020101021129370016A000000677010111011300668012345675802TH530376463046197",
        ),
        (
            "+66-89-123-4567",
            None,
            False,
            "00020101021129370016A000000677010111011300668912345675802TH5303764630429C1",
        ),
        # https://github.com/maythiwat/promptparse/blob/main/src/index.test.ts
        (
            "0812223333",
            3000,
            True,
            "00020101021229370016A0000006770101110113006681222333353037645802TH540530.0063043CAD",
        ),
        (
            "0801111111",
            2015,
            True,
            "00020101021229370016A0000006770101110113006680111111153037645802TH540520.15630442BE",
        ),
        # https://github.com/Frontware/promptpay/blob/master/promptpay_test.go
        (
            "0105540087061",
            10075,
            False,
            "00020101021129370016A000000677010111021301055400870615802TH53037645406100.756304C86C",
        ),
    ],
)
def test_published_codes_with_another_field_order_have_the_same_fields(
    target: str, amount: int | None, dynamic: bool, published: str
) -> None:
    theirs, ours = dict(fields(published)), dict(fields(payload(target, amount, dynamic=dynamic)))
    assert promptpay.checksum(published[:-4]) == int(theirs.pop("63"), 16)
    ours.pop("63")
    assert ours == theirs


@pytest.mark.parametrize(
    "published",
    [
        "00020101021129370016A000000677010111021311111111111115802TH530376463047B5A",
        "00020101021129370016A000000677010111021301234567890125802TH530376463040CBD",
        "00020101021229370016A000000677010111011300660000000005802TH530376454044.226304E469",
    ],
)
def test_the_checksum_is_right_for_published_codes_of_accounts_that_we_refuse(
    published: str,
) -> None:
    """https://github.com/dtinth/promptpay-qr/blob/master/index.test.js"""
    assert f"{promptpay.checksum(published[:-4]):04X}" == published[-4:]


def test_the_checksum_matches_the_crc_catalogue() -> None:
    """https://reveng.sourceforge.io/crc-catalogue/16.htm#crc.cat.crc-16-ibm-3740"""
    assert promptpay.checksum("123456789") == 0x29B1


# Targets


@pytest.mark.parametrize(
    "written",
    [
        "0812345678",
        "081-234-5678",
        "081 234 5678",
        "(081) 234-5678",
        "+66 81 234 5678",
        "+66 (0)81 234 5678",
        "+66812345678",
        "66812345678",
        "0066812345678",
        " 081.234.5678 ",
        "๐๘๑-๒๓๔-๕๖๗๘",
        "０８１２３４５６７８",
    ],
)
def test_a_mobile_number_is_the_same_in_every_spelling(written: str) -> None:
    assert parse_target(written) == ("01", "0066812345678")


@pytest.mark.parametrize("written", ["0105540087061", "0-1055-40087-06-1", "0 1055 40087 06 1"])
def test_a_tax_id_is_the_same_in_every_spelling(written: str) -> None:
    """The id of https://github.com/Frontware/promptpay/blob/master/promptpay_test.go"""
    assert parse_target(written) == ("02", "0105540087061")


def test_a_wallet_has_fifteen_digits() -> None:
    assert parse_target("004-9990-0028-8505") == ("03", "004999000288505")


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("081-234-567x", "characters"),
        ("somchai@bank", "characters"),
        ("081/234/5678", "characters"),
        ("02-123-4567", "mobile"),
        ("0212345678", "mobile"),
        ("+1 202 555 0100", "mobile"),
        ("081234567", "mobile"),
        ("812345678", "mobile"),
        ("08123456789", "mobile"),
        ("+66212345678", "mobile"),
        ("1111111111111", "checksum"),
        ("0105540087062", "checksum"),
        ("0105540087016", "checksum"),
        ("12345678", "length"),
        ("01234567890123", "length"),
        ("0123456789012345", "length"),
    ],
)
def test_a_target_that_is_no_promptpay_id_is_refused_with_a_reason(target: str, code: str) -> None:
    with pytest.raises(BadPromptPay) as refused:
        payload(target)
    assert refused.value.code == code
    assert isinstance(refused.value, ValueError)


@pytest.mark.parametrize("amount", [0, -1, promptpay.LARGEST + 1])
def test_an_amount_that_the_code_cannot_hold_is_refused(amount: int) -> None:
    with pytest.raises(BadPromptPay) as refused:
        payload("0812345678", amount)
    assert refused.value.code == "amount"


@given(st.from_regex(r"[1-9][0-9]{11}", fullmatch=True), st.integers(0, 12), st.integers(1, 9))
@settings(deadline=None)
def test_one_wrong_digit_of_a_tax_id_is_refused(twelve: str, place: int, more: int) -> None:
    """Except if two remainders give the same check digit: 1 and 11 give 0, and 0 and 10 give 1."""
    right = tax_id(twelve)
    wrong = right[:place] + str((int(right[place]) + more) % 10) + right[place + 1 :]
    assume(wrong != tax_id(wrong[:12]) and not wrong.startswith("0066"))
    assert parse_target(right) == ("02", right)
    with pytest.raises(BadPromptPay, match="checksum"):
        parse_target(wrong)


# Amounts, and what holds for every code

MOBILES = st.from_regex(r"0[689][0-9]{8}", fullmatch=True)
TAX_IDS = st.from_regex(r"[1-9][0-9]{11}", fullmatch=True).map(tax_id)
WALLETS = st.from_regex(r"[0-9]{15}", fullmatch=True)


@pytest.mark.parametrize(
    ("satang", "written"),
    [
        (1, "0.01"),
        (10, "0.10"),
        (100, "1.00"),
        (3_120_000, "31200.00"),
        (promptpay.LARGEST, "9999999999.99"),
    ],
)
def test_an_amount_has_two_decimals_and_no_thousands_separator(satang: int, written: str) -> None:
    assert dict(fields(payload("0812345678", satang)))["54"] == written


def test_a_code_with_an_amount_is_for_one_payment_by_default() -> None:
    assert dict(fields(payload("0812345678", 100)))["01"] == "12"
    assert dict(fields(payload("0812345678")))["01"] == "11"
    assert dict(fields(payload("0812345678", 100, dynamic=False)))["01"] == "11"
    assert dict(fields(payload("0812345678", dynamic=True)))["01"] == "12"


@given(
    st.one_of(MOBILES, TAX_IDS, WALLETS),
    st.none() | st.integers(1, promptpay.LARGEST),
    st.none() | st.booleans(),
)
@settings(deadline=None)
def test_every_code_can_be_read_and_its_checksum_is_right(
    target: str, amount: int | None, dynamic: bool | None
) -> None:
    text = payload(target, amount, dynamic=dynamic)
    assert int(text[-4:], 16) == plain_crc(text[:-4])
    read = list(fields(text))
    assert [tag for tag, _value in read] == [
        "00",
        "01",
        "29",
        "53",
        *(["54"] if amount else []),
        "58",
        "63",
    ]
    values = dict(read)
    assert (values["00"], values["53"], values["58"]) == ("01", "764", "TH")
    (application, name), (kind, account) = fields(values["29"])
    assert (application, name) == ("00", "A000000677010111")
    tail = {"01": f"0066{target[1:]}", "02": target, "03": target}[kind]
    assert account == tail
    if amount:
        baht, satang = values["54"].split(".")
        assert int(baht) * 100 + int(satang) == amount and len(satang) == 2

"""Payload of a PromptPay QR code: a transfer in THB to a mobile number, tax id or e-wallet. Pure.

The format is EMVCo's merchant-presented mode: fields of a two-digit id, a two-digit length and a
value, and a CRC-16 at the end (rule 20).
"""

import re
import unicodedata
from binascii import crc_hqx

from billing.bank_transfer.codes.reference import ascii_digits
from core.money import to_decimal

LARGEST = 999_999_999_999  # in satang: the field of the amount holds 13 characters

_APPLICATION = "A000000677010111"  # a credit transfer by PromptPay
_MOBILE, _TAX_ID, _WALLET = "01", "02", "03"
_STATIC, _DYNAMIC = "11", "12"
_THB, _THAILAND = "764", "TH"

_WRITTEN = re.compile(r"\+?[\d\s().-]+")
_PHONE = re.compile(r"(?:\+66|0066|66)?0?([689]\d{8})")


class BadPromptPay(ValueError):
    """The code cannot be made.

    `code` says why: empty, characters, length, mobile, checksum, amount.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def payload(target: str, amount: int | None = None, *, dynamic: bool | None = None) -> str:
    """Return the text of the QR code. `amount` is in satang; without one, the payer types it.

    A dynamic code is for one payment, a static one for many; by default a code with an amount is
    dynamic. Raises BadPromptPay.
    """
    if amount is not None and not 1 <= amount <= LARGEST:
        raise BadPromptPay("amount")
    once = amount is not None if dynamic is None else dynamic
    kind, account = parse_target(target)
    fields = _field("00", "01") + _field("01", _DYNAMIC if once else _STATIC)
    fields += _field("29", _field("00", _APPLICATION) + _field(kind, account))
    fields += _field("53", _THB)
    if amount is not None:
        fields += _field("54", str(to_decimal(amount, "THB")))
    fields += _field("58", _THAILAND) + "6304"
    return f"{fields}{checksum(fields):04X}"


def parse_target(target: str) -> tuple[str, str]:
    """Return the kind of account and its digits as in the code, such as ("01", "0066812345678").

    Raises BadPromptPay.
    """
    text = ascii_digits(unicodedata.normalize("NFKC", target)).strip()
    if not text:
        raise BadPromptPay("empty")
    if not _WRITTEN.fullmatch(text):
        raise BadPromptPay("characters")
    bare = re.sub(r"[^\d+]", "", text)
    # Without the leading 0 or a country code, nine digits are not taken for a mobile number.
    phone = _PHONE.fullmatch(bare)
    if phone and len(bare) > len(phone[1]):
        return _MOBILE, f"0066{phone[1]}"
    if bare.startswith("+") or len(bare) in (9, 10, 11, 12):
        raise BadPromptPay("mobile")
    if len(bare) == 13:
        return _TAX_ID, _checked(bare)
    if len(bare) == 15:
        return _WALLET, bare
    raise BadPromptPay("length")


def checksum(text: str) -> int:
    """Compute CRC-16/CCITT-FALSE: polynomial 1021, initial value FFFF (hexadecimal)."""
    return crc_hqx(text.encode("ascii"), 0xFFFF)


def _checked(digits: str) -> str:
    """Return a national id or tax id if its check digit is correct. Raises BadPromptPay.

    The check digit, the thirteenth, is the last digit of 11 less the weighted sum modulo 11.
    """
    total = sum(
        int(digit) * weight for digit, weight in zip(digits[:12], range(13, 1, -1), strict=True)
    )
    if (11 - total % 11) % 10 != int(digits[12]):
        raise BadPromptPay("checksum")
    return digits


def _field(tag: str, value: str) -> str:
    return f"{tag}{len(value):02}{value}"

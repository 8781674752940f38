"""Payload of an EPC QR code: a SEPA credit transfer in EUR (rule 20). Pure.

The format is EPC069-12, version 002, in UTF-8.
"""

import re

from billing.bank_transfer.codes.reference import is_reference, remainder_of_97
from core.money import to_decimal

LARGEST = 99_999_999_999  # cents
LONGEST_NAME = 70
LONGEST_TEXT = 140
MOST_BYTES = 331

#: Length of an IBAN in each SEPA country (ISO 13616 registry).
IBAN_LENGTHS = {
    "AD": 24,
    "AL": 28,
    "AT": 20,
    "BE": 16,
    "BG": 22,
    "CH": 21,
    "CY": 28,
    "CZ": 24,
    "DE": 22,
    "DK": 18,
    "EE": 20,
    "ES": 24,
    "FI": 18,
    "FR": 27,
    "GB": 22,
    "GI": 23,
    "GR": 27,
    "HR": 21,
    "HU": 28,
    "IE": 22,
    "IS": 26,
    "IT": 27,
    "LI": 21,
    "LT": 20,
    "LU": 20,
    "LV": 21,
    "MC": 27,
    "MD": 24,
    "ME": 22,
    "MK": 19,
    "MT": 31,
    "NL": 18,
    "NO": 15,
    "PL": 28,
    "PT": 25,
    "RO": 24,
    "RS": 22,
    "SE": 24,
    "SI": 19,
    "SK": 24,
    "SM": 27,
    "VA": 22,
}

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]+")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")


class BadTransfer(ValueError):
    """The code cannot be made.

    `code` says why: name, iban, bic, amount, reference, text, both (reference and text), long.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def payload(
    *, name: str, iban: str, amount: int, bic: str = "", reference: str = "", text: str = ""
) -> str:
    """Return the text of the QR code. `amount` is in cents.

    A transfer has an RF reference or free text, not both. Raises BadTransfer.
    """
    if not 1 <= amount <= LARGEST:
        raise BadTransfer("amount")
    if reference and text:
        raise BadTransfer("both")
    if reference and not is_reference(reference):
        raise BadTransfer("reference")
    sum_of_money = f"EUR{to_decimal(amount, 'EUR')}"
    fields = [
        "BCD",
        "002",
        "1",
        "SCT",
        _bic(bic),
        _line(name, LONGEST_NAME, "name"),
        checked_iban(iban),
        sum_of_money,
    ]
    no_purpose = ""
    fields += [no_purpose, _bare(reference), _line(text, LONGEST_TEXT, "text") if text else ""]
    text_of_code = "\n".join(fields).rstrip("\n")
    if len(text_of_code.encode()) > MOST_BYTES:
        raise BadTransfer("long")
    return text_of_code


def checked_iban(text: str) -> str:
    """Return the IBAN in capitals without spaces.

    Raises BadTransfer if it is not of a SEPA country, or if its length or check digits are wrong.
    """
    iban = _bare(text)
    if not _IBAN.fullmatch(iban) or len(iban) != IBAN_LENGTHS.get(iban[:2]):
        raise BadTransfer("iban")
    if remainder_of_97(iban[4:] + iban[:4]) != 1:
        raise BadTransfer("iban")
    return iban


def checked_account(text: str) -> str:
    """Return an account number as it is kept; an IBAN in capitals without spaces.

    Text that begins like an IBAN, with two letters and two digits, has to be one: its check digits
    are compared, and its length where the country's is known. Any other account number is kept as
    it was typed. Raises BadTransfer.
    """
    bare = _bare(text)
    if not re.match(r"[A-Z]{2}[0-9]{2}", bare):
        return " ".join(text.split())
    length = IBAN_LENGTHS.get(bare[:2], len(bare))
    is_right = _IBAN.fullmatch(bare) and 15 <= len(bare) <= 34 and len(bare) == length
    if not is_right or remainder_of_97(bare[4:] + bare[:4]) != 1:
        raise BadTransfer("iban")
    return bare


def checked_bic(text: str) -> str:
    """Return a BIC in capitals, or "" for none. Raises BadTransfer."""
    return _bic(text)


def grouped(account: str) -> str:
    """Write an IBAN in groups of four; any other account number stays as it was typed."""
    bare = _bare(account)
    if not _IBAN.fullmatch(bare):
        return account
    return " ".join(bare[place : place + 4] for place in range(0, len(bare), 4))


def _bic(text: str) -> str:
    bic = _bare(text)
    if bic and not _BIC.fullmatch(bic):
        raise BadTransfer("bic")
    return bic


def _bare(text: str) -> str:
    return re.sub(r"\s", "", text).upper()


def _line(text: str, longest: int, code: str) -> str:
    """Return the text as one line of 1 to `longest` characters; each line of a code is a field."""
    line = " ".join(text.split())
    if not 1 <= len(line) <= longest or not line.isprintable():
        raise BadTransfer(code)
    return line

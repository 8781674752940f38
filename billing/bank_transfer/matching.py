"""Proposes which open invoice a line of a bank statement pays. It books nothing. Pure.

The text names an invoice     its amount is what is owed                      exact
                              it is that less the withholding tax (rule 19)   withheld
                              it is less or more                              partial, over
The text names no invoice     one invoice has this amount, and the text has
                              its client or the beginning of its reference    amount
Otherwise                     several invoices are possible                   ambiguous
                              no invoice is possible                          none
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

from billing.bank_transfer.codes.reference import find_cut_references, find_references
from billing.bank_transfer.statement_csv import BankLine


class MatchKind(StrEnum):
    """How a line fits an invoice. Only EXACT and WITHHELD are safe to book without a person."""

    EXACT = "exact"
    WITHHELD = "withheld"
    PARTIAL = "partial"
    OVER = "over"
    AMOUNT = "amount"
    AMBIGUOUS = "ambiguous"
    NONE = "none"


@dataclass(frozen=True)
class OpenInvoice:
    """An open invoice. `owed`, and the part of it that the client may withhold, are minor units."""

    id: UUID
    number: str
    reference: str
    currency: str
    owed: int
    withholding: int
    client_name: str

    @property
    def sums(self) -> set[int]:
        """The amounts that settle it: all that is owed, or that less the withholding tax."""
        return {self.owed, self.owed - self.withholding}


@dataclass(frozen=True)
class Match:
    """The proposal for one line; `invoice_id` is None if the kind is AMBIGUOUS or NONE."""

    line: BankLine
    invoice_id: UUID | None
    kind: MatchKind


#: Words in names of companies and people that do not tell one from another.
COMMON_WORDS = frozenset(
    {
        "AND",
        "BANK",
        "BANGKOK",
        "CLIENT",
        "COM",
        "COMPANY",
        "CORP",
        "CORPORATION",
        "CUSTOMER",
        "GERMANY",
        "GMBH",
        "GROUP",
        "HOLDING",
        "HOLDINGS",
        "INC",
        "INTERNATIONAL",
        "INVOICE",
        "LIMITED",
        "LLC",
        "LLP",
        "LTD",
        "MISS",
        "MRS",
        "OHG",
        "PAYMENT",
        "PCL",
        "PLC",
        "PTE",
        "PTY",
        "SERVICE",
        "SERVICES",
        "THAI",
        "THAILAND",
        "THE",
        "TRANSFER",
        "UND",
        "VON",
    }
)
#: Thai company forms and titles, which are written without spaces; longer ones come first.
THAI_COMPANY_FORMS = (
    "บริษัท",
    "จำกัด",
    "มหาชน",
    "ห้างหุ้นส่วน",
    "ห้าง",
    "สามัญ",
    "นางสาว",
    "บมจ",
    "บจก",
    "หจก",
)
SHORTEST_WORD = 3
LETTERS_COMPARED = 8  # letters of a longer word that have to match, because banks cut names

_RANK = {kind: rank for rank, kind in enumerate(MatchKind)}
_UMLAUTS = str.maketrans({"Ä": "AE", "Ö": "OE", "Ü": "UE"})
_ACCENTS = re.compile("[\u0300-\u036f]")
_WORD = re.compile("(?:[^\\W_]|[\u0e00-\u0e7f])+")  # some Thai vowels are not in \w


def match_lines(lines: Sequence[BankLine], opens: Iterable[OpenInvoice]) -> list[Match]:
    """Return one proposal for each line, in the order of the lines.

    If two lines fit the same invoice, the better kind gets it, then the earlier day; the other line
    becomes ambiguous. The proposals do not depend on the order of `lines` or `opens`.
    """
    invoices = list(opens)
    claims = [_claim(line, invoices) for line in lines]
    taken: set[UUID] = set()
    for place in sorted(range(len(claims)), key=lambda n: _priority(claims[n])):
        invoice_id = claims[place].invoice_id
        if invoice_id in taken:
            claims[place] = Match(claims[place].line, None, MatchKind.AMBIGUOUS)
        elif invoice_id is not None:
            taken.add(invoice_id)
    return claims


def _priority(claim: Match) -> tuple[int, str, str, int]:
    line = claim.line
    return _RANK[claim.kind], line.on.isoformat(), line.fingerprint, line.line


def _claim(line: BankLine, invoices: list[OpenInvoice]) -> Match:
    """Return the proposal for a line as if it were the only line."""
    references = find_references(line.text, _names(invoices))
    named = [invoice for invoice in invoices if {invoice.number, invoice.reference} & references]
    if len(named) == 1 and named[0].currency == line.currency:
        return Match(line, named[0].id, _by_reference(line.amount, named[0]))
    if named:
        return Match(line, None, MatchKind.AMBIGUOUS)
    fitting = [
        invoice
        for invoice in invoices
        if invoice.currency == line.currency and line.amount in invoice.sums
    ]
    return _by_amount(line, fitting)


def _by_reference(amount: int, invoice: OpenInvoice) -> MatchKind:
    if amount == invoice.owed:
        return MatchKind.EXACT
    if amount in invoice.sums:
        return MatchKind.WITHHELD
    return MatchKind.PARTIAL if amount < invoice.owed else MatchKind.OVER


def _by_amount(line: BankLine, fitting: list[OpenInvoice]) -> Match:
    """Return the proposal for a line that names no invoice.

    The amount alone is not enough: the text must name the client, or hold the beginning of the
    reference.
    """
    if len(fitting) > 1:
        return Match(line, None, MatchKind.AMBIGUOUS)
    if fitting and (
        names_client(line.text, fitting[0].client_name)
        or find_cut_references(line.text, _names(fitting))
    ):
        return Match(line, fitting[0].id, MatchKind.AMOUNT)
    return Match(line, None, MatchKind.NONE)


def _names(invoices: list[OpenInvoice]) -> list[str]:
    return [name for invoice in invoices for name in (invoice.number, invoice.reference)]


def names_client(text: str, name: str) -> bool:
    """Whether the text has a distinctive word of the client's name, or its first eight letters."""
    texts = [(spelling, set(_WORD.findall(spelling))) for spelling in spellings(text)]
    return any(
        _occurs(word, spelling, words)
        for word in _distinctive_words(name)
        for spelling, words in texts
    )


def spellings(text: str) -> tuple[str, str]:
    """Return the text in capitals, once with umlauts written out (Ü as UE), once without accents.

    Some banks do the one, some the other.
    """
    capitals = unicodedata.normalize("NFKC", text).upper()
    return _without_accents(capitals.translate(_UMLAUTS)), _without_accents(capitals)


def _without_accents(text: str) -> str:
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", text)))


@lru_cache(maxsize=4096)
def _distinctive_words(name: str) -> frozenset[str]:
    """Return the words of a name that tell its bearer from others, in every spelling."""
    text = unicodedata.normalize("NFKC", name)
    for form in THAI_COMPANY_FORMS:
        text = text.replace(unicodedata.normalize("NFKC", form), " ")
    words = {word for spelling in spellings(text) for word in _WORD.findall(spelling)}
    return frozenset(
        word for word in words - COMMON_WORDS if len(word) >= SHORTEST_WORD and not word.isdigit()
    )


def _occurs(word: str, text: str, words: set[str]) -> bool:
    """Whether a word of a name occurs in a text, whose words are given as well.

    A short word must be a whole word of the text, a longer one the beginning of a word. Thai is
    written without spaces, so a Thai word may be anywhere.
    """
    if not word.isascii():
        return len(word) >= 4 and word[:LETTERS_COMPARED] in text
    if len(word) < 5:
        return word in words
    return any(candidate.startswith(word[:LETTERS_COMPARED]) for candidate in words)

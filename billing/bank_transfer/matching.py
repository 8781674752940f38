"""Which open invoice a bank line pays: proposals, never postings. Pure.

reference found   amount = owed                       exact
                  amount = owed − withholding         withheld (rule 19)
                  less, more                          partial, over: a person decides
none found        one invoice has that amount, and the client's name is there     amount
otherwise                                             ambiguous where there is a choice, else none
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

from billing.bank_transfer.codes.reference import find, find_cut
from billing.bank_transfer.statement_csv import BankLine


class Kind(StrEnum):
    """What a line is taken for. Only EXACT and WITHHELD settle an invoice as it stands."""

    EXACT = "exact"
    WITHHELD = "withheld"
    PARTIAL = "partial"
    OVER = "over"
    AMOUNT = "amount"
    AMBIGUOUS = "ambiguous"
    NONE = "none"


@dataclass(frozen=True)
class Open:
    """An invoice that waits for a transfer: minor units owed, and how much of that the client may withhold."""

    id: UUID
    number: str
    reference: str
    currency: str
    owed: int
    withholding: int
    client_name: str

    @property
    def sums(self) -> set[int]:
        """What settles it: all of it, or what is left when tax is withheld."""
        return {self.owed, self.owed - self.withholding}


@dataclass(frozen=True)
class Match:
    """A proposal for one line; `invoice_id` is None where it is ambiguous or none."""

    line: BankLine
    invoice_id: UUID | None
    kind: Kind


#: Words of names that say nothing about who it is.
COMMON = frozenset(
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
#: Thai forms of companies and titles, which stand without a space; longer before shorter.
GLUED = ("บริษัท", "จำกัด", "มหาชน", "ห้างหุ้นส่วน", "ห้าง", "สามัญ", "นางสาว", "บมจ", "บจก", "หจก")
SHORTEST_WORD = 3
BEGINNING = 8  # letters of a longer word that are enough: banks cut names

_RANK = {kind: place for place, kind in enumerate(Kind)}
_UMLAUTS = str.maketrans({"Ä": "AE", "Ö": "OE", "Ü": "UE"})
_ACCENTS = re.compile("[\u0300-\u036f]")
_WORD = re.compile("(?:[^\\W_]|[\u0e00-\u0e7f])+")  # Thai vowels are no letters to Python


def match(lines: Sequence[BankLine], opens: Iterable[Open]) -> list[Match]:
    """One proposal for each line, in the order of the lines; what it is does not depend on any order.

    Where two lines claim an invoice the better kind has it, then the earlier; the other is ambiguous.
    """
    known = list(opens)
    claims = [_claim(line, known) for line in lines]
    taken: set[UUID] = set()
    for place in sorted(range(len(claims)), key=lambda n: _turn(claims[n])):
        invoice_id = claims[place].invoice_id
        if invoice_id in taken:
            claims[place] = Match(claims[place].line, None, Kind.AMBIGUOUS)
        elif invoice_id is not None:
            taken.add(invoice_id)
    return claims


def _turn(claim: Match) -> tuple[int, str, str, int]:
    line = claim.line
    return _RANK[claim.kind], line.on.isoformat(), line.fingerprint, line.line


def _claim(line: BankLine, known: list[Open]) -> Match:
    """What the line says when nobody else claims the same."""
    found = find(line.text, _names(known))
    named = [each for each in known if {each.number, each.reference} & found]
    if len(named) == 1 and named[0].currency == line.currency:
        return Match(line, named[0].id, _by_reference(line.amount, named[0]))
    if named:
        return Match(line, None, Kind.AMBIGUOUS)
    return _by_amount(
        line,
        [each for each in known if each.currency == line.currency and line.amount in each.sums],
    )


def _by_reference(amount: int, invoice: Open) -> Kind:
    if amount == invoice.owed:
        return Kind.EXACT
    if amount in invoice.sums:
        return Kind.WITHHELD
    return Kind.PARTIAL if amount < invoice.owed else Kind.OVER


def _by_amount(line: BankLine, fitting: list[Open]) -> Match:
    """An amount alone is no proof: the client's name, or the beginning of a reference, must stand there too."""
    if len(fitting) > 1:
        return Match(line, None, Kind.AMBIGUOUS)
    if fitting and (
        names_client(line.text, fitting[0].client_name) or find_cut(line.text, _names(fitting))
    ):
        return Match(line, fitting[0].id, Kind.AMOUNT)
    return Match(line, None, Kind.NONE)


def _names(invoices: list[Open]) -> list[str]:
    return [name for each in invoices for name in (each.number, each.reference)]


def names_client(text: str, name: str) -> bool:
    """Whether a word of the client's name that is not everybody's stands in the text, or its first eight letters."""
    there = [(spelling, set(_WORD.findall(spelling))) for spelling in spellings(text)]
    return any(
        _stands(word, spelling, words) for word in _telling(name) for spelling, words in there
    )


def spellings(text: str) -> tuple[str, str]:
    """In capitals with umlauts written out, and without any accent: banks do the one or the other."""
    capitals = unicodedata.normalize("NFKC", text).upper()
    return _bare(capitals.translate(_UMLAUTS)), _bare(capitals)


def _bare(text: str) -> str:
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", text)))


@lru_cache(maxsize=4096)
def _telling(name: str) -> frozenset[str]:
    text = unicodedata.normalize("NFKC", name)
    for form in GLUED:
        text = text.replace(unicodedata.normalize("NFKC", form), " ")
    words = {word for spelling in spellings(text) for word in _WORD.findall(spelling)}
    return frozenset(
        word for word in words - COMMON if len(word) >= SHORTEST_WORD and not word.isdigit()
    )


def _stands(word: str, text: str, words: set[str]) -> bool:
    """A short word must stand alone, a longer one begin a word; Thai, which has no spaces, may stand anywhere."""
    if not word.isascii():
        return len(word) >= 4 and word[:BEGINNING] in text
    if len(word) < 5:
        return word in words
    return any(each.startswith(word[:BEGINNING]) for each in words)

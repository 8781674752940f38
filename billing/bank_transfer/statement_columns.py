"""Recognises the columns of a bank statement by its heading, in English, Thai and German. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from billing.bank_transfer.statement_cells import CURRENCY_SYMBOLS
from core.money import CURRENCIES

#: Characters of a cell that are looked at, so that no file can slow down the search for brackets.
LONGEST_HEADING = 80

# The names are in order of preference: a file may have the booking date as well as the value date.
DATE = (
    "date",
    "transaction date",
    "completed date",
    "booking date",
    "posting date",
    "posted date",
    "date posted",
    "effective date",
    "value date",
    "วันที่",
    "วันที่ทำรายการ",
    "วันที่รายการ",
    "วันที่โอน",
    "วันที่มีผล",
    "buchungstag",
    "buchungsdatum",
    "datum",
    "buchung",
    "valutadatum",
    "valuta",
    "wertstellung",
    "wertstellungstag",
)
AMOUNT = (
    "amount",
    "transaction amount",
    "net amount",
    "sum",
    "จำนวนเงิน",
    "จำนวน",
    "ยอดเงิน",
    "ยอดโอน",
    "betrag",
    "umsatz",
)
CREDIT = (
    "credit",
    "credits",
    "credit amount",
    "deposit",
    "deposits",
    "deposit amount",
    "money in",
    "paid in",
    "received",
    "ฝาก",
    "ฝากเงิน",
    "เงินฝาก",
    "เงินเข้า",
    "ยอดเงินเข้า",
    "จำนวนเงินฝาก",
    "เครดิต",
    "haben",
    "gutschrift",
    "eingang",
)
DEBIT = (
    "debit",
    "debits",
    "debit amount",
    "withdrawal",
    "withdrawals",
    "withdrawal amount",
    "money out",
    "paid out",
    "ถอน",
    "ถอนเงิน",
    "เงินถอน",
    "เงินออก",
    "ยอดเงินออก",
    "จำนวนเงินถอน",
    "เดบิต",
    "soll",
    "belastung",
    "ausgang",
)
SIDE = (
    "debit credit",
    "credit debit",
    "dr cr",
    "cr dr",
    "d c",
    "c d",
    "debit credit indicator",
    "credit debit indicator",
    "ฝาก ถอน",
    "ถอน ฝาก",
    "soll haben",
    "s h",
)
TEXT = (
    "description",
    "transaction description",
    "details",
    "transaction details",
    "detail",
    "memo",
    "narrative",
    "particulars",
    "message",
    "note",
    "notes",
    "remark",
    "remarks",
    "payee",
    "payer",
    "payer name",
    "name",
    "sender",
    "from",
    "counterparty",
    "counterparty name",
    "partner name",
    "type",
    "transaction type",
    "transaction",
    "channel",
    "รายการ",
    "รายละเอียด",
    "คำอธิบาย",
    "หมายเหตุ",
    "บันทึก",
    "บันทึกช่วยจำ",
    "ผู้โอน",
    "ชื่อผู้โอน",
    "จาก",
    "ชื่อบัญชี",
    "ประเภท",
    "ประเภทรายการ",
    "ช่องทาง",
    "verwendungszweck",
    "buchungstext",
    "auftraggeber",
    "auftraggeber empfänger",
    "auftraggeber begünstigter",
    "zahlungspflichtiger",
    "zahlungspflichtige r",
    "begünstigter zahlungspflichtiger",
    "beguenstigter zahlungspflichtiger",
    "name zahlungsbeteiligter",
    "empfänger zahlungspflichtiger",
    "vorgang",
    "umsatztyp",
    "zahlungspflichtige",
    "beschreibung",
    "text",
    "partnername",
)
REFERENCE = (
    "reference",
    "references",
    "ref",
    "ref no",
    "reference no",
    "reference number",
    "payment reference",
    "end to end reference",
    "customer reference",
    "ref 1",
    "ref 2",
    "ref1",
    "ref2",
    "อ้างอิง",
    "เลขที่อ้างอิง",
    "เลขอ้างอิง",
    "หมายเลขอ้างอิง",
    "referenz",
    "zahlungsreferenz",
    "kundenreferenz",
    "ende zu ende referenz",
    "end to end referenz",
    "mandatsreferenz",
)
CURRENCY = ("currency", "ccy", "currency code", "สกุลเงิน", "währung", "waehrung")

INCOMING = {
    "c",
    "cr",
    "crdt",
    "credit",
    "deposit",
    "ฝาก",
    "ฝากเงิน",
    "เข้า",
    "เงินเข้า",
    "โอนเข้า",
    "h",
    "haben",
    "eingang",
}
OUTGOING = {
    "d",
    "dr",
    "dbit",
    "debit",
    "withdrawal",
    "withdraw",
    "ถอน",
    "ถอนเงิน",
    "ออก",
    "เงินออก",
    "โอนออก",
    "s",
    "soll",
    "ausgang",
}


@dataclass(frozen=True)
class Columns:
    """Positions of the columns in a row, from 0; None if the file has no such column.

    If a file has both `credit` and `amount`, `credit` is used. `stated` is the currency that the
    heading names, or "".
    """

    date: int
    amount: int | None
    credit: int | None
    debit: int | None
    side: int | None
    currency: int | None
    texts: tuple[int, ...]
    stated: str

    @property
    def known(self) -> int:
        """Number of columns that were recognised."""
        others = (self.amount, self.credit, self.debit, self.side, self.currency)
        return 1 + len(self.texts) + sum(place is not None for place in others)


def normalised(cell: str) -> str:
    """Normalise a cell for comparison: lower case, single spaces, no brackets or punctuation.

    Text inside brackets is dropped.
    """
    text = unicodedata.normalize("NFKC", cell[:LONGEST_HEADING]).casefold()
    bare = re.sub(r"\([^)]*\)|\[[^]]*\]", " ", text)
    return " ".join(re.split(r"[\s./:;*_#-]+", bare)).strip()


def recognise_columns(row: Sequence[str]) -> Columns | None:
    """Return the columns if the row is a heading, else None.

    A heading needs a date column, and a column with amounts or with incoming money.
    """
    headings = [normalised(cell) for cell in row]
    date, amount, credit = (_first(headings, names) for names in (DATE, AMOUNT, CREDIT))
    if date is None or (amount is None and credit is None):
        return None
    texts = {normalised(name) for name in TEXT + REFERENCE}
    money_column = credit if credit is not None else amount
    return Columns(
        date=date,
        amount=amount,
        credit=credit,
        debit=_first(headings, DEBIT),
        side=_first(headings, SIDE),
        currency=_first(headings, CURRENCY),
        texts=tuple(place for place, word in enumerate(headings) if word in texts),
        stated=_stated(row[money_column]) if money_column is not None else "",
    )


def is_incoming(cell: str) -> bool | None:
    """Whether the word in a cell says that money came in; None if it says nothing about that."""
    word = normalised(cell)
    return word in INCOMING if word in INCOMING | OUTGOING else None


def currency_of(cell: str) -> str:
    """Return the currency of a cell that is a code, or a symbol of one currency only; else ""."""
    word = cell.strip()
    codes = (
        (word.upper(),) if re.fullmatch(r"[A-Za-z]{3}", word) else CURRENCY_SYMBOLS.get(word, ())
    )
    return codes[0] if len(codes) == 1 else ""


def _first(headings: list[str], names: tuple[str, ...]) -> int | None:
    return next(
        (headings.index(normalised(name)) for name in names if normalised(name) in headings), None
    )


def _stated(cell: str) -> str:
    """Return the currency in brackets, as in "Betrag (EUR)" or "จำนวนเงิน (บาท)"; "" if none."""
    brackets = re.search(r"[(\[]\s*([^)\]]+?)\s*[)\]]", cell[:LONGEST_HEADING])
    code = currency_of(brackets[1]) if brackets else ""
    return code if code in CURRENCIES else ""

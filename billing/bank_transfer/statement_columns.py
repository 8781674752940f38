"""The heading of a bank statement: which column is which, in English, Thai and German. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from billing.bank_transfer.statement_cells import SIGNS
from core.money import CURRENCIES

LONGEST_HEADING = (
    80  # characters that are looked at: nobody's file may keep the search for brackets busy
)

# In order of preference where a file has several: the day it was booked before the day it counts from.
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
    """Places in a row, None where the file has no such column; `credit` goes before `amount` where it has both.

    `stated` is a currency the heading names.
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
        """How many columns were recognised."""
        others = (self.amount, self.credit, self.debit, self.side, self.currency)
        return 1 + len(self.texts) + sum(place is not None for place in others)


def plain(cell: str) -> str:
    """A word as it is looked up: small letters, single spaces, no brackets and what they hold, no punctuation."""
    text = unicodedata.normalize("NFKC", cell[:LONGEST_HEADING]).casefold()
    bare = re.sub(r"\([^)]*\)|\[[^]]*\]", " ", text)
    return " ".join(re.split(r"[\s./:;*_#-]+", bare)).strip()


def recognise(row: Sequence[str]) -> Columns | None:
    """The columns of a heading; None where the row is none: it needs a date, and an amount or money coming in."""
    words = [plain(cell) for cell in row]
    date, amount, credit = (_first(words, names) for names in (DATE, AMOUNT, CREDIT))
    if date is None or (amount is None and credit is None):
        return None
    texts = {plain(name) for name in TEXT + REFERENCE}
    money = credit if credit is not None else amount
    return Columns(
        date=date,
        amount=amount,
        credit=credit,
        debit=_first(words, DEBIT),
        side=_first(words, SIDE),
        currency=_first(words, CURRENCY),
        texts=tuple(place for place, word in enumerate(words) if word in texts),
        stated=_stated(row[money]) if money is not None else "",
    )


def is_incoming(cell: str) -> bool | None:
    """Which way the money went; None where the word says neither."""
    word = plain(cell)
    return word in INCOMING if word in INCOMING | OUTGOING else None


def currency_of(cell: str) -> str:
    """The code that a cell names by itself or by a sign that means one currency only; "" where it names none."""
    word = cell.strip()
    codes = (word.upper(),) if re.fullmatch(r"[A-Za-z]{3}", word) else SIGNS.get(word, ())
    return codes[0] if len(codes) == 1 else ""


def _first(words: list[str], names: tuple[str, ...]) -> int | None:
    return next((words.index(plain(name)) for name in names if plain(name) in words), None)


def _stated(cell: str) -> str:
    """The currency in the brackets of "Betrag (EUR)" or "จำนวนเงิน (บาท)"; "" where there is none."""
    found = re.search(r"[(\[]\s*([^)\]]+?)\s*[)\]]", cell[:LONGEST_HEADING])
    code = currency_of(found[1]) if found else ""
    return code if code in CURRENCIES else ""

"""Bank statements are read as the bank meant them, and no transfer counts twice (rule 20).

Every row of a file is accounted for.
"""

import csv
import io
from datetime import date
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.bank_transfer import statement_cells, statement_columns
from billing.bank_transfer.codes.reference import FIELD_SEPARATOR
from billing.bank_transfer.statement_csv import BadLine, Reason, Statement, read_statement
from core.money import LARGEST, exponent, to_decimal

DAY = date(2026, 3, 16)


def of(text: str, currency: str = "THB", encoding: str = "utf-8") -> Statement:
    return read_statement(text.encode(encoding), currency)


def simple(*rows: str) -> Statement:
    return of("\n".join(["Date,Amount,Description", *rows]))


# The files of banks


def test_an_english_file_with_one_signed_amount() -> None:
    statement = of(
        "Date,Description,Amount,Currency\n"
        '2026-03-16,ACME RH-2026-0007,"31,200.00",THB\n2026-03-17,Rent,-500,THB\n'
    )
    assert not statement.bad
    (line,) = statement.lines
    assert (line.line, line.on, line.amount, line.currency) == (2, DAY, 3_120_000, "THB")
    assert line.text == "ACME RH-2026-0007"


def test_a_thai_file_with_a_column_for_each_direction_and_buddhist_years() -> None:
    statement = of(
        "เลขที่บัญชี,123-4-56789-0\n\n"
        "วันที่,เวลา/วันที่มีผล,รายการ,ถอนเงิน (บาท),ฝากเงิน (บาท),ยอดคงเหลือ (บาท),ช่องทาง,รายละเอียด\n"
        '๑๖/๐๓/๒๕๖๙,10:15,รับโอนเงิน,,"๓๑,๒๐๐.๐๐","41,200.00",K PLUS,จาก บจก. สยามดีไซน์\n'
        '17/03/2569,11:00,โอนเงิน,500.00,,"40,700.00",K PLUS,ไป นาย ก\n',
        currency="USD",
        encoding="cp874",
    )
    assert not statement.bad
    (line,) = statement.lines
    assert (line.line, line.on, line.amount, line.currency) == (4, DAY, 3_120_000, "THB")
    assert line.text == FIELD_SEPARATOR.join(["รับโอนเงิน", "K PLUS", "จาก บจก. สยามดีไซน์"])


def test_a_german_file_with_semicolons_and_commas() -> None:
    statement = of(
        '"Auftragskonto";"Buchungstag";"Valutadatum";"Buchungstext";"Verwendungszweck";'
        '"Beguenstigter/Zahlungspflichtiger";"Betrag";"Waehrung"\n'
        '"DE89";"16.03.26";"17.03.26";"GUTSCHRIFT";"RH-2026-0007";"Müller GmbH";"1.234,50";"EUR"\n'
        '"DE89";"17.03.26";"17.03.26";"LASTSCHRIFT";"Strom";"Stadtwerke";"-85,20";"EUR"\n',
        encoding="cp1252",
    )
    assert not statement.bad
    (line,) = statement.lines
    assert (line.on, line.amount, line.currency) == (DAY, 123_450, "EUR")
    assert line.text == FIELD_SEPARATOR.join(["GUTSCHRIFT", "RH-2026-0007", "Müller GmbH"])


def test_a_currency_in_the_heading_counts_for_every_row() -> None:
    for heading in ("Betrag (EUR)", "Betrag (€)", "Amount [eur]"):
        (line,) = of(f"Buchungstag;{heading};Verwendungszweck\n16.03.2026;12,00;x").lines
        assert line.currency == "EUR"
    (line,) = of("Date;Amount (net);Description\n16.03.2026;12,00;x").lines
    assert line.currency == "THB"


@pytest.mark.parametrize(
    ("side", "amount"),
    [
        ("CR", 1200),
        ("C", 1200),
        ("Haben", 1200),
        ("ฝาก", 1200),
        ("DR", None),
        ("S", None),
        ("ถอนเงิน", None),
    ],
)
def test_a_column_can_say_whether_money_came_in_or_went_out(side: str, amount: int | None) -> None:
    statement = of(f"Date;Debit/Credit;Amount\n2026-03-16;{side};12.00")
    assert [line.amount for line in statement.lines] == ([amount] if amount else [])
    assert not statement.bad


def test_an_unknown_word_for_the_direction_is_reported() -> None:
    assert of("Date;Dr/Cr;Amount\n2026-03-16;?;12.00").bad == [BadLine(2, Reason.BAD_SIDE)]


@pytest.mark.parametrize("kind", ["Withdrawal", "ถอนเงิน", "debit"])
def test_money_that_the_text_calls_outgoing_is_skipped(kind: str) -> None:
    assert of(f"Date;Type;Amount\n2026-03-16;{kind};12.00") == Statement([], [])


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    rows = [["Date", "Amount", "Description"], ["2026-03-16", "12.50", "a, b; c"]]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    (line,) = of(out.getvalue()).lines
    assert (line.amount, line.text) == (1250, "a, b; c")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp874", "tis-620"])
def test_thai_is_read_in_every_encoding_and_counts_as_the_same_transfer(encoding: str) -> None:
    text = "วันที่,จำนวนเงิน,รายละเอียด\n16/03/2569,12.00,ค่าบริการ เดือนมีนาคม\n"
    assert of(text, encoding=encoding) == of(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_german_is_read_in_every_encoding_and_counts_as_the_same_transfer(encoding: str) -> None:
    text = "Buchungstag;Betrag;Währung;Verwendungszweck\n16.03.2026;12,00;EUR;Gebühr für Größe Ü\n"
    assert of(text, encoding=encoding) == of(text)
    assert of(text, encoding=encoding).lines[0].text == "Gebühr für Größe Ü"


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_line_ending_is_counted_once(ending: str) -> None:
    statement = of(
        ending.join(["Date,Amount,Description", "2026-03-16,1,a", "x,1,b", "2026-03-16,2,c", ""])
    )
    assert [line.line for line in statement.lines] == [2, 4]
    assert statement.bad == [BadLine(3, Reason.NO_DATE)]


# Dates


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-16",
        "2026/03/16",
        "2569-03-16",
        "16/03/2026",
        "16/3/2026",
        "16.03.2026",
        "16-03-2026",
        "16.3.26",
        "16/03/2569",
        "16/03/69",
        "๑๖/๐๓/๒๕๖๙",
        "2026-03-16 10:15:00",
        "2026-03-16T10:15:00+07:00",
        " 16/03/2026 10:15 ",
        "１６/０３/２０２６",
    ],
)
def test_a_day_is_the_same_in_every_spelling(written: str) -> None:
    assert statement_cells.read_date(written) == DAY


@pytest.mark.parametrize(
    "written",
    [
        "",
        "16",
        "16/03",
        "31/02/2026",
        "2026-02-30",
        "16/03/1026",
        "16/03-2026",
        "16 Mar",
        "0/1/2026",
        "16/03/20261",
    ],
)
def test_text_that_is_not_a_date_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        statement_cells.read_date(written)


def test_a_leap_day_of_a_buddhist_year_exists() -> None:
    assert statement_cells.read_date("29/02/2567") == date(2024, 2, 29)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
@settings(deadline=None)
def test_every_day_of_the_century_is_read_in_every_format(day: date) -> None:
    buddhist = day.year + 543
    for written in (
        day.isoformat(),
        f"{day:%d/%m/%Y}",
        f"{day:%d.%m.%Y}",
        f"{day:%d/%m}/{buddhist}",
        f"{buddhist}-{day:%m-%d}",
    ):
        assert statement_cells.read_date(written) == day


@given(st.dates(date(2017, 1, 1), date(2056, 12, 31)))
@settings(deadline=None)
def test_years_of_two_digits_are_read_in_both_eras(day: date) -> None:
    assert statement_cells.read_date(f"{day:%d/%m}/{(day.year + 543) % 100:02}") == day
    assert statement_cells.read_date(f"{day:%d.%m.%y}") == day


def test_ambiguous_dates_in_a_file_with_the_month_first_are_refused() -> None:
    statement = simple("03/04/2026,1,a", "03/13/2026,2,b", "2026-03-16,3,c")
    assert [line.text for line in statement.lines] == ["c"]
    assert statement.bad == [BadLine(2, Reason.MONTH_FIRST), BadLine(3, Reason.MONTH_FIRST)]


# Amounts


@pytest.mark.parametrize(
    ("written", "currency", "expected"),
    [
        ("1,234.50", "THB", 123_450),
        ("1.234,50", "EUR", 123_450),
        ("1234.5", "EUR", 123_450),
        ("1234,5", "EUR", 123_450),
        ("1 234,50", "EUR", 123_450),
        ("1\u00a0234,50 €", "EUR", 123_450),
        ("1'234.50", "CHF", 123_450),
        ("1,234,567.00", "THB", 123_456_700),
        ("1.234.567", "EUR", 123_456_700),
        ("12,34,567.00", "INR", 123_456_700),
        ("1,234", "THB", 123_400),
        ("1.234", "EUR", 123_400),
        ("12", "THB", 1200),
        (".50", "THB", 50),
        ("0,5", "EUR", 50),
        ("๑,๒๓๔.๕๐", "THB", 123_450),
        ("THB 1,234.50", "THB", 123_450),
        ("฿1,234.50", "THB", 123_450),
        ("1,234.50 บาท", "THB", 123_450),
        ("$12", "SGD", 1200),
        ("+12.00", "THB", 1200),
        ("12.00 CR", "THB", 1200),
        ("12.5000", "THB", 1250),
        ("0.00", "THB", 0),
        ("-12.00", "THB", -1200),
        ("(12.00)", "THB", -1200),
        ("12.00-", "THB", -1200),
        ("−12", "THB", -1200),
        ("12.00 DR", "THB", -1200),
        ("12,00 S", "EUR", -1200),
        ("-€12.00", "EUR", -1200),
        ("€-12.00", "EUR", -1200),
        ("(฿12.00)", "THB", -1200),
        ("1,234", "JPY", 1234),
        ("1.234", "JPY", 1234),
        ("1234.00", "JPY", 1234),
        ("¥1,234", "JPY", 1234),
        ("1,234.500", "KWD", 1_234_500),
        ("12.500", "KWD", 12_500),
        ("12,5", "KWD", 12_500),
        ("1.234.567", "KWD", 1_234_567_000),
    ],
)
def test_an_amount_is_the_same_in_every_spelling(
    written: str, currency: str, expected: int
) -> None:
    assert statement_cells.read_amount(written, currency) == expected


@pytest.mark.parametrize(
    ("written", "currency"),
    [
        ("", "THB"),
        ("-", "THB"),
        ("abc", "THB"),
        ("12.345,6.7", "THB"),
        ("1,23,4", "THB"),
        ("12", "XXY"),
        ("12.50", "JPY"),
        ("12.3456", "KWD"),
        ("1,234.505", "THB"),
        ("--12", "THB"),
        ("(-12)", "THB"),
        ("(12", "THB"),
        ("-12 DR", "THB"),
        ("12.", "THB"),
        ("€12", "THB"),
        ("USD 12", "THB"),
        ("1e5", "THB"),
        ("NaN", "THB"),
        ("1,234", "KWD"),
        ("0x12", "THB"),
        ("0" * 101 + "1", "THB"),
        ("10000000000.01", "THB"),
        ("1,0001", "THB"),
    ],
)
def test_text_that_is_not_an_amount_or_could_be_two_is_refused(written: str, currency: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        statement_cells.read_amount(written, currency)


def test_the_largest_amount_is_accepted() -> None:
    assert statement_cells.read_amount("10,000,000,000.00", "THB") == LARGEST


@given(
    st.integers(-LARGEST, LARGEST), st.sampled_from(["THB", "EUR", "JPY", "KWD", "USD"]), st.data()
)
@settings(deadline=None)
def test_every_amount_is_read_as_a_bank_writes_it(
    amount: int, currency: str, data: st.DataObject
) -> None:
    written = f"{to_decimal(amount, currency):,.{exponent(currency)}f}"
    if data.draw(st.booleans()) and exponent(currency) != 3:
        written = written.translate(str.maketrans(",.", ".,"))
    if written.startswith("-") and data.draw(st.booleans()):
        written = f"({written[1:]})"
    assert statement_cells.read_amount(written, currency) == amount


# Rows


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("yesterday,12.00,x", Reason.NO_DATE),
        (",12.00,x", Reason.NO_DATE),
        ("Total", Reason.NO_DATE),
        ("2026-03-16,,x", Reason.NO_AMOUNT),
        ("2026-03-16", Reason.NO_AMOUNT),
        ("2026-03-16,twelve,x", Reason.BAD_AMOUNT),
        ('2026-03-16,1,"a"b', Reason.BROKEN),
        ('2026-03-16,1,"never closed', Reason.BROKEN),
    ],
)
def test_a_row_that_cannot_be_read_is_reported_and_the_others_are_read(
    row: str, reason: Reason
) -> None:
    statement = (
        simple("2026-03-16,1,before", row)
        if reason == Reason.BROKEN
        else simple("2026-03-16,1,before", row, "2026-03-16,2,after")
    )
    assert statement.bad == [BadLine(3, reason)]
    assert [line.text for line in statement.lines] == (
        ["before"] if reason == Reason.BROKEN else ["before", "after"]
    )


def test_a_row_with_unbalanced_quotes_does_not_swallow_the_next() -> None:
    statement = simple('2026-03-16,1,"a"b', "2026-03-16,2,after")
    assert statement.bad == [BadLine(2, Reason.BROKEN)]
    assert [line.line for line in statement.lines] == [3]


def test_a_row_of_several_lines_is_reported_by_its_first() -> None:
    statement = simple('2026-03-16,1,"one\ntwo"', "2026-03-16,2,next", "x,3,bad")
    assert [(line.line, line.text) for line in statement.lines] == [(2, "one two"), (4, "next")]
    assert statement.bad == [BadLine(5, Reason.NO_DATE)]


@pytest.mark.parametrize(
    "row", ["2026-03-16,-5,x", "2026-03-16,0.00,x", ",,", "", "2026-03-16,(5.00),x"]
)
def test_outgoing_money_zero_amounts_and_empty_rows_are_skipped(row: str) -> None:
    assert simple(row) == Statement([], [])


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("2026-03-16,,5", 500),
        ("2026-03-16,0.00,5", 500),
        ("2026-03-16,-,5", 500),
        ("2026-03-16,5,", None),
        ("2026-03-16,-5,", None),
        ("2026-03-16,,-5", None),
        ("2026-03-16,5,0", None),
        ("2026-03-16,0,0", None),
        ("2026-03-16,5,5", Reason.BOTH_SIDES),
        ("2026-03-16,,", Reason.NO_AMOUNT),
        ("2026-03-16,x,", Reason.BAD_AMOUNT),
    ],
)
def test_of_two_columns_only_the_one_for_incoming_money_is_read(
    row: str, expected: int | Reason | None
) -> None:
    statement = of(f"Date,Debit,Credit\n{row}")
    assert [line.amount for line in statement.lines] == (
        [expected] if isinstance(expected, int) else []
    )
    assert [bad.reason for bad in statement.bad] == (
        [expected] if isinstance(expected, Reason) else []
    )


def test_a_currency_that_does_not_exist_is_reported() -> None:
    statement = of("Date,Amount,Currency\n2026-03-16,5,XXY\n2026-03-16,5,\n2026-03-16,5,eur")
    assert statement.bad == [BadLine(2, Reason.BAD_CURRENCY)]
    assert [line.currency for line in statement.lines] == ["THB", "EUR"]


def test_the_fields_of_a_text_are_joined_without_empty_or_repeated_ones() -> None:
    (line,) = of("Date;Amount;Description;Reference;Name\n2026-03-16;5;RH-1;;RH-1\n").lines
    assert line.text == "RH-1"


def test_a_repeated_heading_is_reported_as_a_row_that_cannot_be_read() -> None:
    statement = of(
        "Date,Amount,Description\n2026-03-16,1,a\nDate,Amount,Description\n2026-03-17,2,b"
    )
    assert [line.text for line in statement.lines] == ["a", "b"]
    assert statement.bad == [BadLine(3, Reason.NO_DATE)]


def test_a_space_before_a_quoted_field_is_no_part_of_it() -> None:
    (line,) = simple('2026-03-16, "1,234.50", "a, b"').lines
    assert (line.amount, line.text) == (123_450, "a, b")


def test_invisible_characters_are_removed_from_the_text() -> None:
    (line,) = simple("2026-03-16,5,a\x00b\u202ec\t d\u200b\x07e").lines
    assert line.text == "a bc d e"


def test_two_texts_that_are_cut_alike_keep_different_fingerprints() -> None:
    statement = simple(f"2026-03-16,5,{'x' * 600}", f"2026-03-16,5,{'x' * 601}")
    assert [len(line.text) for line in statement.lines] == [500, 500]
    assert len({line.fingerprint for line in statement.lines}) == 2
    assert (
        statement.lines[0].fingerprint == simple(f"2026-03-16,5,{'x' * 600}").lines[0].fingerprint
    )


# Whole files


@pytest.mark.parametrize(
    "text", ["", "hello", "Date,Description\n2026-03-16,x", "Amount,Description\n1,x", "\x00\xff"]
)
def test_a_file_without_a_heading_is_refused_as_a_whole(text: str) -> None:
    assert of(text) == Statement([], [BadLine(0, Reason.NO_HEADING)])


def test_a_file_of_five_megabytes_is_read_and_one_byte_more_is_refused() -> None:
    rows = b"Date,Amount,Description\n2026-03-16,1,a\n" + (b" " * 999 + b"\n") * 5300
    fits = rows[: 5 * 1024 * 1024]
    assert len(read_statement(fits, "THB").lines) == 1
    assert read_statement(fits + b"\n", "THB") == Statement([], [BadLine(0, Reason.TOO_BIG)])


def test_twenty_thousand_rows_are_read_and_one_more_is_refused() -> None:
    rows = [f"2026-03-16,{n},row {n}" for n in range(1, 20_001)]
    statement = simple(*rows)
    assert len(statement.lines) == len({line.fingerprint for line in statement.lines}) == 20_000
    assert simple(*rows, "2026-03-16,1,x") == Statement([], [BadLine(0, Reason.TOO_MANY)])


def test_a_field_that_is_too_long_for_the_csv_reader_is_one_row_that_cannot_be_read() -> None:
    statement = simple("2026-03-16,1," + "x" * 200_000, "2026-03-16,2,after")
    assert statement.bad == [BadLine(2, Reason.BROKEN)]
    assert [line.text for line in statement.lines] == ["after"]


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"Date,Amount,Description\n", b"Date;Credit;Debit;Currency\n"]),
)
@settings(deadline=None)
def test_reading_never_fails_whatever_the_file_contains(data: bytes, heading: bytes) -> None:
    statement = read_statement(heading + data, "THB")
    assert all(line.amount > 0 and line.line > 0 for line in statement.lines)
    assert len({line.fingerprint for line in statement.lines}) == len(statement.lines)


def test_a_cell_full_of_brackets_is_read_only_up_to_the_length_of_a_heading() -> None:
    """Otherwise the search for closing brackets takes time quadratic in the cell's length."""
    assert len(statement_columns.normalised("(" * 130_000)) <= statement_columns.LONGEST_HEADING
    assert of(f"Date,Amount,Description\n2026-03-16,1,{'(' * 130_000}").lines[0].amount == 100


def test_every_reason_is_a_sentence() -> None:
    assert all(str(reason.label).endswith(".") for reason in Reason)


# Fingerprints

ROWS = st.tuples(
    st.dates(DAY, date(2026, 3, 20)), st.integers(1, 3), st.sampled_from(["ACME", "Siam"])
)


def written(rows: list[Any]) -> Statement:
    return simple(*(f"{on},{amount},{text}" for on, amount, text in rows))


@given(st.lists(ROWS, max_size=12), st.randoms())
@settings(deadline=None)
def test_fingerprints_are_unique_and_do_not_depend_on_the_order_of_rows(
    rows: list[Any], chance: Any
) -> None:
    shuffled = rows[:]
    chance.shuffle(shuffled)
    first, second = (
        [line.fingerprint for line in written(order).lines] for order in (rows, shuffled)
    )
    assert sorted(first) == sorted(second)
    assert len(set(first)) == len(rows)


@given(
    st.lists(ROWS, max_size=12), st.dates(DAY, date(2026, 3, 20)), st.dates(DAY, date(2026, 3, 20))
)
@settings(deadline=None)
def test_two_files_that_overlap_have_the_same_fingerprint_for_the_same_transfer(
    rows: list[Any], one: date, other: date
) -> None:
    early, late = sorted([one, other])
    expected = {line.fingerprint for line in written(rows).lines}
    files = [
        written([row for row in rows if row[0] <= late]),
        written([row for row in rows if row[0] >= early]),
    ]
    assert {line.fingerprint for file in files for line in file.lines} == expected


def test_the_formula_of_a_fingerprint_never_changes() -> None:
    """Fingerprints are compared with those of lines that were stored long ago."""
    (line,) = simple("2026-03-16,12,ACME").lines
    assert line.fingerprint == sha256(b"2026-03-16\x1f1200\x1fTHB\x1fACME\x1f1").hexdigest()
    assert simple("16/03/2569,THB 12.00,  ACME ").lines == simple("2026-03-16,12,ACME").lines

"""Writes an amount of money in words, as agreements print it next to the figures. Pure.

3,000.00 USD   three thousand US dollars                        สามพันดอลลาร์สหรัฐ
3,000.25 USD   three thousand US dollars and 25/100             สามพันดอลลาร์สหรัฐกับ 25/100
30,000.00 THB  thirty thousand Thai baht                        สามหมื่นบาทถ้วน
30,000.50 THB  thirty thousand Thai baht and 50/100             สามหมื่นบาทห้าสิบสตางค์
"""

from collections.abc import Callable

from babel.numbers import get_currency_name

from core.money import exponent

ONES = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
TENS = ["-", "-", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
SCALES = (
    (10**12, "trillion"),
    (10**9, "billion"),
    (10**6, "million"),
    (10**3, "thousand"),
    (100, "hundred"),
)
DIGITS = ["ศูนย์", "หนึ่ง", "สอง", "สาม", "สี่", "ห้า", "หก", "เจ็ด", "แปด", "เก้า"]
PLACES = ("", "สิบ", "ร้อย", "พัน", "หมื่น", "แสน")
MILLION = 10**6


def amount(minor: int, currency: str, language: str) -> str:
    """An amount in words. `minor` is in minor units of `currency` and is never negative."""
    unit = 10 ** exponent(currency)
    whole, part = divmod(minor, unit)
    return WRITERS[language](whole, part, currency, unit)


def english(number: int) -> str:
    """A whole number in English words, without "and": three hundred twenty-one."""
    for scale, name in SCALES:
        if number >= scale:
            rest = number % scale
            return f"{english(number // scale)} {name}" + (f" {english(rest)}" if rest else "")
    if number < 20:
        return ONES[number]
    return TENS[number // 10] + (f"-{ONES[number % 10]}" if number % 10 else "")


def thai(number: int) -> str:
    """A whole number in Thai words.

    21 is ยี่สิบเอ็ด and 101 is หนึ่งร้อยเอ็ด. Millions are a number of their own: 21,000,000 is
    ยี่สิบเอ็ดล้าน.
    """
    if number >= MILLION:
        millions, rest = divmod(number, MILLION)
        return thai(millions) + "ล้าน" + (_below_a_million(rest, follows=True) if rest else "")
    return _below_a_million(number, follows=False) or DIGITS[0]


def _below_a_million(number: int, *, follows: bool) -> str:
    """The Thai words of a number below 1,000,000; "" for zero.

    `follows` says that millions come before it, so that a last 1 reads เอ็ด instead of หนึ่ง.
    """
    digits = [int(character) for character in str(number)]
    words: list[str] = []
    for place, digit in zip(range(len(digits) - 1, -1, -1), digits, strict=True):
        if digit:
            words.append(_thai_digit(digit, place, leads=not words and not follows) + PLACES[place])
    return "".join(words)


def _thai_digit(digit: int, place: int, *, leads: bool) -> str:
    """The word of one digit; `place` is its power of ten, `leads` whether it is the first word."""
    if place == 0 and digit == 1 and not leads:
        return "เอ็ด"
    if place == 1 and digit in (1, 2):
        return "" if digit == 1 else "ยี่"
    return DIGITS[digit]


def _english_sum(whole: int, part: int, currency: str, unit: int) -> str:
    name = get_currency_name(currency, count=whole, locale="en")
    return f"{english(whole)} {name}" + (f" and {_fraction(part, unit)}" if part else "")


def _thai_sum(whole: int, part: int, currency: str, unit: int) -> str:
    if currency == "THB":
        return f"{thai(whole)}บาท" + (f"{thai(part)}สตางค์" if part else "ถ้วน")
    name = get_currency_name(currency, count=whole, locale="th")
    return f"{thai(whole)}{name}" + (f"กับ {_fraction(part, unit)}" if part else "")


def _fraction(part: int, unit: int) -> str:
    return f"{part:0{len(str(unit)) - 1}}/{unit}"


#: Who writes a sum of `whole` units and `part` of `unit` parts, by the code of the language.
WRITERS: dict[str, Callable[[int, int, str, int], str]] = {"en": _english_sum, "th": _thai_sum}

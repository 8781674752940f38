"""Formats money, dates, hours and numbers for people, in the active language.

core.templatetags.rh registers the public functions as template filters under their own names. Where
there is no value they return "—". The examples in the docstrings are for English.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_compact_decimal, format_decimal
from django.conf import settings
from django.utils.timezone import is_aware
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import languages
from core import money as money_rules
from core.dates import add_months, whole_months

SHORT_SPAN_DAYS = 14  # a month can hold several spans of at most this length


def language() -> languages.Language:
    """The entry of the active language."""
    return languages.of(get_language())


def language_name(code: str) -> str:
    """The name of a language in the active one: Thai."""
    return _(languages.of(code).name)


def language_choices() -> list[tuple[str, Any]]:
    """The languages and their names, as the choices of a field.

    A model field takes this function itself, so that no migration lists the languages.
    """
    return list(settings.LANGUAGES)


def _locale() -> str:
    """The CLDR locale of dates and numbers; English dates are written the British way."""
    return language().date_locale


def _as_date(value: Any) -> date | None:
    """A date, a datetime or ISO 8601 text as a date; None for anything else."""
    if isinstance(value, str) and value:
        return date.fromisoformat(value[:10])
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None


def _formatted(value: Any, pattern: str) -> str:
    """A date formatted by a CLDR pattern; "—" where there is none."""
    date_value = _as_date(value)
    return _written(date_value, pattern, _locale()) if date_value else "—"


@lru_cache(maxsize=4096)
def _written(value: date, pattern: str, locale: str) -> str:
    """A date by a CLDR pattern; kept, since a page writes few dates many times."""
    return format_date(value, pattern, locale=locale)


@lru_cache(maxsize=4096)
def _decimal(digits: str, pattern: str, locale: str) -> str:
    """A number by a CLDR pattern; kept, since a page writes few numbers many times."""
    return str(format_decimal(Decimal(digits), pattern, locale=locale))


def money(amount: int | None, currency: str) -> str:
    """An amount in minor units: 300000|money:"USD" → $3,000."""
    return "—" if amount is None else money_rules.format(amount, currency, language().locale)


def day(value: Any) -> str:
    """A date in full: 1 December 2026."""
    return _formatted(value, "d MMMM y")


def day_short(value: Any) -> str:
    """A date without its year: 1 Dec."""
    return _formatted(value, "d MMM")


def weekday(value: Any) -> str:
    """The weekday of a date: Thursday."""
    return _formatted(value, "EEEE")


def weekday_short(value: Any) -> str:
    """The weekday and the day of the month of a date: Thu 26."""
    return _formatted(value, "EEE d")


def month(value: Any) -> str:
    """The month of a date: December 2026."""
    return _formatted(value, "LLLL y")


def months(start: date, end: date) -> str:
    """The month in which a span begins, or, of a span of several months, the first and last month.

    Of at most two weeks it is the days, because a month can hold several such spans. `end` is
    exclusive. Examples: November 2026; November 2026 – January 2027; 2 – 8 November 2026.
    """
    if _is_short(start, end):
        return span(start, end)
    count = whole_months(start, end)
    return month(start) if count < 2 else f"{month(start)} – {month(add_months(start, count - 1))}"


def period_start(start: date, end: date) -> str:
    """The month in which a period begins; of a period of at most two weeks, its days."""
    return span(start, end) if _is_short(start, end) else month(start)


def _is_short(start: date, end: date) -> bool:
    return (end - start).days <= SHORT_SPAN_DAYS


def month_name(value: Any) -> str:
    """The name of the month of a date: December."""
    return _formatted(value, "LLLL")


def month_short(value: Any) -> str:
    """The short name of the month of a date: Dec."""
    return _formatted(value, "LLL")


def last_day(value: Any) -> Any:
    """The day before an exclusive end, which is the day that people call the last."""
    date_value = _as_date(value)
    return date_value - timedelta(days=1) if date_value else None


def days(first: Any, end: Any) -> str:
    """The first and the last whole date before an exclusive end; one date where they are one."""
    last = last_day(end)
    return day(first) if _as_date(first) == last else f"{day(first)} – {day(last)}"


def span(first: Any, end: Any) -> str:
    """A span of days with an exclusive end: 1 – 30 November 2026; 5 October – 4 November 2026."""
    return _span(first, end, "d MMMM", " y")


def span_short(first: Any, end: Any) -> str:
    """A span of days with an exclusive end, without the year: 1 – 30 Nov; 5 Oct – 4 Nov."""
    return _span(first, end, "d MMM", "")


def _span(first: Any, end: Any, day_pattern: str, year_pattern: str) -> str:
    """The first and the last day; a month or year that both share is written only once."""
    start, last = _as_date(first), last_day(end)
    if start is None or last is None:
        return "—"
    same_year, same_month = (
        start.year == last.year,
        (start.year, start.month) == (last.year, last.month),
    )
    full = day_pattern + year_pattern
    start_pattern = "d" if same_month else day_pattern if same_year else full
    last_text = _formatted(last, full)
    if start == last:
        return last_text
    return f"{_formatted(start, start_pattern)} – {last_text}"


def moment(value: datetime | None, zone: str = "UTC") -> str:
    """An instant in the time zone `zone` (an IANA name): 1 Dec 2026, 09:30."""
    if value is None or not is_aware(value):
        return "—"
    return format_datetime(value, "d MMM y, HH:mm", tzinfo=ZoneInfo(zone), locale=_locale())


def spent(seconds: int) -> str:
    """A short time: "1 min 40 s", "30 s"."""
    minutes, rest = divmod(seconds, 60)
    if not minutes:
        return _("%(n)s s") % {"n": rest}
    if not rest:
        return _("%(n)s min") % {"n": minutes}
    return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": rest}


def hours(minutes: int | None) -> str:
    """Minutes as hours: 750 → 12.5 h; 0 → 0 h."""
    if minutes is None:
        return "—"
    return _("%(number)s h") % {"number": hours_number(minutes)}


def hours_signed(minutes: int) -> str:
    """Minutes as hours with a plus or minus: 90 → +1.5 h; -30 → −0.5 h."""
    return ("−" if minutes < 0 else "+") + hours(abs(minutes))


def hours_number(minutes: int) -> str:
    """Minutes as hours without a unit, with at most two decimals: 750 → 12.5."""
    return _decimal(str(Decimal(minutes) / 60), "#,##0.##", _locale())


def clock(seconds: int) -> str:
    """Seconds as minutes and seconds: 95 → 1:35."""
    return f"{seconds // 60}:{seconds % 60:02}"


def number(value: Any) -> str:
    """A number with grouped thousands and at most two decimals: 1234.50 → 1,234.5."""
    if value is None or value == "":
        return "—"
    return _decimal(str(value), "#,##0.##", _locale())


def signed(value: Decimal) -> str:
    """A number with a plus or minus: +12.5, −3, ±0."""
    return ("+" if value > 0 else "−" if value < 0 else "±") + number(abs(value))


def number_short(value: Any) -> str:
    """A number in short, for the axis of a chart: 10,240 → 10.2K."""
    return str(format_compact_decimal(str(value), locale=_locale(), fraction_digits=1))


def percent(value: Any) -> str:
    """A percentage with at most three decimals: 7 → 7 %; 9.975 → 9.975 %."""
    return f"{_decimal(str(value), '0.###', _locale())} %"


def part(some: int, whole: int) -> str:
    """A part of a whole in percent, below ten with one decimal: 42 %; 4.2 %; under 0.1 %.

    It is never 0 % of what is there, nor 100 % of less than all.
    """
    if not whole or not some or some == whole:
        return percent(100 if some and some == whole else 0)
    tenths = money_rules.nearest(some * 1000, whole)
    if tenths < 1:
        return _("under %(percent)s") % {"percent": percent("0.1")}
    if tenths < 100:
        return percent(Decimal(tenths) / 10)
    whole_percent = money_rules.nearest(some * 100, whole)
    if whole_percent >= 100:
        return _("over %(percent)s") % {"percent": percent(99)}
    return percent(whole_percent)


def initials(name: str) -> str:
    """The first letters of the first two words of a name.

    A Thai vowel that is written before its consonant is skipped, because it cannot stand alone.
    """
    letters = [
        next((letter for letter in word if letter.isalnum() and letter not in "เแโใไ"), "")
        for word in name.split()
    ]
    return "".join(letter for letter in letters if letter)[:2].upper()


def share(used: int, total: int) -> int:
    """`used` as a percentage of `total`, limited to 0 to 100: the width of a bar, not a text."""
    return max(0, min(100, used * 100 // total)) if total else 0

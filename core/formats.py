"""How money, dates, hours and figures are written for people, in the language that is active."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_compact_decimal, format_decimal
from django.utils.timezone import is_aware
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import money as money_rules
from core.dates import add_months, whole_months


def _locale() -> str:
    return "th" if (get_language() or "en").startswith("th") else "en_GB"


def _as_date(value: Any) -> date | None:
    if isinstance(value, str) and value:
        return date.fromisoformat(value[:10])
    return value if isinstance(value, date) else None


def money(amount: int | None, currency: str) -> str:
    """Minor units as this locale writes them: 300000|money:"USD" → $3,000."""
    if amount is None:
        return "—"
    return money_rules.format(amount, currency, "th" if _locale() == "th" else "en")


def day(value: Any) -> str:
    """1 December 2026."""
    found = _as_date(value)
    return format_date(found, "d MMMM y", locale=_locale()) if found else "—"


def day_short(value: Any) -> str:
    """1 Dec."""
    found = _as_date(value)
    return format_date(found, "d MMM", locale=_locale()) if found else "—"


def weekday(value: Any) -> str:
    """Thursday."""
    found = _as_date(value)
    return format_date(found, "EEEE", locale=_locale()) if found else "—"


def weekday_short(value: Any) -> str:
    """Thu 26."""
    found = _as_date(value)
    return format_date(found, "EEE d", locale=_locale()) if found else "—"


def month(value: Any) -> str:
    """December 2026."""
    found = _as_date(value)
    return format_date(found, "LLLL y", locale=_locale()) if found else "—"


def months(start: date, end: date) -> str:
    """The month of a span up to `end` (exclusive), by its first day; November 2026 – January 2027 of a longer one."""
    count = whole_months(start, end)
    return month(start) if count < 2 else f"{month(start)} – {month(add_months(start, count - 1))}"


def month_name(value: Any) -> str:
    """December."""
    found = _as_date(value)
    return format_date(found, "LLLL", locale=_locale()) if found else "—"


def month_short(value: Any) -> str:
    """Dec."""
    found = _as_date(value)
    return format_date(found, "LLL", locale=_locale()) if found else "—"


def last_day(value: Any) -> Any:
    """The last day before an exclusive end, for people."""
    found = _as_date(value)
    return found - timedelta(days=1) if found else None


def span(first: Any, end: Any) -> str:
    """From a day to an exclusive end: 1 – 30 November 2026; 5 October – 4 November 2026."""
    return _span(first, end, "d MMMM", " y")


def span_short(first: Any, end: Any) -> str:
    """From a day to an exclusive end, where the year is known: 1 – 30 Nov; 5 Oct – 4 Nov."""
    return _span(first, end, "d MMM", "")


def _span(first: Any, end: Any, form: str, year: str) -> str:
    """What both days share is said once."""
    start, last = _as_date(first), last_day(end)
    if start is None or last is None:
        return "—"
    same_year, same_month = (
        start.year == last.year,
        (start.year, start.month) == (last.year, last.month),
    )
    shared = "d" if same_month else form if same_year else form + year
    whole = format_date(last, form + year, locale=_locale())
    return whole if start == last else f"{format_date(start, shared, locale=_locale())} – {whole}"


def moment(value: datetime | None, zone: str = "UTC") -> str:
    """1 Dec 2026, 09:30 in `zone` (IANA name)."""
    if value is None or not is_aware(value):
        return "—"
    return format_datetime(value, "d MMM y, HH:mm", tzinfo=ZoneInfo(zone), locale=_locale())


def hours(minutes: int | None) -> str:
    """Minutes as hours: 750 → 12.5 h; 0 → 0 h."""
    if minutes is None:
        return "—"
    return _("%(number)s h") % {"number": hours_number(minutes)}


def hours_signed(minutes: int) -> str:
    """Minutes as hours with their sign: 90 → +1.5 h; -30 → −0.5 h."""
    return ("−" if minutes < 0 else "+") + hours(abs(minutes))


def hours_number(minutes: int) -> str:
    """Minutes as a bare number of hours with at most two decimals: 750 → 12.5."""
    return str(format_decimal(Decimal(minutes) / 60, "#,##0.##", locale=_locale()))


def clock(seconds: int) -> str:
    """Seconds as minutes and seconds: 95 → 1:35."""
    return f"{seconds // 60}:{seconds % 60:02}"


def number(value: Any) -> str:
    """A figure with its thousands grouped and no empty decimals; "—" where there is none."""
    if value is None or value == "":
        return "—"
    return str(format_decimal(Decimal(str(value)), "#,##0.##", locale=_locale()))


def signed(value: Decimal) -> str:
    """A figure with its sign: +12.5, −3, ±0."""
    return ("+" if value > 0 else "−" if value < 0 else "±") + number(abs(value))


def number_short(value: Any) -> str:
    """A figure for an axis: 10,240 → 10K."""
    return str(format_compact_decimal(Decimal(str(value)), locale=_locale(), fraction_digits=1))


def percent(value: Any) -> str:
    """7 → 7 %, 9.975 → 9.975 %."""
    return f"{format_decimal(Decimal(str(value)), '0.###', locale=_locale())} %"


def initials(name: str) -> str:
    """The first letters of the first two words; Thai vowels that stand before a consonant are passed over."""
    letters = [
        next((sign for sign in word if sign.isalnum() and sign not in "เแโใไ"), "")
        for word in name.split()
    ]
    return "".join(letter for letter in letters if letter)[:2].upper()


def share(used: int, total: int) -> int:
    """`used` of `total` in percent, from 0 to 100, for a meter's width."""
    return max(0, min(100, used * 100 // total)) if total else 0

"""The public holidays of a country or a part of it, from the package `holidays`.

It is imported where it is asked: a process that asks for none does without its 3 MB.
"""

from collections.abc import Iterable
from datetime import date
from functools import cache

from core import formats, languages

ENGLISH = "en_US"  # as the package calls it


@cache
def countries() -> dict[str, tuple[str, ...]]:
    """The codes of the countries whose holidays are known, each with those of its parts."""
    import holidays

    known = holidays.list_supported_countries(include_aliases=False)
    return {code: tuple(parts) for code, parts in known.items()}


@cache
def parts(country: str) -> dict[str, str]:
    """The parts of a country that have holidays of their own: their names by their codes."""
    import holidays

    if not countries().get(country):
        return {}
    names = holidays.country_holidays(country).get_subdivision_aliases()
    return {code: (names.get(code) or [code])[0] for code in countries()[country]}


def on(country: str, part: str, years: Iterable[int]) -> dict[date, str]:
    """The public holidays of these years with their names; {} for an unknown country or part.

    The names are in the active language if the package has them, else in English or in that of the
    country.
    """
    language = formats.language().code
    days: dict[date, str] = {}
    for year in years:
        days |= _of_year(country, part, year, language)
    return days


@cache
def _of_year(country: str, part: str, year: int, language: str) -> dict[date, str]:
    import holidays

    if country not in countries() or (part and part not in countries()[country]):
        return {}
    kind = type(holidays.country_holidays(country))
    known = tuple(kind.supported_languages)
    wanted = ENGLISH if language == languages.DEFAULT else language
    shown = next((code for code in (wanted, ENGLISH) if code in known), None)
    found = holidays.country_holidays(country, subdiv=part or None, years=[year], language=shown)
    return dict(sorted(found.items()))

"""Guesses where a newcomer works, from what the browser says. Pure.

zone Europe/Berlin, languages de-DE     Germany, EUR, Europe/Berlin
zone UTC, languages en-US               United States, USD, America/New_York
no zone (no script), languages th,en    Thailand, THB, Asia/Bangkok
nothing                                 no country, USD, UTC
"""

from dataclasses import dataclass
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from core import languages
from core.places import countries


@dataclass(frozen=True)
class Guess:
    """Where somebody works: an ISO 3166 code or "", an ISO 4217 code, an IANA name, a language."""

    country: str
    currency: str
    time_zone: str
    language: str


def guess(*, zone: str = "", accepted: str = "") -> Guess:
    """The guess from a browser's time zone and its languages, as in the header Accept-Language.

    Whatever cannot be read is ignored.
    """
    tags = [part.partition(";")[0].strip() for part in accepted.split(",")]
    tags = [tag for tag in tags if tag]
    known_zone = zone if zone in available_timezones() and "/" in zone else ""
    country = countries.country_of_zone(known_zone) or _country_of(tags)
    return Guess(
        country=country,
        currency=countries.currency_of(country) or "USD",
        time_zone=known_zone or countries.main_zone(country) or "UTC",
        language=_language_of(tags),
    )


def _country_of(tags: list[str]) -> str:
    """The country that the first of the languages names, or in which it is spoken."""
    for tag in tags:
        try:
            locale = Locale.parse(tag, sep="-")
        except (ValueError, UnknownLocaleError):
            continue
        territory = str(locale.territory or _where_spoken(locale.language))
        if len(territory) == 2 and territory not in countries.NO_COUNTRY:
            return territory
    return ""


def _where_spoken(language: str) -> str:
    """Where most people who speak a language live; "" for the default one, spoken everywhere."""
    if language == languages.DEFAULT:
        return ""
    return str(get_global("likely_subtags").get(language, "")).rpartition("_")[2]


def _language_of(tags: list[str]) -> str:
    codes = [tag.partition("-")[0].lower() for tag in tags]
    return next((code for code in codes if code in languages.LANGUAGES), languages.DEFAULT)

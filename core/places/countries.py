"""The countries, with their names, currencies and time zones, from the CLDR. Pure but for names."""

from functools import cache

from babel import Locale
from babel.core import get_global
from babel.numbers import get_territory_currencies

from core import formats, money

#: Entries of the CLDR's table that are no country with people and courts: Antarctica, islands
#: where nobody lives, groups of countries, and test locales.
NO_COUNTRY = frozenset(
    (
        *("AC", "AQ", "BV", "CP", "CQ", "DG", "EA", "EU", "EZ", "GS", "HM"),
        *("IC", "IO", "QO", "TA", "TF", "UM", "UN", "XA", "XB", "ZZ"),
    )
)
#: Countries that changed their currency after the CLDR's table was made.
NEW_CURRENCIES = {"BG": "EUR"}
#: Where most people live, in countries with several time zones.
MAIN_ZONES = {
    "AR": "America/Argentina/Buenos_Aires",
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CD": "Africa/Kinshasa",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "CY": "Asia/Nicosia",
    "DE": "Europe/Berlin",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "FM": "Pacific/Pohnpei",
    "GL": "America/Nuuk",
    "ID": "Asia/Jakarta",
    "KI": "Pacific/Tarawa",
    "KZ": "Asia/Almaty",
    "MH": "Pacific/Majuro",
    "MN": "Asia/Ulaanbaatar",
    "MX": "America/Mexico_City",
    "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland",
    "PF": "Pacific/Tahiti",
    "PG": "Pacific/Port_Moresby",
    "PS": "Asia/Hebron",
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "US": "America/New_York",
    "UZ": "Asia/Tashkent",
    "XK": "Europe/Belgrade",
}


def names() -> dict[str, str]:
    """The countries by their ISO 3166 code, with their names in the active language."""
    return dict(_names(formats.language().locale))


@cache
def _names(locale: str) -> dict[str, str]:
    territories = Locale.parse(locale).territories
    return {
        code: str(name)
        for code, name in territories.items()
        if len(code) == 2 and code not in NO_COUNTRY
    }


def currency_of(country: str) -> str:
    """The currency of a country; "" where the product does not know it."""
    own = [NEW_CURRENCIES[country]] if country in NEW_CURRENCIES else _currencies(country)
    return next((code for code in own if code in money.CURRENCIES), "")


def _currencies(country: str) -> list[str]:
    return list(get_territory_currencies(country)) if country else []


def country_of_zone(zone: str) -> str:
    """The code of the country in which a time zone lies; empty if there is none."""
    zone = get_global("zone_aliases").get(zone, zone)
    # 001 is the code of the whole world, for zones such as UTC.
    country = str(get_global("zone_territories").get(zone, "")).replace("001", "")
    return "" if country in NO_COUNTRY else country


def main_zone(country: str) -> str:
    """The time zone of a country, or of most of its people; "" for an unknown country."""
    if country in MAIN_ZONES:
        return MAIN_ZONES[country]
    zones = sorted(zone for zone, of in get_global("zone_territories").items() if of == country)
    return zones[0] if zones else ""

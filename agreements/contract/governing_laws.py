"""The laws that an agreement can be under: of a country, or of a part with a law of its own.

A law is kept as the ISO 3166 code of its country (DE), or of its part (US-CA). England and Wales
are GB-EAW. The names of countries come from the CLDR, in the active language.
"""

from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from agreements.models import Proposal
from core.models import Business
from core.places import countries

#: Countries that have no law of contracts as a whole: one of their parts is chosen instead.
DIVIDED = ("GB", "US", "CA", "AU")
PARTS: dict[str, str] = {
    "GB-EAW": gettext_noop("England and Wales"),
    "GB-NIR": gettext_noop("Northern Ireland"),
    "GB-SCT": gettext_noop("Scotland"),
    "US-AL": gettext_noop("Alabama"),
    "US-AK": gettext_noop("Alaska"),
    "US-AZ": gettext_noop("Arizona"),
    "US-AR": gettext_noop("Arkansas"),
    "US-CA": gettext_noop("California"),
    "US-CO": gettext_noop("Colorado"),
    "US-CT": gettext_noop("Connecticut"),
    "US-DE": gettext_noop("Delaware"),
    "US-DC": gettext_noop("District of Columbia"),
    "US-FL": gettext_noop("Florida"),
    "US-GA": gettext_noop("Georgia"),
    "US-HI": gettext_noop("Hawaii"),
    "US-ID": gettext_noop("Idaho"),
    "US-IL": gettext_noop("Illinois"),
    "US-IN": gettext_noop("Indiana"),
    "US-IA": gettext_noop("Iowa"),
    "US-KS": gettext_noop("Kansas"),
    "US-KY": gettext_noop("Kentucky"),
    "US-LA": gettext_noop("Louisiana"),
    "US-ME": gettext_noop("Maine"),
    "US-MD": gettext_noop("Maryland"),
    "US-MA": gettext_noop("Massachusetts"),
    "US-MI": gettext_noop("Michigan"),
    "US-MN": gettext_noop("Minnesota"),
    "US-MS": gettext_noop("Mississippi"),
    "US-MO": gettext_noop("Missouri"),
    "US-MT": gettext_noop("Montana"),
    "US-NE": gettext_noop("Nebraska"),
    "US-NV": gettext_noop("Nevada"),
    "US-NH": gettext_noop("New Hampshire"),
    "US-NJ": gettext_noop("New Jersey"),
    "US-NM": gettext_noop("New Mexico"),
    "US-NY": gettext_noop("New York"),
    "US-NC": gettext_noop("North Carolina"),
    "US-ND": gettext_noop("North Dakota"),
    "US-OH": gettext_noop("Ohio"),
    "US-OK": gettext_noop("Oklahoma"),
    "US-OR": gettext_noop("Oregon"),
    "US-PA": gettext_noop("Pennsylvania"),
    "US-RI": gettext_noop("Rhode Island"),
    "US-SC": gettext_noop("South Carolina"),
    "US-SD": gettext_noop("South Dakota"),
    "US-TN": gettext_noop("Tennessee"),
    "US-TX": gettext_noop("Texas"),
    "US-UT": gettext_noop("Utah"),
    "US-VT": gettext_noop("Vermont"),
    "US-VA": gettext_noop("Virginia"),
    "US-WA": gettext_noop("Washington"),
    "US-WV": gettext_noop("West Virginia"),
    "US-WI": gettext_noop("Wisconsin"),
    "US-WY": gettext_noop("Wyoming"),
    "CA-AB": gettext_noop("Alberta"),
    "CA-BC": gettext_noop("British Columbia"),
    "CA-MB": gettext_noop("Manitoba"),
    "CA-NB": gettext_noop("New Brunswick"),
    "CA-NL": gettext_noop("Newfoundland and Labrador"),
    "CA-NT": gettext_noop("Northwest Territories"),
    "CA-NS": gettext_noop("Nova Scotia"),
    "CA-NU": gettext_noop("Nunavut"),
    "CA-ON": gettext_noop("Ontario"),
    "CA-PE": gettext_noop("Prince Edward Island"),
    "CA-QC": gettext_noop("Quebec"),
    "CA-SK": gettext_noop("Saskatchewan"),
    "CA-YT": gettext_noop("Yukon"),
    "AU-ACT": gettext_noop("Australian Capital Territory"),
    "AU-NSW": gettext_noop("New South Wales"),
    "AU-NT": gettext_noop("Northern Territory"),
    "AU-QLD": gettext_noop("Queensland"),
    "AU-SA": gettext_noop("South Australia"),
    "AU-TAS": gettext_noop("Tasmania"),
    "AU-VIC": gettext_noop("Victoria"),
    "AU-WA": gettext_noop("Western Australia"),
}
Choices = list[tuple[str, str | list[tuple[str, str]]]]


def name(code: str) -> str:
    """The name of a law's country, or of its part with the country; "" for no code."""
    if code not in PARTS:
        return countries.names().get(code, "") if code else ""
    country = code[:2]
    if country == "GB":
        return _(PARTS[code])
    if country == "US":
        return _("%(state)s (USA)") % {"state": _(PARTS[code])}
    return f"{_(PARTS[code])} ({countries.names()[country]})"


def choices(*, kept: str = "") -> Choices:
    """Every law as the grouped choices of a select field; `kept` is offered in any case."""
    names = countries.names()
    undivided = [(code, names[code]) for code in names if code not in DIVIDED]
    if kept in DIVIDED:
        undivided.append((kept, names[kept]))
    parts: Choices = [
        (names[country], sorted(((code, name(code)) for code in codes), key=_by_name))
        for country, codes in groupby(PARTS, key=lambda code: code[:2])
    ]
    return [("", "—"), *parts, (_("Countries"), sorted(undivided, key=_by_name))]


def _by_name(choice: tuple[str, str]) -> str:
    return choice[1]


def usual(business: Business) -> str:
    """The law of the business's newest proposal; before there is one, that of its time zone.

    Empty where the country is known only, and its parts have laws of their own.
    """
    newest = Proposal.objects.filter(business=business).order_by("-created_at", "-id").first()
    if newest:
        return newest.governing_law
    country = countries.country_of_zone(business.time_zone)
    return "" if country in DIVIDED else country

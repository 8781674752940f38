"""The laws that an agreement can be under: of a country, or of a part with a law of its own.

A law is kept as the ISO 3166 code of its country (DE), or of its part (US-CA). England and Wales
are GB-EAW. The names of countries come from the CLDR, in the active language.
"""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import Proposal
from core.lists.name_order import choices_by_name
from core.models import Business
from core.places import countries

#: Countries that have no law of contracts as a whole: one of their parts is chosen instead.
DIVIDED = ("GB", "US", "CA", "AU")
PARTS: dict[str, Any] = {
    "GB-EAW": gettext_lazy("England and Wales"),
    "GB-NIR": gettext_lazy("Northern Ireland"),
    "GB-SCT": gettext_lazy("Scotland"),
    "US-AL": gettext_lazy("Alabama"),
    "US-AK": gettext_lazy("Alaska"),
    "US-AZ": gettext_lazy("Arizona"),
    "US-AR": gettext_lazy("Arkansas"),
    "US-CA": gettext_lazy("California"),
    "US-CO": gettext_lazy("Colorado"),
    "US-CT": gettext_lazy("Connecticut"),
    "US-DE": gettext_lazy("Delaware"),
    "US-DC": gettext_lazy("District of Columbia"),
    "US-FL": gettext_lazy("Florida"),
    "US-GA": gettext_lazy("Georgia"),
    "US-HI": gettext_lazy("Hawaii"),
    "US-ID": gettext_lazy("Idaho"),
    "US-IL": gettext_lazy("Illinois"),
    "US-IN": gettext_lazy("Indiana"),
    "US-IA": gettext_lazy("Iowa"),
    "US-KS": gettext_lazy("Kansas"),
    "US-KY": gettext_lazy("Kentucky"),
    "US-LA": gettext_lazy("Louisiana"),
    "US-ME": gettext_lazy("Maine"),
    "US-MD": gettext_lazy("Maryland"),
    "US-MA": gettext_lazy("Massachusetts"),
    "US-MI": gettext_lazy("Michigan"),
    "US-MN": gettext_lazy("Minnesota"),
    "US-MS": gettext_lazy("Mississippi"),
    "US-MO": gettext_lazy("Missouri"),
    "US-MT": gettext_lazy("Montana"),
    "US-NE": gettext_lazy("Nebraska"),
    "US-NV": gettext_lazy("Nevada"),
    "US-NH": gettext_lazy("New Hampshire"),
    "US-NJ": gettext_lazy("New Jersey"),
    "US-NM": gettext_lazy("New Mexico"),
    "US-NY": gettext_lazy("New York"),
    "US-NC": gettext_lazy("North Carolina"),
    "US-ND": gettext_lazy("North Dakota"),
    "US-OH": gettext_lazy("Ohio"),
    "US-OK": gettext_lazy("Oklahoma"),
    "US-OR": gettext_lazy("Oregon"),
    "US-PA": gettext_lazy("Pennsylvania"),
    "US-RI": gettext_lazy("Rhode Island"),
    "US-SC": gettext_lazy("South Carolina"),
    "US-SD": gettext_lazy("South Dakota"),
    "US-TN": gettext_lazy("Tennessee"),
    "US-TX": gettext_lazy("Texas"),
    "US-UT": gettext_lazy("Utah"),
    "US-VT": gettext_lazy("Vermont"),
    "US-VA": gettext_lazy("Virginia"),
    "US-WA": gettext_lazy("Washington"),
    "US-WV": gettext_lazy("West Virginia"),
    "US-WI": gettext_lazy("Wisconsin"),
    "US-WY": gettext_lazy("Wyoming"),
    "CA-AB": gettext_lazy("Alberta"),
    "CA-BC": gettext_lazy("British Columbia"),
    "CA-MB": gettext_lazy("Manitoba"),
    "CA-NB": gettext_lazy("New Brunswick"),
    "CA-NL": gettext_lazy("Newfoundland and Labrador"),
    "CA-NT": gettext_lazy("Northwest Territories"),
    "CA-NS": gettext_lazy("Nova Scotia"),
    "CA-NU": gettext_lazy("Nunavut"),
    "CA-ON": gettext_lazy("Ontario"),
    "CA-PE": gettext_lazy("Prince Edward Island"),
    "CA-QC": gettext_lazy("Quebec"),
    "CA-SK": gettext_lazy("Saskatchewan"),
    "CA-YT": gettext_lazy("Yukon"),
    "AU-ACT": gettext_lazy("Australian Capital Territory"),
    "AU-NSW": gettext_lazy("New South Wales"),
    "AU-NT": gettext_lazy("Northern Territory"),
    "AU-QLD": gettext_lazy("Queensland"),
    "AU-SA": gettext_lazy("South Australia"),
    "AU-TAS": gettext_lazy("Tasmania"),
    "AU-VIC": gettext_lazy("Victoria"),
    "AU-WA": gettext_lazy("Western Australia"),
}


def name(code: str) -> str:
    """The name of a law's country, or of its part with the country; "" for no code."""
    if code not in PARTS:
        return countries.names().get(code, "") if code else ""
    country = code[:2]
    if country == "GB":
        return str(PARTS[code])
    if country == "US":
        return _("%(state)s (USA)") % {"state": str(PARTS[code])}
    facts = {"part": PARTS[code], "country": countries.names()[country]}
    return _("%(part)s (%(country)s)") % facts


def choices(*, kept: str = "") -> list[tuple[str, str]]:
    """Every law by its code, with its name, in the order of names; `kept` is among them anyway."""
    names = countries.names()
    laws = [(code, names[code]) for code in names if code not in DIVIDED or code == kept]
    return choices_by_name([*laws, *((code, name(code)) for code in PARTS)])


def usual(business: Business) -> str:
    """The law of the newest proposal that has one; before there is one, that of the time zone.

    Empty where the country is known only, and its parts have laws of their own.
    """
    with_law = Proposal.objects.filter(business=business).exclude(governing_law="")
    newest = with_law.order_by("-created_at", "-id").first()
    if newest:
        return newest.governing_law
    country = countries.country_of_zone(business.time_zone)
    return "" if country in DIVIDED else country

"""Where a newcomer works is guessed from the browser, and never refused."""

import pytest

from core import money
from core.places import countries
from core.places.guess import Guess, guess
from core.places.usual_taxes import USUAL_TAXES


@pytest.mark.parametrize(
    ("zone", "accepted", "found"),
    [
        ("Europe/Berlin", "de-DE,de;q=0.9,en;q=0.8", Guess("DE", "EUR", "Europe/Berlin", "en")),
        ("Asia/Bangkok", "th,en;q=0.5", Guess("TH", "THB", "Asia/Bangkok", "th")),
        ("Asia/Calcutta", "en-GB", Guess("IN", "INR", "Asia/Calcutta", "en")),
        ("UTC", "en-US,en", Guess("US", "USD", "America/New_York", "en")),
        ("", "th,en", Guess("TH", "THB", "Asia/Bangkok", "th")),
        ("", "de-CH", Guess("CH", "CHF", "Europe/Zurich", "en")),
        ("Europe/Sofia", "bg", Guess("BG", "EUR", "Europe/Sofia", "en")),
        ("", "", Guess("", "USD", "UTC", "en")),
        ("../etc/passwd", "*;q=0.5, x-klingon, \x00", Guess("", "USD", "UTC", "en")),
        ("Mars/Olympus", "en-XA", Guess("", "USD", "UTC", "en")),
    ],
)
def test_where_somebody_works_is_guessed_from_the_browser(
    zone: str, accepted: str, found: Guess
) -> None:
    assert guess(zone=zone, accepted=accepted) == found


def test_every_country_has_a_zone_that_leads_back_to_it() -> None:
    zones = {country: countries.main_zone(country) for country in countries.names()}
    del zones["XK"]  # Kosovo shares the zone of Belgrade
    assert {c: countries.country_of_zone(zone) for c, zone in zones.items()} == {
        c: c for c in zones
    }


def test_usual_taxes_are_of_countries_and_between_0_and_100() -> None:
    assert set(USUAL_TAXES) <= set(countries.names())
    assert all(0 < tax.percent < 30 for tax in USUAL_TAXES.values())
    assert {countries.currency_of(country) for country in USUAL_TAXES} <= {*money.CURRENCIES, ""}

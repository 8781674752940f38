"""Public holidays are those of the country and its part, and named in the reader's language."""

from datetime import date

from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from core.places import public_holidays

SONGKRAN = date(2027, 4, 13)


def test_the_holidays_of_a_country_have_names_in_the_active_language() -> None:
    assert public_holidays.on("TH", "", [2027])[SONGKRAN] == "Songkran Festival"
    with translation.override("th"):
        assert public_holidays.on("TH", "", [2027])[SONGKRAN] == "วันสงกรานต์"


def test_a_part_of_a_country_has_holidays_of_its_own() -> None:
    epiphany = date(2027, 1, 6)
    assert epiphany in public_holidays.on("DE", "BY", [2027])
    assert epiphany not in public_holidays.on("DE", "", [2027])
    assert public_holidays.parts("DE")["BY"] == "Bayern"
    assert public_holidays.parts("TH") == {} == public_holidays.on("ZZ", "", [2027])
    assert public_holidays.on("DE", "no such part", [2027]) == {}


@given(st.sampled_from(sorted(public_holidays.countries())), st.integers(2026, 2036))
def test_every_country_has_holidays_of_just_the_year(country: str, year: int) -> None:
    days = public_holidays.on(country, "", [year])
    assert all(day.year == year and name for day, name in days.items())

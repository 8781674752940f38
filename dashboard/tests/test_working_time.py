"""Working time: hours by weekday, in place of hours a month."""

import re

from django.test import Client as Browser
from django.urls import reverse

from tests.world import World

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def test_hours_by_weekday_take_the_place_of_hours_a_month(world: World) -> None:
    browser, page = Browser(), reverse("dashboard:settings_hours")
    browser.force_login(world.business.owner)
    shown = browser.get(page).content.decode()
    assert 'id="div_id_capacity"' in shown and 'id="div_id_mon"' in shown
    assert browser.post(page, {"capacity": "120"}).status_code == 302
    world.business.refresh_from_db()
    assert (world.business.capacity_minutes, world.business.week_minutes) == (7200, [])
    week = dict.fromkeys(DAYS[:5], "6") | {"fri": "3:30"}
    assert browser.post(page, week).status_code == 302
    world.business.refresh_from_db()
    assert world.business.week_minutes == [360, 360, 360, 360, 210, 0, 0]
    assert world.business.capacity_minutes == 7175, "the average of a month"
    assert "27.5 h" in browser.get(page).content.decode()
    assert browser.post(page, week | {"sat": "25"}).status_code == 422
    assert browser.post(page, {}).status_code == 302
    world.business.refresh_from_db()
    assert (world.business.capacity_minutes, world.business.week_minutes) == (0, [])


def test_a_country_brings_its_holidays_and_one_can_be_worked(world: World) -> None:
    browser, page = Browser(), reverse("dashboard:settings_hours")
    browser.force_login(world.business.owner)
    assert "Country of your time zone: Thailand" in browser.get(page).content.decode()
    answer = browser.post(page, {"which": "holidays", "holiday_country": "thailand"})
    assert answer.status_code == 302
    world.business.refresh_from_db()
    assert world.business.holiday_country == "TH"
    shown = browser.get(page).content.decode()
    assert "New Year" in shown and "State or region" not in shown
    form = {"which": "holidays", "holiday_country": "Thailand"}
    day = re.search(r'name="worked"[^>]*value="([0-9-]+)"', shown)[1]  # type: ignore[index]
    assert browser.post(page, form | {"worked": [day]}).status_code == 302
    world.business.refresh_from_db()
    assert world.business.worked_holidays == [day]
    assert browser.post(page, form | {"holiday_country": "Atlantis"}).status_code == 422
    assert browser.post(page, form | {"holiday_country": "Germany"}).status_code == 302
    world.business.refresh_from_db()
    assert (world.business.holiday_country, world.business.worked_holidays) == ("DE", [])
    assert "Bayern" in browser.get(page).content.decode()

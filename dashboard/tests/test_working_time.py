"""Working time: hours by weekday, in place of hours a month."""

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

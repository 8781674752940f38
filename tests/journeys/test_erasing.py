"""An owner reads what is kept, switches the picture in emails off, and erases a person."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from clients import client_records
from core.models import Business
from tests.journeys.test_signing import desk
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [1440, 390])
def test_a_person_is_erased_after_reading_what_goes_and_what_stays(
    page: Page, live_server: Any, world: World, watched: Callable[[], None], width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    client = world.client()
    bo = client_records.add_contact(
        client=client, name="Bo Chai", email="bo@baan.example", now=timezone.now()
    )
    page.goto(live_server.url + reverse("portal:privacy"))
    watched()
    desk(page, live_server, world, reverse("dashboard:data_protection"))
    watched()
    page.get_by_label("Record when a client opens the email").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert not Business.objects.get(pk=world.business.pk).tracking_picture

    page.goto(live_server.url + reverse("dashboard:contact_edit", args=[bo.pk]))
    watched()
    page.get_by_role("link", name="Erase their data").click()
    watched()
    page.get_by_role("button", name="Erase data").click()
    page.get_by_role("dialog").get_by_role("button", name="Erase data").click()
    expect(page.get_by_text("The data of this person was erased.")).to_be_visible()
    expect(page.get_by_text("Bo Chai")).to_have_count(0)
    watched()

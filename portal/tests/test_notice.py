"""A client gives notice in the portal. Minimum term and notice period set the earliest end."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from agreements.models import Agreement
from core.dates import add_months, local_day
from portal.sessions import SESSION_KEY
from tests.world import World

pytestmark = pytest.mark.rendering


def inside(agreement: Agreement) -> Browser:
    """A browser with a portal session of this agreement's contact."""
    browser = Browser()
    session: Any = browser.session
    session[SESSION_KEY] = {
        "contact": str(agreement.contact.pk),
        "epoch": agreement.contact.portal_epoch,
        "began": timezone.now().timestamp(),
    }
    session.save()
    return browser


def test_the_earliest_day_is_said_and_an_earlier_one_refused_where_it_was_typed(
    world: World,
) -> None:
    now = timezone.now()
    today = local_day(now, "Asia/Bangkok")
    client = world.client(now=now)
    agreement = world.signed(
        world.picked(world.proposal(client, now=now, starts_on=today), now=now), now=now
    )
    browser, page = inside(agreement), reverse("portal:notice", args=[agreement.pk])
    first = add_months(today, 3)
    assert f'value="{first.isoformat()}"' in browser.get(page).content.decode()
    refused = browser.post(page, {"ends_on": first - timedelta(days=1)})
    assert refused.status_code == 422
    assert "at the earliest" in refused.content.decode()
    assert browser.post(page, {"ends_on": first}).status_code == 302
    agreement.refresh_from_db()
    assert agreement.ends_on == first
    assert browser.get(page).status_code == 404

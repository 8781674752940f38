"""One business's emails use up no mail server: what is too much waits, and goes out by itself."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from core.models import Business, OutboxEmail, User
from core.outbox import emails, quota
from core.system.health_checks import warnings
from tests.browsers import logged_in
from tests.world import NOW, World

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _small(world: World, settings: Any) -> None:
    """Ten emails a day, and as many for a new business."""
    settings.EMAILS_A_DAY = settings.EMAILS_A_DAY_NEW = 10
    OutboxEmail.objects.all().delete()


def write(business: Business, kind: str, number: int, **more: Any) -> None:
    facts = {"to": "anybody@x.example", "created_at": NOW, "next_at": NOW} | more
    for n in range(number):
        ref = f"{business.pk}:{OutboxEmail.objects.count()}:{n}"
        OutboxEmail.objects.create(
            business=business, kind=kind, ref=ref, subject="S", text="T", **facts
        )


def sent() -> Counter[str]:
    return Counter(OutboxEmail.objects.filter(state="sent").values_list("kind", flat=True))


def passes(begin: datetime, hours: int) -> None:
    for n in range(hours * 4 + 1):
        emails.send_due(now=begin + n * timedelta(minutes=15))


def test_what_is_too_much_in_a_day_waits_and_is_sent_by_itself(world: World) -> None:
    write(world.business, "receipt", 25)
    passes(NOW, 23)
    assert sent() == {"receipt": 10}
    passes(NOW + 24 * HOUR, 23)
    assert sent() == {"receipt": 20}
    passes(NOW + 48 * HOUR, 1)
    assert sent() == {"receipt": 25}
    assert not OutboxEmail.objects.exclude(tries=1).exists()


def test_the_others_emails_do_not_wait(world: World) -> None:
    owner = User.objects.create_user("bo@studio.example")
    other = Business.objects.create(owner=owner, name="Bo", created_at=NOW)
    write(world.business, "portal_invitation", 400)
    write(other, "receipt", 3)
    emails.send_due(now=NOW)
    assert sent() == {"portal_invitation": 5, "receipt": 3}


def test_who_is_written_to_for_the_first_time_leaves_room_for_those_who_pay(world: World) -> None:
    write(world.business, "proposal", 30)
    emails.send_due(now=NOW)
    assert sent() == {"proposal": 5}
    write(world.business, "receipt", 8, created_at=NOW + HOUR, next_at=NOW + HOUR)
    passes(NOW + HOUR, 2)
    assert sent() == {"proposal": 5, "receipt": 5}


def test_emails_to_the_owner_neither_wait_nor_count(world: World) -> None:
    write(world.business, "charge_failed", 12, to=world.business.owner.email)
    write(world.business, "receipt", 11)
    write(world.business, "charge_failed", 1, to=world.business.owner.email)
    write(world.business, "payment", 1, to="")  # it gets its text and address when it is sent
    assert quota.hold_back(NOW) == 1 and not quota.held(OutboxEmail.objects.filter(to=""))
    OutboxEmail.objects.filter(to="").delete()
    emails.send_due(now=NOW)
    assert sent() == {"charge_failed": 13, "receipt": 10}


@pytest.mark.parametrize(("age", "most"), [(13, 4), (15, 10)])
def test_a_new_business_may_send_fewer(world: World, settings: Any, age: int, most: int) -> None:
    settings.EMAILS_A_DAY_NEW = 4
    Business.objects.update(created_at=NOW - timedelta(days=age))
    write(world.business, "receipt", 20)
    emails.send_due(now=NOW)
    assert sent() == {"receipt": most}


def test_without_limits_everything_goes_out(world: World, settings: Any) -> None:
    settings.EMAILS_A_DAY = settings.EMAILS_A_DAY_NEW = 0
    write(world.business, "proposal", 30)
    emails.send_due(now=NOW)
    assert sent() == {"proposal": 30}


def test_the_owner_and_the_administrators_see_that_emails_wait(world: World) -> None:
    write(world.business, "receipt", 12)
    emails.send_due(now=NOW)
    browser = logged_in(world.business.owner)
    listed = browser.get(reverse("dashboard:letters")).text
    assert listed.count("It waits until there is room") == 2
    assert "2 emails wait" in listed
    said = "Emails of one business wait: it sent as many as it may in a day."
    assert warnings(NOW)["quota"] == said
    passes(NOW + 24 * HOUR, 1)
    assert "quota" not in warnings(NOW + 26 * HOUR)
    assert "2 emails wait" not in browser.get(reverse("dashboard:letters")).text

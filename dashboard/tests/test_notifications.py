"""Each user chooses what they are emailed about, and when."""

from django.test import Client as Browser
from django.urls import reverse

from core.models import NotificationChoice
from core.models.notification import USUAL, Event, Hears
from core.outbox import notification_choices
from tests.world import World


def test_a_user_chooses_for_each_kind_of_event(world: World) -> None:
    browser, page = Browser(), reverse("dashboard:owner_emails")
    browser.force_login(world.business.owner)
    shown = browser.get(page).content.decode()
    assert shown.count("<fieldset") == len(Event)
    assert "cannot be turned off" in shown and "A client pays" in shown
    data = dict.fromkeys(Event.values, Hears.NOW.value)
    assert browser.post(page, data | {"paid": "daily", "opened": "never"}).status_code == 302
    chosen = notification_choices.choices_of(world.business.owner)
    assert (chosen[Event.PAID], chosen[Event.OPENED]) == (Hears.DAILY, Hears.NEVER)
    assert browser.post(page, data | {"paid": "hourly"}).status_code == 422
    assert browser.post(page, data).status_code == 302
    assert NotificationChoice.objects.count() == len(Event), "one row for each kind"


def test_who_chose_nothing_hears_at_once_of_all_but_payments_and_approvals(world: World) -> None:
    chosen = notification_choices.choices_of(world.business.owner)
    later = {event: when for event, when in chosen.items() if when != Hears.NOW}
    assert later == {Event.PAID: Hears.NEVER, Event.APPROVED: Hears.DAILY}


def test_one_users_choice_is_not_anothers(world: World) -> None:
    other = World()
    world.hears(Hears.NEVER, Event.OPENED)
    both = [world.business, other.business]
    hears = notification_choices.by_business(both, Event.OPENED)
    assert hears == {world.business.pk: Hears.NEVER, other.business.pk: Hears.NOW}


def test_a_choice_is_of_one_kind_of_event_alone(world: World) -> None:
    world.hears(Hears.NEVER, Event.OPENED)
    heard = {event: notification_choices.hears(world.business, event) for event in Event}
    usual = {event: USUAL.get(event, Hears.NOW) for event in Event}
    assert heard == usual | {Event.OPENED: Hears.NEVER}

"""What each user chose to be emailed about, and when."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from core.models import Business, NotificationChoice, User
from core.models.notification import USUAL, Event, Hears


def choices_of(user: User) -> dict[Event, Hears]:
    """For every kind of event, when the user is emailed."""
    kept = NotificationChoice.objects.filter(user=user).values_list("event", "hears")
    chosen = {Event(event): Hears(hears) for event, hears in kept if event in Event.values}
    return {event: chosen.get(event, USUAL.get(event, Hears.NOW)) for event in Event}


def hears(business: Business, event: Event) -> Hears:
    """When the owner of a business is emailed about events of this kind."""
    return by_business([business], event)[business.pk]


def by_business(businesses: Iterable[Business], event: Event) -> dict[UUID, Hears]:
    """When the owner of each business is emailed about events of this kind; one query."""
    owners = {business.pk: business.owner_id for business in businesses}
    rows = NotificationChoice.objects.filter(user__in=set(owners.values()), event=event)
    chosen = dict(rows.values_list("user", "hears"))
    usual = USUAL.get(event, Hears.NOW)
    return {pk: Hears(chosen.get(owner, usual)) for pk, owner in owners.items()}


def choose(*, user: User, business: Business, chosen: Mapping[Event, Hears], now: datetime) -> None:
    """Keep what a user chose. It applies to what happens from now on."""
    with transaction.atomic():
        for event, when in chosen.items():
            NotificationChoice.objects.update_or_create(
                user=user,
                event=event,
                defaults={"hears": when},
                create_defaults={"hears": when, "business": business, "created_at": now},
            )

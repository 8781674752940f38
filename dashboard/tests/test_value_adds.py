"""What is added instead of a lower fee is kept once, and fills the proposals that use it."""

from datetime import date, timedelta
from typing import Any

from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from agreements.models import Proposal, ValueAdd
from core.dates import add_months
from tests.browsers import logged_in
from tests.world import World


def posted(owner: Browser, world: World, client: Any, **fields: Any) -> Any:
    """Save a new proposal of one tier with these fields of its first value-add."""
    starts_on = timezone.localdate() + timedelta(days=5)
    person = world.person(client)
    data = {
        "title": "Retainer",
        "contact": person.pk,
        "currency": "USD",
        "language": "en",
        "interval": "monthly",
        "starts_on": starts_on,
        "notice_days": 30,
        "minimum_months": 3,
        "tier-TOTAL_FORMS": 3,
        "tier-INITIAL_FORMS": 0,
        "tier-0-name": "Essential",
        "tier-0-fee": "3000",
        "tier-0-hours": "20",
        "tier-0-response_hours": 24,
        "tier-1-response_hours": 24,
        "tier-2-response_hours": 24,
        **{f"add-0-{name}": value for name, value in fields.items()},
    }
    owner.post(reverse("dashboard:proposal_new", args=[client.pk]), data)
    return Proposal.objects.get(client=client).value_adds, starts_on


def test_a_kept_value_add_is_offered_and_brings_its_cost_and_last_day(world: World) -> None:
    owner, bank = logged_in(world.business.owner), reverse("dashboard:value_adds")
    owner.post(bank, {"title": "An audit", "minutes": "1:30", "months": 3})
    owner.post(bank, {"title": "An audit", "minutes": "2", "months": 2})  # in place of the first
    assert [(row.minutes, row.months) for row in ValueAdd.objects.all()] == [(120, 2)]
    client = world.client()
    composer = owner.get(reverse("dashboard:proposal_new", args=[client.pk])).content.decode()
    assert '<option value="An audit">' in composer
    (added,), starts_on = posted(owner, world, client, title="an audit")
    assert added["minutes"] == 120
    assert date.fromisoformat(added["ends_on"]) == add_months(starts_on, 2)


def test_what_was_typed_beside_a_value_add_counts_before_the_bank(world: World) -> None:
    owner = logged_in(world.business.owner)
    owner.post(reverse("dashboard:value_adds"), {"title": "An audit", "minutes": "2", "months": 2})
    last = timezone.localdate() + timedelta(days=40)
    (added,), _starts = posted(
        owner, world, world.client(), title="An audit", minutes="0:45", ends_on=last
    )
    assert (added["minutes"], added["ends_on"]) == (45, last.isoformat())
    owner.post(reverse("dashboard:value_add_remove", args=[ValueAdd.objects.get().pk]))
    assert not ValueAdd.objects.exists()
    assert Proposal.objects.get().value_adds[0]["title"] == "An audit"

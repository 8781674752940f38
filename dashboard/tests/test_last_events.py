"""Every list says what happened last with each of its rows."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from agreements.proposals import client_actions, lifecycle, waitlist
from billing.runs.billing_run import run_billing
from clients.calls import booking
from tests.browsers import logged_in
from tests.world import HERE, World

SHOWN = {
    "clients": "Baan Coffee",
    "agreements": "Baan Coffee",
    "invoices": "Baan Coffee",
    "waitlist": "Waits",
    "calls": "Lead",
}


def test_every_list_says_what_happened_last(world: World) -> None:
    now, before = timezone.now(), timezone.now() - timedelta(days=3)
    world.signed(world.picked(now=before), now=before)
    run_billing(now=before, door="test")
    world.signed(
        world.picked(world.proposal(world.client("Short", now=before), now=before), now=before),
        now=before,
        card="insufficient_funds",
    )
    run_billing(now=before, door="test")
    waits = world.proposal(world.client("Waits", now=before), now=before)
    waitlist.join(tier=lifecycle.tiers_of(waits)[2], contact=waits.contact, now=before, origin=HERE)
    lead = world.client("Lead", now=before)
    read = world.proposal(lead, now=before)
    client_actions.record_opened(proposal=read, contact=read.contact, now=now, origin=HERE)
    booking.book(
        client=lead,
        contacts=[world.person(lead)],
        starts_at=now + timedelta(days=1),
        minutes=30,
        actor="Nan",
        now=now,
    )
    world.client("New", now=before)
    called = world.client("Called", now=before)
    booking.book(
        client=called,
        contacts=[world.person(called)],
        starts_at=now - timedelta(days=2),
        minutes=30,
        actor="Nan",
        now=before,
    )
    browser = logged_in(world.business.owner)
    said = {name: browser.get(reverse(f"dashboard:{name}")) for name in SHOWN}
    for name in ("clients", "agreements", "invoices"):
        assert "Paid $3,000, 3 days ago" in said[name].text, name
        assert "Charge declined, 3 days ago" in said[name].text, name
    assert "Opened, today" in said["clients"].text
    assert "Call held, 2 days ago" in said["clients"].text
    assert "Added, 3 days ago" in said["clients"].text
    assert "Joined the waitlist, 3 days ago" in said["waitlist"].text
    assert "Opened, today" in said["calls"].text

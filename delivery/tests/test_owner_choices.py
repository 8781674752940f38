"""What happens in the work is told to the owner as they chose: at once, once a day, or not."""

from datetime import date, timedelta

import pytest
from django.db.models import F, Q

from agreements.models import Agreement
from billing.runs.billing_run import run_billing
from core.models import OutboxEmail, OwnerNote
from core.models.notification import Event, Hears
from core.outbox import owner_notes
from delivery.hours import time_log, usage_warnings
from delivery.requests import client_requests
from tests.world import NOW, World


def told(world: World, kind: str) -> tuple[int, list[str]]:
    """How many emails the owner got of this kind, and what the daily summaries say."""
    emails = OutboxEmail.objects.filter(kind=kind, to=world.business.owner.email)
    unheard = Q(told_at=F("created_at"))  # what the owner did not want to hear of
    notes = OwnerNote.objects.exclude(unheard)
    return emails.count(), list(notes.values_list("sentence", flat=True))


@pytest.fixture
def agreement(world: World) -> Agreement:
    row = world.signed(now=NOW)
    run_billing(now=NOW, door="test")
    return row


@pytest.mark.parametrize("hears", list(Hears))
def test_a_request_is_told_as_the_owner_chose(
    world: World, agreement: Agreement, hears: Hears
) -> None:
    world.hears(hears, Event.REQUESTED)
    client_requests.create_request(
        agreement=agreement, contact=agreement.contact, text="A webinar in March", now=NOW
    )
    count, notes = told(world, "request")
    assert count == (hears == Hears.NOW)
    assert notes == ["Baan Coffee asks: A webinar in March"] * (hears == Hears.DAILY)


@pytest.mark.parametrize("hears", list(Hears))
def test_used_hours_are_told_once_as_the_owner_chose(
    world: World, agreement: Agreement, hears: Hears
) -> None:
    world.hears(hears, Event.HOURS_USED)
    later = NOW + timedelta(days=4)
    for day in range(2, 6):
        on = date(2026, 11, day)
        time_log.log_time(agreement=agreement, on=on, minutes=600, note="Work", now=later)
    assert usage_warnings.warn_due(now=later) == 1
    owner_notes.send_daily(now=later + timedelta(days=1))
    assert usage_warnings.warn_due(now=later + timedelta(days=1)) == 0
    count, notes = told(world, "hours_used")
    assert (count, len(notes)) == (hears == Hears.NOW, hears == Hears.DAILY)
    assert OutboxEmail.objects.filter(kind="owner_notes").count() == (hears == Hears.DAILY)

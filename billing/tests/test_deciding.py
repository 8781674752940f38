"""After the last retry the owner decides: wait, pause or end. Nothing stops silently (rule 23)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from billing.bank_transfer import take_back, transfers
from billing.books.asked_words import status_of
from billing.books.queries import late_collections, needs_decision, retry_days
from billing.charging.retry import retry_on
from billing.models import Charge, Collection, Invoice, PaymentMethod
from billing.rules import dunning
from billing.rules.errors import NothingToRetry
from billing.runs.billing_run import run_billing
from core.dates import local_day, local_instant
from core.models import OutboxEmail
from tests.browsers import logged_in
from tests.world import NOW, World

LATER = date(2026, 11, 30)


def declined(world: World) -> Invoice:
    """An invoice whose card was declined five times."""
    agreement = world.running(card="insufficient_funds")
    for days in (0, 1, 3, 7, 14):
        run_billing(now=NOW + timedelta(days=days), door="test")
    return Invoice.objects.select_related("collection", "agreement", "client").get(
        agreement=agreement
    )


@pytest.mark.parametrize(
    ("declined", "again"),
    [(0, 1), (1, 3), (2, 3), (3, 7), (5, 7), (7, 14), (13, 14), (14, None), (40, None)],
)
def test_retries_follow_the_calendar_whatever_the_day_of_the_decline(
    declined: int, again: int | None
) -> None:
    day = dunning.next_retry_day(LATER, LATER + timedelta(days=declined))
    assert day == (None if again is None else LATER + timedelta(days=again))


def test_a_retry_comes_on_the_clients_next_day_at_the_clients_hour(world: World) -> None:
    world.running(world.client(time_zone="America/New_York"), card="insufficient_funds")
    evening = datetime(2026, 11, 3, 3, 0, tzinfo=UTC)  # of 2 November in New York
    run_billing(now=evening, door="test")
    assert Collection.objects.get().next_at == datetime(2026, 11, 3, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("business", "client"),
    [("Pacific/Auckland", "America/New_York"), ("America/New_York", "Pacific/Auckland")],
)
def test_a_card_is_tried_five_times_on_the_clients_days_wherever_the_business_is(
    world: World, business: str, client: str
) -> None:
    world.business.time_zone = business
    world.business.save()
    morning = local_instant(LATER, 9, client)  # when the business has another date
    agreement = world.running(
        world.client(time_zone=client), card="insufficient_funds", now=morning, starts_on=LATER
    )
    for days in range(17):
        run_billing(now=morning + timedelta(days=days), door="test")
    tried = [local_day(each.sent_at, client) - LATER for each in Charge.objects.order_by("n")]
    assert [each.days for each in tried] == [0, 1, 3, 7, 14]
    invoice = Invoice.objects.get(agreement=agreement)
    assert retry_days(invoice) == [LATER + each for each in tried], "both sides see these days"


def test_a_card_saved_late_is_tried_once_that_day(world: World) -> None:
    invoice = declined(world)
    world.card(invoice.client, "insufficient_funds", NOW + timedelta(days=20))
    for hours in range(6):
        run_billing(now=NOW + timedelta(days=20, hours=hours), door="test")
    assert Charge.objects.count() == 6


def test_after_the_last_retry_the_owner_is_asked_and_nothing_else_happens(world: World) -> None:
    invoice = declined(world)
    assert needs_decision(invoice)
    email = OutboxEmail.objects.filter(kind="charge_failed", ref__endswith=":owner").latest(
        "created_at", "id"
    )
    assert "wait, pause the retainer, or end it" in email.text
    assert f"/invoices/{invoice.pk}/" in email.text
    before = Charge.objects.count()
    run_billing(now=NOW + timedelta(days=25), door="test")
    assert Charge.objects.count() == before == 5
    assert invoice.agreement.state == "active"


def without_a_reason(world: World, card: str) -> Invoice:
    """A card's invoice whose transfer was recorded by mistake and taken back: no reason is kept."""
    invoice = declined(world)
    later = NOW + timedelta(days=15)
    transfers.record_transfer(
        invoice=invoice, amount=invoice.total, on=later.date(), reference="", actor="Nan", now=later
    )
    run_billing(now=later, door="test")  # which cancels the charge at the gateway first
    take_back.take_back_payment(
        payment=invoice.payments.get(), reason="Typo", actor="Nan", now=later
    )
    method = {"kind": "sepa_debit"} if card == "debit" else {}
    PaymentMethod.objects.update(removed_at=later if card == "none" else None, **method)
    found = Invoice.objects.select_related("collection", "agreement", "client").get()
    assert (found.collection.state, found.collection.reason) == ("dunning", "")
    return found


@pytest.mark.parametrize("card", ["in use", "none", "debit"])
def test_without_a_reason_nothing_is_said_that_did_not_happen(world: World, card: str) -> None:
    invoice = without_a_reason(world, card)
    said = status_of(invoice, now=NOW + timedelta(days=15))
    assert "is open and waiting for your decision" in said.owner_text
    for untrue in ("No try is left", "asked the client"):
        assert untrue not in said.owner_text
    assert said.label == "Needs a decision"
    assert said.client_label == "Open" and "another" not in said.client_text
    assert [row.invoice for row in late_collections(world.business)] == [invoice]
    overview = logged_in(world.business.owner).get(reverse("dashboard:home")).text
    assert "is open and waits for your decision" in overview
    assert "Charge failed" not in overview and "the charge of" not in overview


@pytest.mark.parametrize(("card", "offered"), [("in use", True), ("none", False)])
def test_another_try_is_offered_where_there_is_a_card_to_try(
    world: World, card: str, offered: bool
) -> None:
    invoice = without_a_reason(world, card)
    page = logged_in(world.business.owner).get(reverse("dashboard:invoice", args=[invoice.pk]))
    assert "What now? You choose" in page.text
    assert ("Try the card in use once more" in page.text) is offered


def test_waiting_gives_one_more_try_on_the_chosen_day_and_then_the_owner_is_asked_again(
    world: World,
) -> None:
    invoice = declined(world)
    retry_on(collection=invoice.collection, until=LATER, actor="Nan", now=NOW + timedelta(days=15))
    run_billing(now=NOW + timedelta(days=27), door="test")
    assert Charge.objects.count() == 5
    run_billing(now=NOW + timedelta(days=28), door="test")
    assert Charge.objects.count() == 6
    invoice.refresh_from_db()
    assert needs_decision(Invoice.objects.select_related("collection").get())


def test_waiting_is_refused_if_the_owner_has_nothing_to_decide(world: World) -> None:
    paid = world.billed()
    with pytest.raises(NothingToRetry):
        retry_on(collection=paid.collection, until=LATER, actor="Nan", now=NOW)


def test_a_day_in_the_past_is_refused_and_the_error_names_the_field(world: World) -> None:
    invoice = declined(world)
    with pytest.raises(NothingToRetry) as refused:
        retry_on(
            collection=invoice.collection,
            until=date(2026, 11, 16),
            actor="Nan",
            now=NOW + timedelta(days=15),
        )
    assert refused.value.field == "until"

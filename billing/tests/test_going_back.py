"""The database goes back to an earlier state, and nobody is charged twice (rule 46)."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse

from agreements.running.periods import open_due
from billing.books.invariants import find_contradictions
from billing.charging import collect, gateway_events
from billing.charging.cancel_invoice import void_invoice, write_off_invoice
from billing.charging.issue import issue_invoices
from billing.charging.resolve import resolve_charges
from billing.gateways import accounts, exchange
from billing.gateways.base import GatewayUnknown
from billing.gateways.sandbox.gateway import Sandbox
from billing.gateways.sandbox.models import SandboxIntent
from billing.gateways.sandbox_direct.gateway import SandboxDirect
from billing.gateways.sandbox_direct.models import SandboxDirectCard, SandboxDirectCharge
from billing.models import (
    Charge,
    Collection,
    Dispute,
    FoundObject,
    GatewayAccount,
    Invoice,
    LostNumber,
    Payment,
    PaymentMethod,
)
from billing.recovery import compare, go_on
from billing.runs import billing_run, preview
from billing.runs.billing_run import run_billing, run_scheduled
from core.continuity import outside, standing
from core.continuity.outside import FileStore
from core.errors import StandsStill
from core.models import SetAside, Standing
from tests.factories import UserFactory
from tests.world import NOW, World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> World:
    """A business on a machine that keeps its marks in a file."""
    monkeypatch.setattr(outside, "stores", lambda: [FileStore(tmp_path / "marks")])
    Standing.objects.all().delete()
    standing.begin(now=NOW)
    return World()


def no_answer(*_: Any) -> Any:
    raise GatewayUnknown("no answer")


def without_answer(sent: list[dict[str, Any]]) -> Callable[..., None]:
    """A call that notes its request, which may arrive later."""

    def call(_self: Any, **request: Any) -> None:
        sent.append(request)
        raise GatewayUnknown("no answer")

    return call


class Backup:
    """The database as it is now. To restore it leaves the gateway's own rows as they are."""

    def __init__(self) -> None:
        self._sql("SAVEPOINT backup")

    def restore(self) -> None:
        theirs: list[tuple[Any, list[Any]]] = [
            (model, list(model.objects.all()))
            for model in (SandboxIntent, SandboxDirectCharge, SandboxDirectCard)
        ]
        self._sql("ROLLBACK TO SAVEPOINT backup")
        for model, rows in theirs:
            model.objects.all().delete()
            model.objects.bulk_create(rows)

    def _sql(self, statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)


def charged_after_the_backup(world: World, *, by: str = "succeeds") -> tuple[Any, Backup]:
    """A retainer is billed after the backup was made, and then the backup is restored."""
    agreement = world.signed(card=by)
    standing.advance(now=NOW)
    backup = Backup()
    run_billing(now=NOW + HOUR, door="test")
    backup.restore()
    return agreement, backup


def goes_on(*, at: Any) -> None:
    """A person compares and goes on; then billing runs."""
    compare.compare(now=at)
    go_on.go_on(actor="Nan", now=at)
    run_billing(now=at, door="test")
    resolve_charges(now=at + HOUR)


def issues_again(*, at: Any) -> None:
    """Nothing is billed before a person compares and goes on; then it is issued, not charged."""
    with pytest.raises(StandsStill):
        run_billing(now=at, door="test")
    compare.compare(now=at)
    go_on.go_on(actor="Nan", now=at)
    open_due(now=at)
    issue_invoices(now=at)


def test_a_restored_backup_charges_nothing_by_itself(world):
    charged_after_the_backup(world)
    run = run_scheduled(now=NOW + 2 * HOUR)
    assert "older" in run.refused_because
    assert not Invoice.objects.exists()
    assert SandboxIntent.objects.count() == 1


def test_the_command_says_in_a_sentence_that_it_bills_nothing_now(world):
    charged_after_the_backup(world)
    with pytest.raises(CommandError, match=r"resumed work\. bin/manage standing says how"):
        call_command("bill", on=NOW.date())
    assert not Invoice.objects.exists()


def test_what_was_charged_since_is_taken_over_with_its_number(world):
    world.signed(card="succeeds")
    standing.advance(now=NOW)
    backup = Backup()
    run_billing(now=NOW + HOUR, door="test")
    before = Payment.objects.select_related("invoice").get()
    backup.restore()
    with pytest.raises(StandsStill):
        run_billing(now=NOW + 2 * HOUR, door="test")
    goes_on(at=NOW + 2 * HOUR)
    after = Payment.objects.select_related("invoice").get()
    assert SandboxIntent.objects.filter(status="succeeded").count() == 1
    assert after.invoice.state == "paid"
    for name in ("reference", "amount", "receipt_number"):
        assert getattr(after, name) == getattr(before, name)
    assert after.invoice.number == before.invoice.number
    assert find_contradictions(NOW + 3 * HOUR) == []


def test_a_number_that_went_out_is_not_given_to_another_document(world):
    first = world.signed(card="succeeds")
    standing.advance(now=NOW)
    backup = Backup()
    run_billing(now=NOW + HOUR, door="test")
    world.billed(client=world.client("Another"), now=NOW + HOUR)
    went_out = set(Invoice.objects.values_list("number", flat=True))
    backup.restore()
    with pytest.raises(StandsStill):
        run_billing(now=NOW + 2 * HOUR, door="test")
    goes_on(at=NOW + 2 * HOUR)
    kept = Invoice.objects.get(agreement=first).number
    assert kept in went_out
    third = world.billed(client=world.client("A third"), now=NOW + 3 * HOUR)
    assert third.number not in went_out
    assert LostNumber.objects.filter(used_at__isnull=True, series__kind="invoice").count() == 1
    assert find_contradictions(NOW + 4 * HOUR) == []


def test_money_for_what_is_lost_is_shown_until_a_person_dealt_with_it(world):
    standing.advance(now=NOW)
    backup = Backup()
    world.billed(client=world.client("Lost"), now=NOW + HOUR)
    world_card = Collection.objects.get().gateway
    backup.restore()
    world.signed(card="succeeds")  # so that the gateway is in use
    with pytest.raises(StandsStill):
        run_billing(now=NOW + 2 * HOUR, door="test")
    goes_on(at=NOW + 2 * HOUR)
    found = compare.open_objects()
    assert [row.gateway for row in found] == [world_card]
    compare.close(found[0], actor="Nan", now=NOW)
    assert not compare.open_objects().exists()


def test_money_that_an_invoice_took_over_on_its_own_waits_for_nobody(world, monkeypatch):
    """The books were let go on, and the worker died before its invoice was given what was found."""
    world.signed(card="succeeds")
    open_due(now=NOW)
    assert issue_invoices(now=NOW) == 1
    standing.advance(now=NOW)
    backup = Backup()
    run_billing(now=NOW + HOUR, door="test")
    backup.restore()
    with pytest.raises(StandsStill):
        run_billing(now=NOW + 2 * HOUR, door="test")
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(compare, "take_over", lambda **_: 0)
        goes_on(at=NOW + 2 * HOUR)
    assert Payment.objects.get().reference == FoundObject.objects.get().handle
    assert not compare.open_objects().exists(), "somebody could pay it back"


def test_nobody_goes_on_without_a_comparison(world):
    charged_after_the_backup(world)
    with pytest.raises(StandsStill):
        run_billing(now=NOW + 2 * HOUR, door="test")
    with pytest.raises(go_on.NotCompared):
        go_on.go_on(actor="Nan", now=NOW + 2 * HOUR)


def test_where_the_marks_went_back_as_well_the_gateway_remembers(world, tmp_path):
    world.signed(card="succeeds")
    standing.advance(now=NOW)
    backup, marks = Backup(), (tmp_path / "marks").read_bytes()
    run_billing(now=NOW + HOUR, door="test")
    backup.restore()
    (tmp_path / "marks").write_bytes(marks)
    run = run_scheduled(now=NOW + 2 * HOUR)
    assert "older" in run.refused_because
    assert not Invoice.objects.exists()
    goes_on(at=NOW + 2 * HOUR)
    assert Payment.objects.get().invoice.state == "paid"
    assert SandboxIntent.objects.count() == 1


def test_a_gateway_that_was_silent_is_asked_again_before_it_is_charged(
    world, tmp_path, monkeypatch
):
    world.signed(card="succeeds")
    standing.advance(now=NOW)
    backup, marks = Backup(), (tmp_path / "marks").read_bytes()
    run_billing(now=NOW + HOUR, door="test")
    backup.restore()
    (tmp_path / "marks").write_bytes(marks)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Sandbox, "created_since", no_answer)
        run_billing(now=NOW + 2 * DAY, door="test")
    assert Invoice.objects.get().state == "open"
    assert not Charge.objects.exists()
    assert SetAside.objects.open().get().step == accounts.USE.name
    with pytest.raises(StandsStill):
        run_billing(now=NOW + 2 * DAY + HOUR, door="test")
    goes_on(at=NOW + 2 * DAY + HOUR)
    assert not SetAside.objects.open().exists()
    assert Payment.objects.get().invoice.state == "paid"
    assert SandboxIntent.objects.count() == 1
    assert find_contradictions(NOW + 3 * DAY) == []


def test_what_was_charged_directly_before_stays_paid_when_it_is_voided(
    world, settings, monkeypatch
):
    settings.GATEWAY = "sandbox_direct"
    charged_after_the_backup(world)
    monkeypatch.setattr(billing_run, "resolve_charges", lambda **_: 0)  # it is not looked up yet
    with pytest.raises(StandsStill):
        run_billing(now=NOW + 2 * HOUR, door="test")
    compare.compare(now=NOW + 2 * HOUR)
    go_on.go_on(actor="Nan", now=NOW + 2 * HOUR)
    run_billing(now=NOW + 2 * HOUR, door="test")
    void_invoice(invoice=Invoice.objects.get(), reason="R", actor="Nan", now=NOW + 2 * HOUR)
    resolve_charges(now=NOW + 3 * HOUR)
    assert Invoice.objects.get().state == "paid"
    assert SandboxDirectCharge.objects.count() == 1
    assert find_contradictions(NOW + 3 * HOUR) == []


@pytest.mark.parametrize("known", ["nothing", "the invoice"])
def test_what_the_bank_still_works_on_at_a_direct_gateway_closes_no_invoice(world, settings, known):
    """The owner writes the invoice off before anything else happens; then the bank takes it."""
    settings.GATEWAY = "sandbox_direct"
    world.signed(card="succeeds")
    standing.advance(now=NOW)
    if known == "the invoice":
        open_due(now=NOW)
        assert issue_invoices(now=NOW) == 1
    backup = Backup()
    run_billing(now=NOW + HOUR, door="test")
    SandboxDirectCharge.objects.update(status="processing")  # as a slow card is for hours
    backup.restore()
    issues_again(at=NOW + 2 * HOUR)
    assert Collection.objects.get().handle == SandboxDirectCharge.objects.get().handle
    write_off_invoice(invoice=Invoice.objects.get(), reason="R", actor="Nan", now=NOW + 2 * HOUR)
    resolve_charges(now=NOW + 3 * HOUR)
    assert Invoice.objects.get().state == "open", "the bank may still take the money"
    SandboxDirectCharge.objects.update(status="succeeded")
    resolve_charges(now=NOW + 4 * DAY)
    assert Payment.objects.get().invoice.state == "paid"
    assert find_contradictions(NOW + 4 * DAY) == []


def test_a_request_that_these_books_forgot_may_still_arrive(world, settings, monkeypatch):
    settings.GATEWAY = "sandbox_direct"
    sent: list[dict[str, Any]] = []
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(SandboxDirect, "charge", without_answer(sent))
        charged_after_the_backup(world)
    with pytest.raises(StandsStill):
        run_billing(now=NOW + 2 * HOUR, door="test")
    monkeypatch.setattr(collect, "_arm", lambda *_: [])
    goes_on(at=NOW + 2 * HOUR)
    void_invoice(invoice=Invoice.objects.get(), reason="R", actor="Nan", now=NOW + 3 * HOUR)
    resolve_charges(now=NOW + 3 * HOUR)
    assert Invoice.objects.get().state == "open", "it is not void while money may be taken for it"
    SandboxDirect().charge(**sent[0])
    resolve_charges(now=NOW + 9 * HOUR)
    assert Invoice.objects.get().state == "paid"


@pytest.mark.parametrize("arrives", ["before", "afterwards", "never"])
def test_a_card_that_these_books_forgot_is_charged_or_the_one_before_but_not_both(
    world, settings, monkeypatch, arrives
):
    """After the backup the client saved another card, and the charge of it got no answer."""
    settings.GATEWAY = "sandbox_direct"
    agreement = world.signed(card="insufficient_funds")
    standing.advance(now=NOW)
    run_billing(now=NOW, door="test")
    backup = Backup()
    sent: list[dict[str, Any]] = []
    world.card(agreement.client)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(SandboxDirect, "charge", without_answer(sent))
        run_billing(now=NOW + HOUR, door="test")
    backup.restore()
    SandboxDirectCard.objects.update(behaviour="succeeds")
    if arrives == "before":
        SandboxDirect().charge(**sent[0])
    with pytest.raises(StandsStill):
        run_billing(now=NOW + 2 * HOUR, door="test")
    goes_on(at=NOW + 2 * HOUR)
    for days in (4, 5, 8):
        run_billing(now=NOW + days * DAY, door="test")
        if (arrives, days) == ("afterwards", 4):
            with suppress(GatewayUnknown):
                SandboxDirect().charge(**sent[0])
    assert Invoice.objects.get().state == "paid"
    assert SandboxDirectCharge.objects.filter(status="succeeded").count() == 1
    assert find_contradictions(NOW + 8 * DAY) == []


@pytest.mark.parametrize("gateway", ["sandbox", "sandbox_direct"])
def test_what_a_card_paid_is_never_charged_again_as_if_a_bank_had_returned_a_debit(
    world, settings, gateway
):
    """The client saves a bank account before the payment by the card is taken over."""
    settings.GATEWAY = gateway
    agreement, _backup = charged_after_the_backup(world)
    world.card(agreement.client, "debit_succeeds", NOW + 2 * HOUR)
    with pytest.raises(StandsStill):
        run_billing(now=NOW + 2 * HOUR, door="test")
    goes_on(at=NOW + 2 * HOUR)
    payment = Payment.objects.get()
    assert payment.method_label == "Visa ···· 4242" and not payment.charge.method.is_debit
    the_sandbox = {"sandbox": Sandbox, "sandbox_direct": SandboxDirect}[gateway]
    the_sandbox.contest(payment.reference, status="lost")
    gateway_events.read_gateway_object(gateway, payment.reference, account=None, now=NOW + DAY)
    run_billing(now=NOW + 2 * DAY, door="test")
    assert Invoice.objects.get().state == "paid" and Dispute.objects.get().state == "lost"
    assert Charge.objects.count() == 1


def test_cards_that_these_books_have_lost_are_named_for_each_client(world):
    agreements = [world.running(world.client(name), card="") for name in "AB"]
    standing.advance(now=NOW)
    backup = Backup()
    for agreement in agreements:
        world.card(agreement.client)
    run_billing(now=NOW + HOUR, door="test")
    backup.restore()
    with pytest.raises(StandsStill):
        run_billing(now=NOW + 2 * HOUR, door="test")
    goes_on(at=NOW + 2 * HOUR)
    assert [invoice.state for invoice in Invoice.objects.all()] == ["paid", "paid"]
    assert not SetAside.objects.exists()
    assert not PaymentMethod.objects.filter(removed_at__isnull=True).exists()


def is_forgotten_and_late(world: World, before: str | None) -> SandboxDirectCharge:
    """A charge was sent before the database went back, and has not arrived when a person goes on.

    Its invoice is issued again. Returns the charge as it will arrive.
    """
    agreement = world.signed(card="insufficient_funds" if before else "succeeds")
    standing.advance(now=NOW)
    backup = Backup()
    run_billing(now=NOW + HOUR, door="test")
    if before:
        world.card(agreement.client)
        run_billing(now=NOW + HOUR, door="test")
    late = SandboxDirectCharge.objects.get(status="succeeded")
    late.delete()
    backup.restore()
    issues_again(at=NOW + 2 * HOUR)
    return late


TRIED = pytest.mark.parametrize("before", [None, "declined"], ids=["first try", "after a decline"])


@TRIED
def test_a_forgotten_request_may_arrive_for_an_invoice_that_has_no_handle_yet(
    world, settings, before
):
    """It is issued again and written off before it is charged."""
    settings.GATEWAY = "sandbox_direct"
    late = is_forgotten_and_late(world, before)
    write_off_invoice(invoice=Invoice.objects.get(), reason="R", actor="Nan", now=NOW + 2 * HOUR)
    resolve_charges(now=NOW + 3 * HOUR)
    assert Invoice.objects.get().state == "open", "its money may still be taken"
    late.save(force_insert=True)
    resolve_charges(now=NOW + 4 * HOUR)
    assert Invoice.objects.get().state == "paid"
    assert find_contradictions(NOW + 4 * HOUR) == []


@TRIED
@pytest.mark.parametrize("arrives", [True, False], ids=["arrived", "never came"])
def test_an_invoice_is_looked_up_before_it_is_closed_days_after_the_database_went_back(
    world, settings, before, arrives
):
    """The request came after the comparison, and nothing was charged in the meantime."""
    settings.GATEWAY = "sandbox_direct"
    late = is_forgotten_and_late(world, before)
    if arrives:
        late.save(force_insert=True)
    write_off_invoice(invoice=Invoice.objects.get(), reason="R", actor="Nan", now=NOW + 5 * DAY)
    for hours in (0, 1, 2):
        resolve_charges(now=NOW + 5 * DAY + hours * HOUR)
    assert Invoice.objects.get().state == ("paid" if arrives else "written_off")
    assert find_contradictions(NOW + 6 * DAY) == []


@pytest.mark.parametrize("gateway", ["sandbox", "sandbox_direct"])
def test_after_a_person_went_on_a_declined_charge_raises_no_doubt_again(
    world, tmp_path, settings, gateway
):
    settings.GATEWAY = gateway
    world.signed(card="insufficient_funds")
    standing.advance(now=NOW)
    backup, marks = Backup(), (tmp_path / "marks").read_bytes()
    run_billing(now=NOW + HOUR, door="test")
    backup.restore()
    (tmp_path / "marks").write_bytes(marks)
    run_scheduled(now=NOW + 2 * HOUR)
    goes_on(at=NOW + 3 * HOUR)
    assert not run_scheduled(now=NOW + 4 * HOUR).refused_because
    assert Invoice.objects.get().state == "open"


@pytest.mark.parametrize("known", ["nothing", "the invoice", "the late object"])
@pytest.mark.parametrize("made", [-HOUR, HOUR], ids=["made before", "made after"])
def test_of_two_objects_the_one_that_takes_money_without_us_counts(world, known, made):
    """A request that arrived late has left a second one, which was never charged."""
    world.signed(card="succeeds")
    standing.advance(now=NOW)
    if known != "nothing":
        open_due(now=NOW + HOUR)
        assert issue_invoices(now=NOW + HOUR) == 1
    if known == "the late object":
        Collection.objects.update(handle="pi_late", amount=3_000_00)
    backup = Backup()
    Collection.objects.update(handle=None, amount=None)
    run_billing(now=NOW + HOUR, door="test")
    debit = SandboxIntent.objects.get()
    SandboxIntent.objects.update(status="processing")  # as a debit is for days
    late = {"handle": "pi_late", "prepare_key": "late", "created_at": debit.created_at + made}
    same = {name: getattr(debit, name) for name in ("amount", "currency", "invoice_ref")}
    SandboxIntent.objects.create(**late | same)
    backup.restore()
    with pytest.raises(StandsStill):
        run_billing(now=NOW + 3 * HOUR, door="test")
    goes_on(at=NOW + 4 * HOUR)
    assert Collection.objects.get().handle == debit.handle
    assert SandboxIntent.objects.get(handle="pi_late").status == "new"
    SandboxIntent.objects.filter(pk=debit.pk).update(status="succeeded")
    resolve_charges(now=NOW + 4 * DAY)
    assert Payment.objects.get().reference == debit.handle


def test_an_object_of_somebody_else_in_the_account_stops_nothing(world):
    world.signed(card="succeeds")
    SandboxIntent.objects.create(
        handle="pi_other", prepare_key="other", amount=5, currency="USD", invoice_ref="other"
    )
    run_billing(now=NOW + HOUR, door="test")
    assert Invoice.objects.get().state == "paid"


def test_what_will_be_charged_is_shown_all_the_same(world):
    agreement, _backup = charged_after_the_backup(world)
    rows = preview.upcoming_invoices(world.business, now=NOW + 2 * HOUR)
    assert rows[0].title == agreement.title
    assert not Invoice.objects.exists()


def test_the_page_leads_through_it(world):
    charged_after_the_backup(world)
    with pytest.raises(StandsStill):
        run_billing(now=NOW + 2 * HOUR, door="test")
    browser = Browser()
    browser.force_login(world.business.owner)
    assert "older than it should" in browser.get(reverse("dashboard:home")).content.decode()
    assert b"Compare with the payment gateways" in browser.get(reverse("dashboard:jobs")).content
    assert browser.post(reverse("dashboard:recovery_compare")).status_code == 302
    assert "not in these books" in browser.get(reverse("dashboard:jobs")).content.decode()
    browser.post(reverse("dashboard:recovery_go_on"))
    assert standing.in_doubt() is None
    assert FoundObject.objects.count() == 1


def test_only_those_who_look_after_the_installation_go_on(world):
    charged_after_the_backup(world)
    with pytest.raises(StandsStill):
        run_billing(now=NOW + 2 * HOUR, door="test")
    UserFactory(is_staff=True)
    browser = Browser()
    browser.force_login(world.business.owner)
    for name in ("recovery_compare", "recovery_go_on"):
        assert browser.post(reverse(f"dashboard:{name}")).status_code == 403
    assert b"An administrator of this" in browser.get(reverse("dashboard:jobs")).content


def test_what_an_invoice_has_taken_over_keeps_no_account_from_being_exchanged(world):
    row = Collection.objects.get(invoice=world.billed())
    FoundObject.objects.create(
        business=world.business,
        gateway=row.gateway,
        handle=row.handle,
        reference=str(row.invoice.reference),
        amount=row.amount,
        currency="USD",
        outcome="succeeded",
        found_at=NOW,
    )
    assert not compare.open_objects(world.business).exists()
    account = GatewayAccount(business=world.business, gateway=row.gateway)
    assert exchange._found(account) == 0, "a person finds nothing to deal with"

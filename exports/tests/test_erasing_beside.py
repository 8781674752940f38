"""Erasing somebody takes nothing from anybody else, and from no email or signature on its way."""

import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from agreements.changing import amend
from agreements.models import Proposal
from agreements.models.amendment import AmendmentKind
from agreements.proposals import after_sending
from agreements.rules.errors import NotOpen
from agreements.signing import seal, unsigned_documents
from billing.models import GatewayAccount, GatewayEvent
from clients import client_records
from core.models import OutboxEmail
from core.outbox import emails
from exports import requested_exports
from exports.erasing import erase
from exports.erasing.erase import StillNeeded
from exports.models import Export, Scope
from exports.tests.test_erasing import BY, full, of, over  # noqa: F401 - a fixture
from tests.world import NOW, World


def test_a_name_that_somebody_else_has_is_not_taken_from_the_emails_to_them(world: World) -> None:
    client, now = world.client("Quux"), timezone.now()
    names = ("ann", "ann Lee", "Bo", world.business.owner.name)
    people = {
        name: client_records.add_contact(
            client=client, name=name, email=f"{n}@quux.example", now=now
        )
        for n, name in enumerate(names)
    }
    other = world.client("Bo Foods", contact_name="ann", contact_email="ann@x.example")
    text = f"Dear ann, ann Lee and Bo Foods wrote, {world.business.owner.name}"
    OutboxEmail.objects.create(
        business=world.business, kind="t", ref="a", to="ann@x.example", text=text
    )
    for name in ("ann", "Bo", world.business.owner.name):
        erase.erase_contact(contact=people[name], by=BY, now=now)
    erase.erase_client(client=client, by=BY, now=now)
    row = OutboxEmail.objects.get(kind="t", ref="a")
    assert row.to == world.person(other).email
    assert row.text == text.replace("ann Lee", "Erased person")


def test_a_name_is_replaced_in_words_and_not_in_markup_or_addresses(full: World) -> None:  # noqa: F811
    now = timezone.now()
    person = client_records.add_contact(
        client=of(full), name="class", email="class@quux.example", now=now
    )
    place = "https://portal.example/class [[0a:class:1]]"
    row = OutboxEmail.objects.create(
        business=full.business,
        kind="t",
        ref="a",
        to="class@x.example",
        text=f"class {place}",
        html=f'<p class="class">class <a href="mailto:class@quux.example">{place}</a></p>',
        reply_to="class@quux.example",
    )
    erase.erase_contact(contact=person, by=BY, now=now)
    row.refresh_from_db()
    assert (row.to, row.reply_to) == ("class@x.example", ""), "no header is words"
    assert row.text == f"Erased person {place}"
    link = f'<a href="mailto:Erased person">{place}</a>'
    assert row.html == f'<p class="class">Erased person {link}</p>'


def test_an_invoice_that_waits_goes_to_who_reads_it_now(world: World) -> None:
    contact = world.billed().addressee
    letter = emails.compose(OutboxEmail.objects.get(kind="receipt"), NOW)
    assert letter.to == contact.email
    client_records.add_contact(
        client=contact.client, name="Bo", email="bo@x.example", now=NOW, is_decision_maker=True
    )
    erase.erase_contact(contact=contact, by=BY, now=NOW)
    letter.refresh_from_db()
    assert (letter.state, letter.to, letter.is_emptied) == ("waiting", "", False)
    letter = emails.compose(letter, NOW)
    assert letter.to == "bo@x.example" and contact.name not in letter.text


def test_a_proposal_to_a_client_who_was_erased_is_not_opened_again(world: World) -> None:
    proposal = world.proposal()
    Proposal.objects.filter(pk=proposal.pk).update(state="expired")
    erase.erase_client(client=proposal.client, by=BY, now=NOW)
    proposal.refresh_from_db()
    with pytest.raises(NotOpen):
        after_sending.extend_proposal(
            proposal=proposal, until=NOW.date() + timedelta(days=20), actor="Nan", now=NOW
        )
    with pytest.raises(NotOpen):
        after_sending.revise_proposal(proposal=proposal, now=NOW)


def test_the_emails_of_the_business_itself_stay_where_a_person_has_its_address(
    world: World,
) -> None:
    owner = world.business.owner
    row = OutboxEmail.objects.create(
        business=world.business, kind="t", ref="a", to=owner.email, text=f"To {owner.email}"
    )
    client = world.client(contact_name="Me", contact_email=owner.email)
    erase.erase_client(client=client, by=BY, now=NOW)
    row.refresh_from_db()
    assert (row.state, row.to, row.text) == ("waiting", owner.email, f"To {owner.email}")


def test_an_archive_that_is_being_built_meanwhile_is_built_again(
    full: World,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client, now = of(full), timezone.now()
    over(client)
    Export.objects.all().delete()
    row = requested_exports.request_export(
        business=full.business, scope=Scope.CLIENT, client=client, now=now
    )
    fill = requested_exports._fill

    def erased_at_the_end(*given: Any) -> int:
        files = fill(*given)
        erase.erase_client(client=client, by=BY, now=now)
        return files

    monkeypatch.setattr(requested_exports, "_fill", erased_at_the_end)
    assert requested_exports.build_due(now=now) == 0
    row.refresh_from_db()
    assert row.state == "waiting"
    with pytest.raises(FileNotFoundError):
        requested_exports.open_archive(row)
    monkeypatch.undo()
    assert requested_exports.build_due(now=now) == 1
    row.refresh_from_db()
    assert row.is_ready and zipfile.ZipFile(requested_exports.open_archive(row)).testzip() is None


def test_webhooks_of_another_business_stay(world: World) -> None:
    invoice, other = world.billed(), World()
    account = GatewayAccount.objects.create(
        business=other.business, gateway="other", secret=b"", hint="x", connected_at=NOW
    )
    about = {"handle": invoice.collection.handle, "body": b"", "received_at": NOW, "done_at": NOW}
    GatewayEvent.objects.create(gateway="sandbox", event_id="1", **about)
    kept = GatewayEvent.objects.create(gateway="other", account=account, event_id="2", **about)
    client = invoice.client
    over(client)
    Proposal.objects.filter(client=client).update(state="accepted")
    erase.erase_client(client=client, by=BY, now=NOW)
    assert list(GatewayEvent.objects.all()) == [kept]


def test_who_has_still_to_sign_an_amendment_or_to_get_the_sealed_copy_is_not_erased(
    world: World,
) -> None:
    agreement = world.signed()
    day = amend.earliest_effective_day(agreement, AmendmentKind.PRICE, NOW.date())
    change = amend.Change(AmendmentKind.PRICE, day or NOW.date(), amount=4_000_00)
    offered = amend.offer_amendment(agreement=agreement, change=change, actor="Nan", now=NOW)
    client_records.add_contact(
        client=agreement.client,
        name="Bo",
        email="bo@quux.example",
        now=NOW,
        is_decision_maker=True,
    )
    with pytest.raises(StillNeeded, match="still to sign"):
        erase.erase_contact(contact=agreement.contact, by=BY, now=NOW)
    unsigned_documents.withdraw(paper=offered, actor="Nan", reason="", now=NOW)
    with pytest.raises(StillNeeded, match="not sealed"):
        erase.erase_contact(contact=agreement.contact, by=BY, now=NOW)
    seal.seal_signed(now=NOW)
    erase.erase_contact(contact=agreement.contact, by=BY, now=NOW)

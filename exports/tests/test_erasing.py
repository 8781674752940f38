"""What is stored about a person can be taken along, and erased but for what law demands."""

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import (
    BinaryField,
    CharField,
    EmailField,
    Field,
    JSONField,
    TextField,
)
from django.urls import reverse
from django.utils import timezone

from agreements.models import Agreement, Amendment, Period, Proposal, Upgrade
from agreements.rules.states import AgreementState
from agreements.signing import seal
from billing.books.invariants import find_contradictions
from billing.models import Invoice, NextLine
from clients import client_records, duplicates
from clients.models import Call, Client, Contact
from core import audit
from core.models import Document, Link, Membership, OutboxEmail, OwnerNote, SecurityEvent, SetAside
from core.safety.log import By
from exports import requested_exports
from exports.erasing import erase, person_data
from exports.erasing.erase import StillNeeded
from exports.models import Export, Scope
from tests.browsers import logged_in
from tests.factories import UserFactory
from tests.test_tenancy import rows_of
from tests.world import NOW, World

BY = By("Nan")
#: Where a name or address stays: what was issued, signed or sent, and what proves it.
KEPT = {
    "core_auditevent.actor",
    "core_auditevent.data",
    "core_securityevent.facts",
    "core_document.title",
    "agreements_proposal.snapshot",
    "agreements_proposal.intro",
    "agreements_agreement.terms",
    "agreements_amendment.terms",
    "agreements_signature.name",
    "agreements_signerchange.name",
    "agreements_signerchange.email",
    "billing_invoice.buyer",
    "delivery_report.snapshot",
    "delivery_report.answered_by",
    "delivery_quarterlyreview.snapshot",
    "delivery_requestmessage.text",
    "delivery_request.title",
}
TEXT = (CharField, TextField, EmailField, JSONField, BinaryField)


def holding(text: str) -> set[str]:
    """Every column of the database in which a text stands."""
    return {
        f"{model._meta.db_table}.{field.column}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, TEXT) and _holds(model, field, text)
    }


def _holds(model: Any, field: "Field[Any, Any]", text: str) -> bool:
    values = model._base_manager.values_list(field.name, flat=True)
    return any(text.casefold() in _plain(value).casefold() for value in values)


def _plain(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode(errors="replace")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


@pytest.fixture
def full(world: World) -> World:
    """A business with a row of each kind, in which one client has told a lot about itself."""
    rows_of(world)
    client = Client.objects.filter(business=world.business).earliest("created_at")
    Client.objects.filter(pk=client.pk).update(
        name="Xanadu Teahouse", notes="Calls from 02 555 0199", address="9 Xanadu Road"
    )
    client.refresh_from_db()
    contact = world.person(client)
    client_records.change_contact(
        contact=contact, now=NOW, name="Zelda Quux", email="zelda@quux.example"
    )
    Call.objects.filter(client=client).update(needs="Zelda Quux wants more posts")
    for kind, fields in (
        ("to her", {"to": "zelda@quux.example", "text": "Dear Zelda Quux, dinner at Yod?"}),
        ("to me", {"to": world.business.owner.email, "html": "<b>Zelda Quux</b> answered"}),
    ):
        OutboxEmail.objects.create(
            business=world.business,
            kind="test",
            ref=kind,
            subject="Zelda Quux",
            state="sent",
            **fields,
        )
    OwnerNote.objects.create(business=world.business, sentence="Zelda Quux opened the report.")
    SetAside.objects.create(
        business=world.business,
        step="x",
        subject=client.pk,
        title="Xanadu Teahouse",
        tried_at=NOW,
        next_at=NOW,
    )
    LogEntry.objects.create(
        user=world.business.owner,
        content_type=ContentType.objects.get_for_model(Contact),
        object_id=str(contact.pk),
        object_repr="Zelda Quux",
        action_flag=CHANGE,
    )
    return world


def of(world: World) -> Client:
    return Client.objects.get(business=world.business, name="Xanadu Teahouse")


def over(client: Client) -> None:
    """Nothing of the client runs or is owed any more."""
    Agreement.objects.filter(client=client).update(state=AgreementState.ENDED)
    Invoice.objects.filter(client=client, state="open").update(state="written_off")
    Proposal.objects.filter(client=client, state="sent").update(state="withdrawn")
    Amendment.objects.filter(client=client, state="sent").update(state="expired")
    Period.objects.filter(agreement__client=client, state="due").update(state="skipped")
    Upgrade.objects.filter(agreement__client=client, state="due").update(state="skipped")
    NextLine.objects.filter(agreement__client=client, invoice=None).update(removed_at=NOW)


def test_after_erasing_a_client_nothing_but_what_law_demands_names_it(full: World) -> None:
    client, now = of(full), timezone.now()
    person = full.person(client)
    other = full.client("Yarrow Labs", contact_email="yann@yarrow.example", contact_name="Yann")
    over(client)
    assert {"core_outboxemail.html", "core_ownernote.sentence", "core_searchentry.words"} <= (
        holding("Zelda Quux") - KEPT
    )
    before, documents = find_contradictions(now, files=True), Document.objects.count()
    erase.erase_client(client=client, by=BY, now=now)
    for text in ("zelda@quux.example", "Zelda Quux", "9 Xanadu", "Xanadu Teahouse"):
        assert holding(text) <= KEPT, text
    assert not holding("02 555 0199") and not holding("dinner at Yod")
    assert find_contradictions(now, files=True) == before
    assert Document.objects.count() == documents
    person.refresh_from_db()
    assert not person.is_active and person.erased_at == now
    assert not Link.objects.filter(subject_id=person.pk).exists()
    other.refresh_from_db()
    assert other.name == "Yarrow Labs" and full.person(other).email == "yann@yarrow.example"
    assert SecurityEvent.objects.get(what="client_erased").who == "Nan"
    erase.erase_client(client=client, by=BY, now=now)  # again: nothing happens
    assert SecurityEvent.objects.filter(what="client_erased").count() == 1


def test_after_erasing_a_person_the_client_stays_and_the_person_is_found_nowhere(
    full: World,
) -> None:
    client, now = of(full), timezone.now()
    person = full.person(client)
    new = client_records.add_contact(client=client, name="Bo", email="bo@quux.example", now=now)
    client_records.change_contact(contact=new, now=now, is_decision_maker=True)
    over(client)
    seal.seal_signed(now=now)
    erase.erase_contact(contact=person, by=BY, now=now)
    Call.objects.filter(client=client).update(needs="")  # your own notes: you are told so
    for text in ("zelda@quux.example", "Zelda Quux"):
        assert holding(text) <= KEPT, text
    client.refresh_from_db()
    assert client.name == "Xanadu Teahouse" and client.notes and full.person(client) == new
    with pytest.raises(client_records.CannotEnter):
        client_records.give_access_again(contact=Contact.objects.get(pk=person.pk))


def test_two_clients_who_were_erased_are_not_taken_for_the_same(world: World) -> None:
    one, two = world.client("A"), world.client("B", contact_email="b@x.example")
    for client in (one, two):
        erase.erase_client(client=client, by=BY, now=timezone.now())
    one.refresh_from_db()
    assert not duplicates.duplicates(one)
    with pytest.raises(duplicates.KeepsDocuments):
        duplicates.merge(client=two, into=one)


def test_a_prospect_who_was_erased_leaves_the_sales_board(world: World) -> None:
    client = world.client()
    erase.erase_client(client=client, by=BY, now=timezone.now())
    client.refresh_from_db()
    assert (client.state, client.name) == ("lost", "Erased client")
    page = logged_in(world.business.owner).get(reverse("dashboard:client", args=[client.pk]))
    assert reverse("dashboard:proposal_new", args=[client.pk]) not in page.content.decode()


def test_a_name_is_replaced_only_where_it_is_a_word_of_its_own(full: World) -> None:
    client, now = of(full), timezone.now()
    ann = client_records.add_contact(client=client, name="May", email="may@quux.example", now=now)
    OutboxEmail.objects.create(
        business=full.business,
        kind="t",
        ref="a",
        to="o@x.example",
        text="May's Mayan plan may go to MAY@quux.example.",
    )
    erase.erase_contact(contact=ann, by=BY, now=now)
    text = OutboxEmail.objects.get(kind="t", ref="a").text
    assert text == "Erased person's Mayan plan may go to Erased person."


def test_an_address_that_somebody_else_has_keeps_its_emails(full: World) -> None:
    now = timezone.now()
    client = full.client("Yarrow Labs", contact_email="office@x.example", contact_name="Yann")
    same = client_records.add_contact(
        client=of(full), name="Zora", email="office@x.example", now=now
    )
    OutboxEmail.objects.create(
        business=full.business, kind="t", ref="a", to="office@x.example", text="To Yann"
    )
    erase.erase_contact(contact=same, by=BY, now=now)
    assert OutboxEmail.objects.get(kind="t", ref="a").text == "To Yann"
    assert full.person(client).email == "office@x.example"


@pytest.mark.parametrize("what", ["agreement", "invoice", "proposal", "period", "line"])
def test_a_client_is_not_erased_while_something_needs_it(full: World, what: str) -> None:
    client = of(full)
    over(client)
    assert not erase.what_needs(client)
    if what == "agreement":
        Agreement.objects.filter(client=client).update(state=AgreementState.ACTIVE)
    elif what == "invoice":
        Invoice.objects.filter(client=client).update(state="open")
    elif what == "proposal":
        Proposal.objects.filter(client=client).update(state="sent")
    elif what == "period":  # it is billed after the end, to the name and address that it has then
        Period.objects.filter(pk=Period.objects.filter(agreement__client=client)[0].pk).update(
            state="due"
        )
    else:
        agreement = Agreement.objects.filter(client=client).earliest("created_at")
        NextLine.objects.create(
            business=agreement.business,
            agreement=agreement,
            kind="extra",
            ref="1",
            starts_on=NOW.date(),
            ends_on=NOW.date() + timedelta(days=1),
            amount=1,
        )
    with pytest.raises(StillNeeded):
        erase.erase_client(client=client, by=BY, now=timezone.now())
    assert Client.objects.get(pk=client.pk).name == "Xanadu Teahouse"


def test_the_decision_maker_and_who_has_still_to_sign_are_not_erased(world: World) -> None:
    agreement, now = world.picked(), timezone.now()
    with pytest.raises(StillNeeded):
        erase.erase_contact(contact=agreement.contact, by=BY, now=now)
    other = world.person(world.client("Other", contact_email="o@o.example"))
    with pytest.raises(client_records.StillDecides):
        erase.erase_contact(contact=other, by=BY, now=now)


def test_archives_that_hold_the_person_are_deleted_with_their_data(full: World) -> None:
    client, now = of(full), timezone.now()
    over(client)
    Export.objects.all().delete()
    row = requested_exports.request_export(
        business=full.business, scope=Scope.CLIENT, client=client, now=now
    )
    requested_exports.build_due(now=now)
    logged_in(full.business.owner).get(reverse("dashboard:export", args=[row.pk]))
    assert "core_outboxemail.text" in holding("Xanadu Teahouse")
    erase.erase_client(client=client, by=BY, now=now)
    assert holding("Xanadu Teahouse") <= KEPT | {"core_searchentry.words"}, "documents are found"
    row.refresh_from_db()
    assert row.state == "gone"
    with pytest.raises(FileNotFoundError):
        requested_exports.open_archive(row)


def test_a_person_gets_everything_that_is_stored_about_them(full: World) -> None:
    person = full.person(of(full))
    file = zipfile.ZipFile(person_data.build(contact=person, now=timezone.now()))
    names = set(file.namelist())
    assert {
        "person.json",
        "emails.json",
        "signatures.json",
        "questions.json",
        "links.json",
    } <= names
    assert json.loads(file.read("person.json"))[0]["email"] == "zelda@quux.example"
    assert "Dear Zelda Quux" in file.read("emails.json").decode()
    assert "portal_epoch" not in file.read("person.json").decode()


def test_a_person_gets_nothing_that_is_about_somebody_with_a_similar_address(
    world: World,
) -> None:
    person = world.person(world.client(contact_email="ann@x.example"))
    for actor in ("Ann <ann@x.example>", "ann@x.example", "Joann <joann@x.example>"):
        audit.record(
            business=world.business, chain_id=person.client_id, event="x", actor=actor, now=NOW
        )
    file = zipfile.ZipFile(person_data.build(contact=person, now=NOW))
    actors = [row["actor"] for row in json.loads(file.read("events.json"))]
    assert actors == ["Ann <ann@x.example>", "ann@x.example"]


def test_nobody_but_the_owner_gets_what_is_stored_about_a_person(world: World) -> None:
    page = reverse("dashboard:contact_data", args=[world.person(world.client()).pk])
    for role in ("member", "assistant", "accountant"):
        user = UserFactory(business_in_use=world.business)
        Membership.objects.create(business=world.business, user=user, role=role)
        assert logged_in(user).get(page).status_code == 403, "its emails are not for everybody"


def test_the_pages_say_what_goes_and_stays_erase_and_are_in_the_log(full: World) -> None:
    client = of(full)
    person, browser = full.person(client), logged_in(full.business.owner)
    answer = browser.get(reverse("dashboard:contact_data", args=[person.pk]))
    assert zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))).testzip() is None
    logged = SecurityEvent.objects.get(what="person_downloaded")
    assert logged.facts == {"reference": person.pk.hex[-8:]}
    assert "core_securityevent.facts" not in holding("Zelda Quux"), "it is kept for good"
    page = browser.get(reverse("dashboard:client_erase", args=[client.pk])).content.decode()
    assert "End or withdraw it first" in page and "btn-danger" not in page
    over(client)
    address = reverse("dashboard:client_erase", args=[client.pk])
    page = browser.get(address).content.decode()
    assert "tax law" in page and "Backups" in page and "btn-danger" in page
    assert browser.post(address).status_code == 302
    shown = browser.get(reverse("dashboard:client", args=[client.pk])).content.decode()
    assert "Erased client" in shown
    assert "was erased on" in browser.get(address).content.decode()

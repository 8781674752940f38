"""Sample clients come and go without a trace, and nobody is ever emailed or charged for them."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone, translation

from agreements.models import Proposal
from agreements.proposals import after_sending, client_actions, lifecycle
from agreements.running import expected_fees
from agreements.samples import load, remove
from agreements.signing import change_signer
from billing.charging import saved_cards
from clients import client_records, front_page, pipeline, portal_links
from clients.calls import booking
from clients.models import Call, Client, Contact
from clients.rules.pipeline import Stage
from core.errors import SampleClient
from core.models import AuditEvent, Document, Link, OutboxEmail
from core.outbox import emails
from tests.browsers import logged_in
from tests.world import HERE, World


def everything(folder: Path) -> dict[str, Any]:
    """Every row of every table, and every file."""
    tables = [
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed
    ]
    found: dict[str, Any] = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found[table] = sorted(map(repr, cursor.fetchall()))
    files = [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []
    return found | {"files": sorted(map(str, files))}


@pytest.fixture
def loaded(world: World) -> World:
    load.load_samples(business=world.business, now=timezone.now())
    return world


def play(world: World) -> None:
    """What an owner may do with sample clients, and everything that is refused."""
    now = timezone.now()
    clients = list(Client.objects.filter(is_sample=True).order_by("pk"))
    pipeline.put(client=clients[0], to=Stage.TRIAL, actor="Nan", now=now)
    call = booking.book(
        client=clients[0],
        contacts=list(clients[0].contacts.all()),
        starts_at=now + timedelta(days=1),
        minutes=30,
        actor="Nan",
        now=now,
    )
    booking.rebook(
        call=call,
        contacts=list(clients[0].contacts.all()),
        starts_at=now + timedelta(days=2),
        minutes=30,
        now=now,
    )
    draft = Proposal.objects.filter(client__is_sample=True).first()
    assert draft
    after_sending.copy_for(proposal=draft, client=clients[0], now=now)
    refused = [
        lambda: lifecycle.send_proposal(proposal=draft, actor="Nan", now=now),
        lambda: after_sending.send_test_email(proposal=draft, now=now),
        lambda: portal_links.mail_portal_link(contact=draft.contact, now=now),
        lambda: portal_links.reading_link(contact=draft.contact, now=now, target=""),
        lambda: saved_cards.start_setup(client=draft.client, return_url="https://x.example"),
        lambda: client_records.change_contact(
            contact=draft.contact, now=now, email="real@person.example"
        ),
        lambda: client_records.add_contact(
            client=draft.client, name="R", email="real@person.example", now=now
        ),
    ]
    for act in refused:
        with pytest.raises(SampleClient):
            act()


def test_removing_sample_clients_leaves_the_database_as_it_was(
    world: World, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    world.sealed()
    before = everything(tmp_path)
    load.load_samples(business=world.business, now=timezone.now())
    assert everything(tmp_path) != before
    play(world)
    remove.remove_samples(business=world.business)
    assert everything(tmp_path) == before


def test_sample_clients_write_no_evidence_send_nothing_and_count_as_no_income(
    loaded: World,
) -> None:
    play(loaded)
    assert Client.objects.filter(is_sample=True).count() == 3
    assert not [
        model for model in (AuditEvent, OutboxEmail, Link, Document) if model.objects.exists()
    ]
    fees = expected_fees.fees_by_client(Client.objects.all(), timezone.now().date())
    assert not fees


def test_no_email_is_ever_written_to_a_sample_address(world: World) -> None:
    with pytest.raises(SampleClient):
        emails.write(
            kind="note",
            ref="1",
            to="ana@example.invalid",
            template="note",
            context={"subject": "S", "name": "", "paragraphs": [], "button": "", "link": ""},
            language="en",
            now=timezone.now(),
            business=world.business,
        )
    assert not OutboxEmail.objects.exists()


def test_they_are_in_the_currency_and_language_of_the_business_and_say_what_they_are(
    world: World,
) -> None:
    world.business.currency, world.business.language = "THB", "th"
    world.business.save()
    with translation.override("th"):
        load.load_samples(business=world.business, now=timezone.now())
    names = Client.objects.values_list("name", flat=True)
    assert all("ตัวอย่าง" in name for name in names), list(names)
    assert {row.currency for row in Proposal.objects.all()} == {"THB"}
    assert {row.language for row in Proposal.objects.all()} == {"th"}
    assert all(email.endswith("@example.invalid") for email in emails_of())
    assert Call.objects.exists()


def emails_of() -> list[str]:
    return list(Contact.objects.values_list("email", flat=True))


def test_loading_twice_loads_once_and_real_clients_stay(world: World) -> None:
    real = world.client("Real")
    for _ in range(2):
        load.load_samples(business=world.business, now=timezone.now())
    assert Client.objects.filter(is_sample=True).count() == 3
    remove.remove_samples(business=world.business)
    assert list(Client.objects.all()) == [real]


def test_an_owner_loads_looks_and_removes(world: World) -> None:
    browser = logged_in(world.business.owner)
    assert "Try with sample clients" in browser.get(reverse("dashboard:home")).text
    page = browser.post(reverse("dashboard:samples_load"), follow=True).text
    assert "Remove sample clients" in page and "cannot be deleted" in page
    draft = Proposal.objects.order_by("pk").first()
    assert draft
    for name, pk in (
        ("proposal", draft.pk),
        ("proposal_preview", draft.pk),
        ("proposal_edit", draft.pk),
        ("proposal_download", draft.pk),
        ("client", draft.client_id),
    ):
        assert browser.get(reverse(f"dashboard:{name}", args=[pk])).status_code == 200
    send = reverse("dashboard:proposal_send", args=[draft.pk])
    assert "sample client" in browser.post(send, follow=True).text
    for name in ("home", "clients", "pipeline", "proposals", "calls"):
        assert browser.get(reverse(f"dashboard:{name}")).status_code == 200
    home = browser.post(reverse("dashboard:samples_remove"), follow=True).text
    assert "Try with sample clients" in home and not Client.objects.exists()


def test_every_model_that_is_about_a_client_goes_with_the_samples() -> None:
    """A new model with a client: say in agreements.samples.remove what becomes of its rows."""
    about = set()
    for model in apps.get_models():
        try:
            field = model._meta.get_field("client")
        except FieldDoesNotExist:
            continue
        if field.related_model is Client:
            about.add(model._meta.label)
    assert about == remove.REMOVED | remove.NEVER_MADE


SAMPLE_ADDRESS = "Ana@Example.invalid"


def test_a_real_person_never_gets_an_address_of_a_sample(loaded: World) -> None:
    """Whatever the outbox wrote to that address would be set aside, an invoice as well."""
    real, now = loaded.client("Real"), timezone.now()
    waiting = loaded.picked(loaded.proposal(real))
    person = loaded.person(real)
    fields = {"name": "A", "email": SAMPLE_ADDRESS, "now": now}
    here = {"contact": person, "origin": HERE}
    for act in (
        lambda: loaded.client("Another", contact_email=SAMPLE_ADDRESS),
        lambda: client_records.add_contact(client=real, **fields),
        lambda: client_records.change_contact(contact=person, email=SAMPLE_ADDRESS, now=now),
        lambda: client_actions.forward_proposal(proposal=waiting.proposal, **fields, **here),
        lambda: change_signer.request_change(paper=waiting, **fields, **here),
    ):
        with pytest.raises(SampleClient, match="No email arrives at") as error:
            act()
        assert error.value.field in ("email", "contact_email")
    assert not Client.objects.filter(name="Another").exists()
    assert all("example.invalid" not in email for email in emails_of_real())


def emails_of_real() -> list[str]:
    return list(Contact.objects.filter(client__is_sample=False).values_list("email", flat=True))


def test_the_forms_for_a_client_say_so_at_the_address(world: World) -> None:
    browser, real = logged_in(world.business.owner), world.client()
    typed = {"name": "A", "contact_name": "A", "language": "en", "time_zone": "UTC"}
    for name, pks, field in (
        ("client_new", [], "contact_email"),
        ("welcome_client", [], "contact_email"),
        ("contact_new", [real.pk], "email"),
    ):
        answer = browser.post(
            reverse(f"dashboard:{name}", args=pks), typed | {field: "a@example.invalid"}
        )
        assert answer.status_code == 422
        assert "No email arrives at" in str(answer.context["form"].errors[field])
    assert Client.objects.get() == real


def test_an_enquiry_of_a_sample_address_is_refused_at_the_field(loaded: World) -> None:
    """It must not become an event of the sample client, who leaves no trace."""
    front_page.save_page(
        business=loaded.business,
        slug="nan",
        headline="H",
        about="",
        services=[],
        shows_places=False,
        is_on=True,
        now=timezone.now(),
    )
    for email in (emails_of()[0], "somebody@example.invalid"):
        typed = {"name": "A", "email": email, "company": "", "message": "Hello there"}
        answer = Browser().post("/work-with/nan/", typed)
        assert answer.status_code == 422 and "Hello there" in answer.text
        assert "No email arrives at" in str(answer.context["form"].errors["email"])
    assert not AuditEvent.objects.exists() and not OutboxEmail.objects.exists()

"""Each person at a client chooses the language of portal and emails; documents keep theirs."""

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from billing.models import Invoice
from billing.runs.billing_run import run_billing
from clients import client_records, portal_links
from clients.models import Contact
from core import links
from core.models import OutboxEmail
from core.outbox import emails
from tests.test_tenancy import inside
from tests.world import World

pytestmark = pytest.mark.rendering


def choose(browser: Browser, code: str) -> None:
    page = reverse("portal:home")
    assert browser.post(reverse("portal:language"), {"language": code, "next": page}).url == page


def test_the_chosen_language_is_kept_for_the_person_on_every_device(world: World) -> None:
    client = world.client(language="en")
    anna = client_records.add_contact(
        client=client, name="Anna", email="anna@baan.example", now=timezone.now()
    )
    choose(inside(anna), "th")
    assert '<html lang="th"' in inside(anna).get(reverse("portal:home")).text
    assert '<html lang="en"' in inside(world.person(client)).get(reverse("portal:home")).text


def test_emails_follow_the_person_and_the_invoice_keeps_its_language(world: World) -> None:
    now = timezone.now()
    agreement = world.running(world.client(now=now), now=now, starts_on=now.date())
    choose(inside(agreement.contact), "th")
    run_billing(now=now, door="test")
    invoice = Invoice.objects.get(agreement=agreement)
    receipt = emails.compose(OutboxEmail.objects.get(kind="receipt"), now)
    portal_links.mail_portal_link(contact=Contact.objects.get(pk=agreement.contact_id), now=now)
    assert (invoice.language, receipt.language) == ("en", "th")
    assert "ใบเสร็จ" in receipt.subject
    assert OutboxEmail.objects.get(kind="portal_link").language == "th"


def test_the_page_before_the_door_is_in_the_persons_language_too(world: World) -> None:
    person = world.person(world.client(language="en"))
    choose(inside(person), "th")
    link = portal_links.portal_link(contact=person, now=timezone.now())
    page = Browser().get(f"/p/{links.token(link.pk)}/")
    assert "สวัสดี" in page.text


def test_whoever_only_reads_changes_nobodys_language(world: World) -> None:
    person = world.person(world.client(language="en"))
    link = portal_links.reading_link(contact=person, now=timezone.now(), target="")
    reader = Browser()
    reader.post(f"/p/{links.token(link.pk)}/")
    reader.post(reverse("portal:language"), {"language": "th", "next": "/p/"})
    person.refresh_from_db()
    assert person.language == ""
    assert '<html lang="th"' in reader.get("/p/").text  # on this device alone


def test_no_other_language_and_no_other_site(world: World) -> None:
    person = world.person(world.client(language="en"))
    browser = inside(person)
    away = {"language": "xx", "next": "https://evil.example/"}
    assert browser.post(reverse("portal:language"), away).url == reverse("portal:home")
    person.refresh_from_db()
    assert person.language == ""


@pytest.mark.parametrize(
    "there", ["foo", "account_logout", "//evil.example", "https://evil.example"]
)
def test_where_the_choice_leads_is_a_page_of_the_portal(world: World, there: str) -> None:
    browser = inside(world.person(world.client()))
    answer = browser.post(reverse("portal:language"), {"language": "th", "next": there})
    assert answer["Location"] == reverse("portal:home")

"""A card that is changed later ends at "Card saved"; the steps are for the first one."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from agreements.models import Agreement
from billing.bank_transfer import transfers
from billing.books.queries import retry_days
from billing.gateways import accounts
from billing.models import Invoice
from billing.runs.billing_run import run_billing
from core import formats
from core.models import Standing
from tests.test_tenancy import inside
from tests.world import World

pytestmark = pytest.mark.rendering
WIZARD = ("Welcome aboard", "One step is left", "Step 3 of 4")


def a_year_in(world: World, card: str = "succeeds", **fields: Any) -> Agreement:
    """An agreement that was billed three times."""
    now = timezone.now()
    begun = now - timedelta(days=65)
    agreement = world.running(
        world.client(now=begun, time_zone="UTC"),
        card=card,
        now=begun,
        starts_on=begun.date(),
        **fields,
    )
    for days in (62, 31, 0):
        run_billing(now=now - timedelta(days=days), door="test")
    assert Invoice.objects.filter(agreement=agreement).count() > 1
    return agreement


def saves(browser: Browser, agreement: Agreement, behaviour: str = "succeeds") -> Any:
    session = accounts.save_test_card(
        client=agreement.client, behaviour=behaviour, expires_on=date(2031, 5, 31)
    )
    return browser.get(f"{reverse('portal:method_done')}?session={session}", follow=True)


def test_a_card_changed_later_says_which_and_from_when_it_is_charged(world: World) -> None:
    agreement = a_year_in(world)
    page = saves(inside(agreement.contact), agreement)
    assert page.redirect_chain[-1][0] == reverse("portal:method_saved")
    assert "<h1" in page.text and "Card saved" in page.text and "May 2031" in page.text
    [payment] = [one for one in page.context["payments"] if one.invoice is None][:1]
    assert formats.day(payment.due_on) in page.text and "$3,000" in page.text
    assert not [words for words in WIZARD if words in page.text]


def test_an_open_invoice_is_named_as_charged_at_once(world: World) -> None:
    agreement = a_year_in(world, card="insufficient_funds")
    newest = Invoice.objects.filter(agreement=agreement, state="open").latest("issued_on")
    page = saves(inside(agreement.contact), agreement)
    assert newest.number in page.text and "at once" in page.text
    run_billing(now=timezone.now(), door="test")
    paid = inside(agreement.contact)
    session_page = paid.get(reverse("portal:method_saved"))
    assert newest.number not in session_page.text  # only the browser that saved it lists them


def test_while_payments_are_paused_nobody_is_told_that_a_card_is_charged_now(world: World) -> None:
    agreement = a_year_in(world, card="insufficient_funds")
    Standing.objects.update(doubt="behind", doubted_at=timezone.now())
    browser = inside(agreement.contact)
    for page in (browser.get(reverse("portal:method")), saves(browser, agreement)):
        assert "Payments are paused at the moment" in page.text
        assert "at once" not in page.text
        assert "charging" not in page.text


def test_the_first_card_of_an_old_client_is_no_sign_up(world: World) -> None:
    """They paid the first months by transfer and save their first card now."""
    agreement = a_year_in(world, card="")
    oldest = Invoice.objects.filter(agreement=agreement).earliest("issued_on")
    now = timezone.now()
    transfers.record_transfer(
        invoice=oldest, amount=oldest.total, on=now.date(), actor="Nan", reference="", now=now
    )
    browser = inside(agreement.contact)
    for page in (browser.get(reverse("portal:method")), saves(browser, agreement)):
        assert not [words for words in WIZARD if words in page.text]
    assert "Card saved" in page.text


def test_the_page_after_signing_leads_on_once_there_are_more_invoices(world: World) -> None:
    agreement = a_year_in(world)
    answer = inside(agreement.contact).get(reverse("portal:charging", args=[agreement.pk]))
    newest = Invoice.objects.filter(agreement=agreement).latest("period_start")
    assert answer.status_code == 302
    assert answer["Location"] == reverse("portal:invoice", args=[newest.pk])


def test_without_a_saved_card_there_is_nothing_to_confirm(world: World) -> None:
    agreement = a_year_in(world, card="", collect_by="transfer")
    answer = inside(agreement.contact).get(reverse("portal:method_saved"))
    assert answer["Location"] == reverse("portal:method")


def test_what_happens_next_after_a_declined_card_is_on_the_payment_page(world: World) -> None:
    agreement = a_year_in(world, card="insufficient_funds")
    page = inside(agreement.contact).get(reverse("portal:method")).text
    invoice = Invoice.objects.filter(agreement=agreement, state="open").latest("issued_on")
    to_come = [day for day in retry_days(invoice) if day > timezone.now().date()]
    assert to_come and formats.day(to_come[0]) in page and invoice.number in page

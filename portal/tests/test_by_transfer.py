"""A client who pays by transfer reads where the money goes to, and never about a card (rule 41)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from agreements.models import Agreement
from agreements.models.proposal import TRANSFER_DAYS
from agreements.signing import sign
from billing.bank_transfer import transfers
from billing.models import BankDetails, Invoice, WithholdingCertificate
from billing.runs.billing_run import run_billing
from core import formats, links
from core.dates import local_day
from core.models import OutboxEmail
from core.outbox import emails
from tests.browsers import logged_in
from tests.test_tenancy import inside
from tests.world import HERE, World

pytestmark = pytest.mark.rendering
VAT = [{"name": "VAT", "percent": "7"}]
THAI: dict[str, Any] = {
    "currency": "THB",
    "amount": 30_000_00,
    "taxes": VAT,
    "withholding_percent": Decimal(3),
    "collect_by": "transfer",
    "card": "",
}
WORDS_FOR_CARD = (" card", "Card ", "บัตร", "charge failed", "declined", "Attempts")


@pytest.fixture
def bank(world: World) -> BankDetails:
    return BankDetails.objects.create(
        business=world.business,
        holder="Studio Nan",
        bank="Kasikornbank",
        account="123-4-56789-0",
        promptpay="0812345678",
    )


def billed(world: World, days: int = 0, language: str = "en", **fields: Any) -> Invoice:
    """The invoice of an agreement that began some days ago."""
    now = timezone.now() - timedelta(days=days)
    day = local_day(now, "Asia/Bangkok")
    client = world.client(now=now, language=language)
    agreement = world.running(
        client, now=now, starts_on=day, anchor_day=day.day, language=language, **(THAI | fields)
    )
    run_billing(now=now, door="test")
    return Invoice.objects.get(agreement=agreement)


def sign_in_the_portal(agreement: Agreement) -> None:
    """The client signs with the code from the email."""
    signature = sign.request_code(
        paper=agreement,
        contact=agreement.contact,
        name="Ploy Srisuk",
        consented=True,
        now=timezone.now(),
        origin=HERE,
    )
    url = reverse("portal:agreement_code", args=[agreement.pk])
    answer = inside(agreement.contact).post(url, {"code": links.code(signature.code_row)})
    assert answer["Location"] == reverse("portal:charging", args=[agreement.pk])


def arrives(invoice: Invoice, amount: int) -> None:
    now = timezone.now()
    transfers.record_transfer(
        invoice=invoice,
        amount=amount,
        on=local_day(now, "Asia/Bangkok"),
        reference=f"line {amount}",
        actor="Nan",
        now=now,
    )


def pages(agreement: Agreement, language: str) -> dict[str, str]:
    """Every page of the portal about paying, as the client reads it."""
    browser = inside(agreement.contact)
    browser.cookies["django_language"] = language
    invoice = Invoice.objects.filter(agreement=agreement).first()
    urls = {name: reverse(f"portal:{name}") for name in ("home", "method", "invoices", "statement")}
    urls["charging"] = reverse("portal:charging", args=[agreement.pk])
    if invoice:
        urls["invoice"] = reverse("portal:invoice", args=[invoice.pk])
    return {name: browser.get(url).content.decode() for name, url in urls.items()}


@pytest.mark.parametrize("language", ["en", "th"])
@pytest.mark.parametrize("days", [0, 12])
def test_no_page_speaks_of_a_card(
    world: World, bank: BankDetails, language: str, days: int
) -> None:
    invoice = billed(world, days, language)
    transfers.send_reminders(now=timezone.now())
    for name, page in pages(invoice.agreement, language).items():
        for word in WORDS_FOR_CARD:
            assert word not in page.replace("rh-card", ""), (name, word)


def test_after_signing_the_bank_details_and_the_first_due_day_are_shown(
    world: World, bank: BankDetails
) -> None:
    now = timezone.now()
    day = local_day(now, "Asia/Bangkok") + timedelta(days=3)
    agreement = world.running(now=now, starts_on=day, anchor_day=day.day, **THAI)
    page = pages(agreement, "en")["charging"]
    assert "All done" in page
    assert "฿31,200 is due on" in page
    assert "123-4-56789-0" in page
    assert "0812345678" in page
    assert "hx-get" not in page


def test_the_first_invoice_is_made_while_the_client_waits_for_it(
    world: World, bank: BankDetails, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    started: list[str] = []
    monkeypatch.setattr("core.nudge.ring", lambda task, *_: started.append(task))
    day = local_day(now, "Asia/Bangkok")
    agreement = world.picked(now=now, currency="THB", collect_by="transfer", starts_on=day)
    sign_in_the_portal(agreement)
    assert "billing.tasks.bill" in started
    url = reverse("portal:agreement_code", args=[agreement.pk])
    inside(agreement.contact).post(url, {"code": "000000"})  # a signed one starts no job again
    assert started.count("billing.tasks.bill") == 1
    waiting = pages(agreement, "en")
    assert "hx-get" in waiting["charging"]
    assert f"due on {formats.day(day + timedelta(days=TRANSFER_DAYS))}" in waiting["method"]
    run_billing(now=now, door="test")
    page = pages(agreement, "en")["charging"]
    assert "hx-get" not in page and "<svg xmlns" in page and "Reference" in page


@pytest.mark.parametrize("issued", [True, False])
def test_the_next_payment_is_the_open_invoice_and_not_the_one_a_year_later(
    world: World, bank: BankDetails, issued: bool
) -> None:
    now = timezone.now()
    today = local_day(now, "Asia/Bangkok")
    yearly = {"interval": "yearly", "starts_on": today, "anchor_day": today.day} | THAI
    agreement = world.running(now=now, **yearly)
    if issued:
        run_billing(now=now, door="test")
    due = formats.day(today + timedelta(days=TRANSFER_DAYS))
    card = inside(agreement.contact).get(reverse("portal:home")).content.decode()
    card = card.partition('id="charge"')[2].partition("</section>")[0]
    assert f"due on {due}, by bank transfer" in card
    assert card.index(due) < card.index(str(today.year + 1))
    desk = logged_in(world.business.owner).get(reverse("dashboard:home")).content.decode()
    assert f"transfer due on {formats.day_short(today + timedelta(days=TRANSFER_DAYS))}" in desk


def test_the_page_asks_for_what_is_left_and_then_for_the_certificate(
    world: World, bank: BankDetails
) -> None:
    invoice = billed(world)
    assert "Please transfer ฿31,200 by" in pages(invoice.agreement, "en")["invoice"]
    arrives(invoice, 10_700_00)
    page = pages(invoice.agreement, "en")["invoice"]
    assert "Please transfer ฿20,500 by" in page
    arrives(invoice, 20_500_00)
    page = pages(invoice.agreement, "en")["invoice"]
    assert "waiting for the withholding certificate for ฿900" in page
    assert "<svg xmlns" not in page
    assert "To transfer" not in page
    assert "฿900 by" not in page
    assert WithholdingCertificate.objects.get().amount == 900_00


def test_the_receipt_says_once_that_the_money_arrived_and_what_is_still_owed(
    world: World, bank: BankDetails
) -> None:
    invoice = billed(world)
    arrives(invoice, 31_200_00)
    emails.send_due(now=timezone.now())
    text = " ".join(OutboxEmail.objects.get(kind="receipt").text.split())
    assert text.count("has arrived") == 1
    assert "We are waiting for the withholding certificate for ฿900" in text


def test_the_desk_does_not_count_withheld_tax_as_money_to_come(
    world: World, bank: BankDetails
) -> None:
    invoice = billed(world)
    arrives(invoice, 31_200_00)
    page = logged_in(world.business.owner).get(reverse("dashboard:home")).content.decode()
    assert "everything is paid" in page


def test_the_desk_says_overdue_and_nothing_of_charges(world: World, bank: BankDetails) -> None:
    invoice = billed(world, days=12)
    transfers.send_reminders(now=timezone.now())
    browser = logged_in(world.business.owner)
    home = browser.get(reverse("dashboard:home")).content.decode()
    assert "by transfer was due on" in home
    assert "charge failed" not in home.lower()
    page = browser.get(reverse("dashboard:invoice", args=[invoice.pk])).content.decode()
    assert "days overdue. The client gets a reminder on" in page
    for word in ("Charge attempts", "another card", "Not tried yet"):
        assert word not in page


def test_a_code_that_cannot_be_made_says_why(world: World) -> None:
    BankDetails.objects.create(business=world.business, holder="N", promptpay="12")
    invoice = billed(world)
    url = reverse("dashboard:invoice", args=[invoice.pk])
    page = logged_in(world.business.owner).get(url).content.decode()
    assert "This invoice carries no QR code." in page


def test_changing_the_card_later_shows_no_steps_of_signing(world: World) -> None:
    agreement = world.running()
    page = inside(agreement.contact).get(reverse("portal:method")).content.decode()
    assert "rh-steps" not in page

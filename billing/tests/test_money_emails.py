"""Emails about money carry their PDF, and go to the billing contact in copy."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import mail

from agreements.rules.terms import CollectBy
from billing.charging.refund import refund_invoice
from billing.emails import billing_pdfs
from billing.models import Invoice
from billing.runs.billing_run import run_billing
from clients import client_records
from clients.models import Contact
from core.models import Link, OutboxEmail
from core.models.document import DocumentKind
from core.outbox import emails
from tests.world import NOW, World

LATER = NOW + timedelta(minutes=5)


def billing_contact(invoice: Invoice, email: str = "books@baan.example") -> Contact:
    return client_records.add_contact(
        client=invoice.client, name="Nok", email=email, gets_billing=True, now=NOW
    )


def sent(kind: str) -> dict[str, OutboxEmail]:
    """Send what waits; the emails of a kind by their address."""
    for minutes in range(3):
        emails.send_due(now=LATER + timedelta(minutes=minutes))
    return {row.to: row for row in OutboxEmail.objects.filter(kind=kind)}


@pytest.fixture
def invoice(world: World) -> Invoice:
    return world.billed()


def test_the_billing_contact_gets_the_receipt_in_copy_once(invoice: Invoice) -> None:
    contact = billing_contact(invoice)
    copies = sent("receipt")
    assert set(copies) == {"ploy@baan.example", "books@baan.example"}
    main, copy = copies["ploy@baan.example"], copies["books@baan.example"]
    assert copy.copy_of == main and main.copy_of is None
    assert "Hello Nok" in copy.text and "Ploy" in copy.text and "Nok" not in main.text
    assert copy.attachment == main.attachment
    assert len(mail.outbox) == len({(each.to[0], each.subject) for each in mail.outbox})
    opened = {Link.objects.get(pk=pk).subject_id for pk in links_in(copy)}
    assert opened == {contact.pk}, "no link in it is somebody else's"


@pytest.mark.parametrize("how", ["left", "moved"])
def test_a_copy_that_waits_does_not_go_to_an_address_that_nobody_has_any_more(
    invoice: Invoice, how: str
) -> None:
    contact = billing_contact(invoice)
    emails.send_due(now=LATER)  # composed, with the copies beside it
    OutboxEmail.objects.filter(copy_of__isnull=False).update(state="failed", lease_until=None)
    if how == "left":
        client_records.close_access(contact=contact, now=LATER)
    else:
        client_records.change_contact(contact=contact, email="new@baan.example", now=LATER)
    assert not OutboxEmail.objects.filter(to="books@baan.example", state="failed").exists()


def links_in(email: OutboxEmail) -> list[str]:
    import re

    return re.findall(rf"{email.mark}:link:([0-9a-f-]+)", email.text)


@pytest.mark.parametrize("why", ["inactive", "addressee", "owner", "not marked"])
def test_nobody_gets_two_emails_of_one_event(invoice: Invoice, world: World, why: str) -> None:
    if why == "inactive":
        client_records.close_access(contact=billing_contact(invoice), now=NOW)
    elif why == "addressee":
        person = world.person(invoice.client)
        client_records.change_contact(contact=person, gets_billing=True, now=NOW)
    elif why == "owner":
        billing_contact(invoice, world.business.owner.email)
    else:
        client_records.change_contact(contact=billing_contact(invoice), gets_billing=False, now=NOW)
    assert set(sent("receipt")) == {"ploy@baan.example"}


def test_a_declined_charge_a_refund_and_a_reminder_are_copied_too(world: World) -> None:
    paid = world.billed(now=NOW)
    billing_contact(paid)
    refund_invoice(
        invoice=paid, amount=200_00, reason="Less work", actor="Nan", to_card=True, now=NOW
    )
    run_billing(now=NOW, door="test")
    declined = world.billed(client=world.client("Rim Nam"), card="insufficient_funds")
    billing_contact(declined, "books@rimnam.example")
    run_billing(now=NOW + timedelta(days=5), door="test")
    for kind in ("credit_note", "refunded"):
        assert "books@baan.example" in sent(kind), kind
    failed = sent("charge_failed")
    assert "books@rimnam.example" in failed and world.business.owner.email in failed


def attached(email: OutboxEmail) -> str:
    return email.attachment.kind if email.attachment else ""


def test_invoice_receipt_and_credit_note_carry_their_pdf(world: World) -> None:
    paid = world.billed()
    assert attached(sent("receipt")["ploy@baan.example"]) == DocumentKind.RECEIPT
    refund_invoice(
        invoice=paid, amount=200_00, reason="Less work", actor="Nan", to_card=False, now=LATER
    )
    assert attached(sent("credit_note")["ploy@baan.example"]) == DocumentKind.CREDIT_NOTE
    bill = world.billed(client=world.client("Rim Nam"), collect_by=CollectBy.TRANSFER)
    (email,) = sent("invoice").values()
    bill.refresh_from_db()
    assert attached(email) == DocumentKind.INVOICE and email.attachment == bill.document
    names = {each.attachments[0][0] for each in mail.outbox if each.attachments}
    assert f"Invoice {bill.number}.pdf" in names


def test_a_document_that_cannot_be_made_stops_only_its_own_email(
    invoice: Invoice, world: World, monkeypatch: Any
) -> None:
    def fail(**_facts: Any) -> None:
        raise OSError("the fonts are missing")

    monkeypatch.setattr(billing_pdfs, "receipt_pdf", fail)
    rows = sent("receipt")
    (email,) = rows.values()
    assert email.is_waiting and "the fonts are missing" in email.error
    others = OutboxEmail.objects.exclude(kind="receipt")
    assert others.exists() and not others.exclude(state="sent").exists()
    monkeypatch.undo()
    emails.send_due(now=LATER + timedelta(hours=1))
    email.refresh_from_db()
    assert email.is_sent and email.attachment


def test_a_file_that_is_gone_is_the_reason_of_its_email(invoice: Invoice) -> None:
    email = OutboxEmail.objects.get(kind="receipt")
    emails.compose(email, LATER)
    assert email.attachment
    (Path(settings.MEDIA_ROOT) / email.attachment.path).unlink()
    assert "is not the one that was stored" in sent("receipt")["ploy@baan.example"].error


def test_a_pdf_that_mail_servers_refuse_is_left_to_the_link(
    invoice: Invoice, monkeypatch: Any
) -> None:
    monkeypatch.setattr(emails, "ATTACHED_MOST", 10)
    email = sent("receipt")["ploy@baan.example"]
    assert email.is_sent and email.attachment is None and "/p/" in mail.outbox[-1].body


def test_what_has_a_pdf_to_make_is_sent_after_what_somebody_waits_for(invoice: Invoice) -> None:
    emails.write(
        kind="portal_code",
        ref="1",
        to="waits@baan.example",
        template="note",
        context={"subject": "Your code", "paragraphs": ["123"], "name": ""},
        language="en",
        now=NOW + timedelta(minutes=1),
    )
    emails.send_due(now=LATER)
    assert mail.outbox[-1].subject.startswith("Receipt") or mail.outbox[-1].attachments
    assert [each.subject for each in mail.outbox].index("Your code") < len(mail.outbox) - 1


def in_thai(email: OutboxEmail) -> bool:
    return any("ก" <= letter <= "๛" for letter in email.subject + email.text)


@pytest.mark.parametrize(
    "kind", ["receipt", "charge_failed", "invoice", "overdue_client", "refunded"]
)
def test_a_copy_is_in_the_language_of_its_own_reader(world: World, kind: str) -> None:
    fields: dict[str, Any] = {}
    if kind == "charge_failed":
        fields["card"] = "insufficient_funds"
    elif kind in ("invoice", "overdue_client"):
        fields |= {"card": "", "collect_by": CollectBy.TRANSFER}
    agreement = world.running(**fields)
    nok = client_records.add_contact(
        client=agreement.client, name="Nok", email="books@baan.example", gets_billing=True, now=NOW
    )
    Contact.objects.filter(pk=nok.pk).update(language="th")
    run_billing(now=NOW, door="test")
    invoice = Invoice.objects.get()
    if kind == "overdue_client":
        run_billing(now=NOW + timedelta(days=9), door="test")
    if kind == "refunded":
        refund_invoice(
            invoice=invoice, amount=100, reason="Goodwill", actor="Nan", to_card=True, now=NOW
        )
        run_billing(now=LATER, door="test")
    for days in (0, 9):
        emails.send_due(now=LATER + timedelta(days=days))
    rows = {row.to: row for row in OutboxEmail.objects.filter(kind=kind) if "nan@" not in row.to}
    main, copy = rows["ploy@baan.example"], rows["books@baan.example"]
    assert (main.language, copy.language) == ("en", "th")
    assert in_thai(copy) and not in_thai(main)
    assert copy.attachment == main.attachment, "the document stays as it was issued"

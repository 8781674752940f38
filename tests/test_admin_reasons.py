"""Administrators open a tenant's rows for a reason, which the tenant reads in its log."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db.models import Model, QuerySet
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from billing.models import Invoice
from billing.runs.billing_run import run_billing
from clients.models import Client, Contact
from core.documents import store
from core.jobs import set_aside
from core.models import ApiKey, Business, Document, OutboxEmail, SecurityEvent, SetAside, User
from core.models.audit import SafetyKind
from core.models.document import DocumentKind
from core.outbox import emails
from core.safety.sentences import sentence
from core.web import api_keys
from core.web.admin_site import rows
from core.web.admin_site.rows import RowAdmin
from tests.browsers import logged_in
from tests.world import NOW, World

WHY = "Ticket 4711: the owner cannot open it"
#: Rows of a tenant that hold no words, documents or personal data of its clients: they are opened
#: without a reason. A new model belongs here only if that is true of it.
WITHOUT_REASON = {
    *(
        "Business",
        "User",
        "Group",
        "Link",
        "Heartbeat",
        "MailOutage",
        "Membership",
        "TeamInvitation",
    ),
    *("SavedView", "ApiKey", "SetAside", "Period", "Upgrade", "Collection", "Transition", "Charge"),
    *("PaidPart", "Allocation", "JournalEntry", "Series", "Refund", "GatewayFee", "FeeLookup"),
    *("Numbering", "UnpaidRule", "UnpaidCase", "BillingRun", "GatewayAccount", "ReportRun"),
    *("WarningDigest", "OffMonthRule", "PlannedTime", "Export"),
}


@pytest.fixture
def boss(db: None) -> Browser:
    return logged_in(User.objects.create_superuser("root@studio.example", "a quiet river 42"))


@pytest.fixture
def document(world: World) -> Document:
    return store.save(
        business=world.business,
        kind=DocumentKind.INVOICE,
        title="Invoice 7",
        pdf=b"%PDF-1",
        now=NOW,
    )


def page(row: Model, name: str = "change") -> str:
    meta = row._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{name}", args=[row.pk])


def act(browser: Browser, row: Model, name: str, **typed: str) -> Any:
    meta = row._meta
    url = reverse(f"admin:{meta.app_label}_{meta.model_name}_act", args=[name])
    return browser.post(f"{url}?id={row.pk}", typed)


def log_of(world: World) -> QuerySet[SecurityEvent]:
    """The lines that are about the business, the oldest first, without sign-ins."""
    rows = SecurityEvent.objects.filter(business=world.business)
    return rows.exclude(kind=SafetyKind.SIGNED_IN).order_by("created_at", "pk")


def lines(world: World) -> list[str]:
    return [sentence(row) for row in log_of(world)]


def test_a_document_is_opened_with_a_reason_alone_and_its_owner_reads_it(
    world: World, boss: Browser, document: Document
) -> None:
    asked = boss.get(page(document, "file"))
    assert asked["Location"] == page(document, "reason") + "?to=file"
    assert "Studio" in boss.get(asked["Location"]).text
    assert boss.post(asked["Location"], {"reason": "why"}).status_code == 422, "too short"
    assert not lines(world)
    assert boss.post(asked["Location"], {"reason": WHY})["Location"] == page(document, "file")
    assert boss.get(page(document, "file")).content == b"%PDF-1"
    assert boss.get(page(document)).status_code == 200
    (line,) = log_of(world)
    assert line.who == "root@studio.example" and WHY in sentence(line)
    log = logged_in(world.business.owner).get(reverse("dashboard:security_log")).text
    assert WHY in log and "root@studio.example" in log
    (told,) = OutboxEmail.objects.filter(kind="security")
    assert told.to == world.business.owner.email and WHY in told.text
    assert "secure your account" not in told.text


def test_each_row_is_a_line_and_the_owner_is_emailed_once_for_a_reason(
    world: World, boss: Browser, document: Document
) -> None:
    client = world.client()
    boss.post(page(document, "reason"), {"reason": WHY})
    for row in (document, client, document, client):
        assert boss.get(page(row)).status_code == 200
    assert len(lines(world)) == 2
    assert OutboxEmail.objects.filter(kind="security").count() == 1
    assert client.name not in "".join(lines(world)), "what is kept for ever names nobody"


def test_a_reason_is_for_one_business_one_session_and_one_hour(
    world: World, boss: Browser, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = World().client()
    boss.post(page(document, "reason"), {"reason": WHY})
    assert boss.get(page(document)).status_code == 200
    assert boss.get(page(other)).status_code == 302
    again = logged_in(User.objects.get(email="root@studio.example"))
    assert again.get(page(document)).status_code == 302
    later = timezone.now() + timedelta(minutes=61)
    monkeypatch.setattr(rows.timezone, "now", lambda: later)
    assert boss.get(page(document)).status_code == 302


def test_every_kind_of_row_asks_unless_it_is_listed_here() -> None:
    shown = {
        one.model.__name__
        for one in admin.site._registry.values()
        if isinstance(one, RowAdmin) and not one.needs_reason
    }
    assert shown == WITHOUT_REASON


def test_lists_show_no_words_of_a_tenant(world: World, boss: Browser) -> None:
    """What clients and owners write is on the row's page, and no search looks into it."""
    words = {"text", "html", "note", "reason", "why", "description", "data", "words"}
    for one in admin.site._registry.values():
        if isinstance(one, RowAdmin) and one.needs_reason:
            named = {str(name) for name in (*one.parts_of, *one.found_by)}
            named |= {getattr(column, "__name__", column) for column in one.list_display}
            assert not words & named, one


def test_no_address_asks_a_list_about_what_it_does_not_show(world: World, boss: Browser) -> None:
    """Nor for counts of all rows, nor through a neighbour: only its filters, and whose rows."""
    world.client()
    page = reverse("admin:core_outboxemail_changelist")
    business = world.business.pk
    for asked in (
        "text__icontains=x",
        "business__name=x",
        "business__owner__email=x",
        "state__gt=a",
    ):
        assert boss.get(f"{page}?{asked}").status_code == 400, asked
    for asked in ("state__exact=sent", "kind=note", f"business__id__exact={business}"):
        assert boss.get(f"{page}?{asked}").status_code == 200, asked
    plain, facets = boss.get(page).text, boss.get(f"{page}?_facets=True").text
    assert "(0)" not in facets and "_facets" not in plain


def test_who_may_only_look_does_nothing_and_what_is_unknown_is_not_there(
    world: World, document: Document
) -> None:
    user = User.objects.create_user("staff@studio.example", "a quiet river 42", is_staff=True)
    browser = logged_in(user)
    assert browser.get(page(document, "reason")).status_code == 404
    assert browser.get(page(document, "file")).status_code == 404
    user.user_permissions.set(Permission.objects.filter(codename="view_business"))
    assert act(browser, world.business, "suspend", reason=WHY).status_code == 403
    assert "Suspend business" not in browser.get(page(world.business)).text
    assert not Business.objects.get().is_suspended


def test_a_business_is_suspended_and_opened_with_a_reason_and_told(
    world: World, boss: Browser
) -> None:
    assert "Suspend business" in boss.get(page(world.business)).text
    assert act(boss, world.business, "suspend").status_code == 422, "no reason, no act"
    act(boss, world.business, "suspend", reason=WHY)
    assert Business.objects.get().is_suspended
    act(boss, world.business, "suspend", reason=WHY)
    act(boss, world.business, "resume", reason=WHY)
    assert not Business.objects.get().is_suspended
    assert [line.what for line in log_of(world)] == [
        "business_suspended",
        "business_resumed",
    ]
    assert OutboxEmail.objects.filter(kind="security", to=world.business.owner.email).count() == 2


def test_an_email_is_sent_again_a_row_released_and_a_key_revoked(
    world: World, boss: Browser
) -> None:
    emails.write(
        kind="note",
        ref="1",
        to="a@b.example",
        template="note",
        business=world.business,
        context={"subject": "S", "paragraphs": ["P"]},
        language="en",
        now=NOW,
    )
    OutboxEmail.objects.update(state="failed")
    email = OutboxEmail.objects.get()
    act(boss, email, "send_again", reason=WHY)
    email.refresh_from_db()
    assert email.is_waiting
    set_aside.put(emails.SEND, email.pk, ValueError("odd"), now=NOW)
    act(boss, SetAside.objects.get(), "release", reason=WHY)
    assert SetAside.objects.get().released_by == "root@studio.example"
    key, _secret = api_keys.make(business=world.business, name="Mine", now=timezone.now())
    act(boss, key, "revoke", reason=WHY)
    assert ApiKey.objects.get().revoked_at
    assert [line.what for line in log_of(world)] == [
        "staff_sent_again",
        "staff_released",
        "api_key_made",
        "staff_revoked_key",
    ]


def test_many_that_were_ticked_are_asked_about_once_and_what_does_not_fit_is_left_out(
    world: World, boss: Browser
) -> None:
    for n in range(3):
        OutboxEmail.objects.create(
            kind="note",
            ref=f"{n}",
            to=f"p{n}@b.example",
            text="T",
            business=world.business,
            subject=f"Hello {n}",
            state="sent" if n == 2 else "failed",
        )
    ids = list(OutboxEmail.objects.values_list("pk", flat=True))
    ticked = {"action": "send_again", "_selected_action": ids}
    asked = boss.post(reverse("admin:core_outboxemail_changelist"), ticked)["Location"]
    text = boss.get(asked).text
    assert "Hello 0" in text and "Hello 2" not in text and "One row is left out" in text
    boss.post(asked, {"reason": WHY})
    assert OutboxEmail.objects.filter(kind="note", state="waiting").count() == 2


def test_one_gets_from_a_business_to_its_clients_invoices_payments_and_emails(
    world: World, boss: Browser
) -> None:
    client = world.client()
    agreement = world.running(client, collect_by="transfer", card="")
    run_billing(now=NOW, door="test")
    invoice, contact = Invoice.objects.get(), Contact.objects.get()
    boss.post(page(client, "reason"), {"reason": WHY})
    ways: list[tuple[Model, str, str]] = [
        (world.business, "clients_client", "business"),
        (world.business, "billing_payment", "business"),
        (world.business, "core_outboxemail", "business"),
        (client, "agreements_agreement", "client"),
        (client, "billing_payment", "client"),
        (agreement, "billing_invoice", "agreement"),
        (invoice, "billing_charge", "invoice"),
    ]
    for row, name, key in ways:
        address = reverse(f"admin:{name}_changelist") + f"?{key}__id__exact={row.pk}"
        assert address in boss.get(page(row)).text, (row, name)
        assert f"Only those of {row}" in boss.get(address).text
    assert f"?q={contact.email.replace('@', '%40')}" in boss.get(page(contact)).text
    assert Client.objects.filter(pk=client.pk).exists()

"""The admin site shows what a person can read: sums with their currency, and names as written."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.urls import reverse

from billing.models import Invoice, InvoiceLine
from billing.runs.billing_run import run_billing
from core.models import OutboxEmail, User
from tests.browsers import logged_in
from tests.world import NOW, World


def test_sums_have_their_currency_and_thai_names_their_letters(world: World) -> None:
    client = world.client(name="บ้านกาแฟ", legal_name="บ้านกาแฟ")
    world.running(client, currency="THB", amount=12_345_00, collect_by="transfer", card="")
    run_billing(now=NOW, door="test")
    invoice = Invoice.objects.get()
    line = InvoiceLine.objects.get()
    boss = logged_in(User.objects.create_superuser("root@studio.example", "a quiet river 42"))
    for name, row in (("invoice", invoice), ("invoiceline", line)):
        for url in (
            reverse(f"admin:billing_{name}_changelist"),
            reverse(f"admin:billing_{name}_change", args=[row.pk]),
        ):
            assert "฿12,345" in boss.get(url).text, url
    page = boss.get(reverse("admin:billing_invoice_change", args=[invoice.pk])).text
    assert "&quot;legal_name&quot;: &quot;บ้านกาแฟ&quot;" in page


def test_nothing_about_how_one_signs_in_changes_in_the_admin_site_untold(world: World) -> None:
    boss = User.objects.create_superuser("root@studio.example", "a quiet river 42")
    browser = logged_in(boss)
    changed = browser.post("/admin/password_change/", {"old_password": "a quiet river 42"})
    assert changed["Location"] == reverse("account_change_password")
    assert not {Authenticator, EmailAddress} & set(admin.site._registry)
    owner = world.business.owner
    former = owner.email
    page = reverse("admin:core_user_change", args=[owner.pk])
    browser.post(page, {"email": "other@studio.example", "name": owner.name, "is_active": "on"})
    owner.refresh_from_db()
    assert owner.email == "other@studio.example"
    told = OutboxEmail.objects.filter(kind="security")
    assert {one.to for one in told} == {former, owner.email}
    assert all("It was done by root@studio.example." in one.text for one in told)

"""The admin site shows what a person can read: sums with their currency, and names as written."""

from django.urls import reverse

from billing.models import Invoice, InvoiceLine
from billing.runs.billing_run import run_billing
from core.models import User
from tests.browsers import logged_in
from tests.world import NOW, World


def test_sums_have_their_currency_and_thai_names_their_letters(world: World) -> None:
    client = world.client(name="บ้านกาแฟ", legal_name="บ้านกาแฟ")
    world.running(client, currency="THB", amount=12_345_00, collect_by="transfer", card="")
    run_billing(now=NOW, door="test")
    invoice = Invoice.objects.get()
    line = InvoiceLine.objects.get()
    admin = logged_in(User.objects.create_superuser("root@studio.example", "a quiet river 42"))
    for name, row in (("invoice", invoice), ("invoiceline", line)):
        for url in (
            reverse(f"admin:billing_{name}_changelist"),
            reverse(f"admin:billing_{name}_change", args=[row.pk]),
        ):
            assert "฿12,345" in admin.get(url).text, url
    page = admin.get(reverse("admin:billing_invoice_change", args=[invoice.pk])).text
    assert "&quot;legal_name&quot;: &quot;บ้านกาแฟ&quot;" in page

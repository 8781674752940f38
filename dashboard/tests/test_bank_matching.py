"""A line of a bank statement is matched on the bank's page: which invoices, and less a bank fee."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from billing.models import BankStatementLine, Collection, Invoice
from billing.runs.billing_run import run_billing
from core.database.ids import new_id
from core.dates import local_day
from tests.test_tenancy import logged_in
from tests.world import World

BANK = reverse("dashboard:bank")


def line(
    world: World, amount: int, currency: str = "USD", text: str = "BAAN COFFEE"
) -> BankStatementLine:
    now = timezone.now()
    return BankStatementLine.objects.create(
        business=world.business,
        fingerprint=f"f{amount}",
        on=local_day(now, world.business.time_zone),
        currency=currency,
        amount=amount,
        text=text,
    )


def billed(world: World, **fields: Any) -> Invoice:
    now = timezone.now()
    agreement = world.running(
        world.client(f"Client {fields}", now=now), now=now, card="", collect_by="transfer", **fields
    )
    run_billing(now=now + timedelta(minutes=1), door="test")
    return Invoice.objects.get(agreement=agreement)


@pytest.mark.parametrize("where", ["bank", "list"])
def test_a_transfer_less_a_bank_fee_pays_the_whole_invoice(world: World, where: str) -> None:
    invoice, arrived = billed(world), line(world, 2_975_00)
    browser = logged_in(world.business.owner)
    if where == "bank":
        assert 'name="fee"' in browser.get(BANK).text
        url, typed = reverse("dashboard:bank_line", args=[arrived.pk]), {"invoice": invoice.pk}
    else:
        listed = browser.get(reverse("dashboard:todo"), {"at": f"transfer-{arrived.pk}"})
        assert 'name="fee"' in listed.text
        url = reverse("dashboard:todo_transfer", args=[arrived.pk])
        typed = {"act": f"invoice-{invoice.pk}", "next": ""}
    assert browser.post(url, typed | {"fee": "25"}).status_code == 302
    invoice.refresh_from_db()
    assert invoice.state == "paid"
    fees = browser.get(reverse("dashboard:net_to_me")).text
    assert "$25" in fees and "$2,975" in fees


@pytest.mark.parametrize("fee", ["x", "-5", "2975"])
def test_a_fee_that_cannot_be_is_said_and_nothing_is_booked(world: World, fee: str) -> None:
    invoice, arrived = billed(world), line(world, 2_975_00)
    browser = logged_in(world.business.owner)
    url = reverse("dashboard:bank_line", args=[arrived.pk])
    page = browser.post(url, {"invoice": invoice.pk, "fee": fee}, follow=True)
    assert 'role="alert"' in page.text or "rh-notice" in page.text
    invoice.refresh_from_db()
    assert invoice.state == "open"


def test_in_the_list_a_refused_fee_stays_and_the_next_transfer_has_none(world: World) -> None:
    invoice, first, second = billed(world), line(world, 2_975_00), line(world, 10_00)
    browser = logged_in(world.business.owner)
    url = reverse("dashboard:todo_transfer", args=[first.pk])
    typed = {"act": f"invoice-{invoice.pk}", "next": f"transfer-{second.pk}"}
    refused = browser.post(url, typed | {"fee": "-25"}, headers={"HX-Request": "true"})
    assert refused.status_code == 422 and refused.context["fee"] == "-25"
    done = browser.post(url, typed | {"fee": "25"}, headers={"HX-Request": "true"})
    assert done.context["line"] == second and done.context["fee"] == ""


def test_only_invoices_in_its_currency_are_offered_for_a_line(world: World) -> None:
    dollars, euros = billed(world), billed(world, currency="EUR")
    line(world, 5_00, "EUR")
    page = logged_in(world.business.owner).get(BANK).text
    assert f'value="{euros.pk}"' in page
    assert f'value="{dollars.pk}"' not in page, "it would only be refused"


def test_the_likely_invoice_is_offered_however_many_are_open(world: World) -> None:
    """Neither the oldest 200 open invoices nor the newest 200 are all that is offered."""
    wanted = billed(world)
    copy(wanted, [n for n in range(-205, 206) if n])
    arrived = line(world, wanted.total, text=f"Transfer {wanted.number}")
    browser = logged_in(world.business.owner)
    entry = browser.get(reverse("dashboard:todo"), {"at": f"transfer-{arrived.pk}"})
    assert entry.context["likely"][0].invoice == wanted
    assert f'<option value="{wanted.pk}" selected' in browser.get(reverse("dashboard:bank")).text


def copy(invoice: Invoice, days: list[int]) -> None:
    """Insert other open invoices like this one, issued so many days later."""
    invoices, collections = [], []
    for number, n in enumerate(days):
        on, pk = invoice.issued_on + timedelta(days=n), new_id()
        own = {"id": pk, "number": f"X-{number}", "seq": 10_000 + number}
        own |= {"issued_on": on, "due_on": on}
        own["period_start"] = invoice.period_start + timedelta(days=n)
        invoices.append(Invoice(**values(invoice) | own))
        own = {"id": new_id(), "invoice_id": pk}
        collections.append(Collection(**values(invoice.collection) | own))
    Invoice.objects.bulk_create(invoices)
    Collection.objects.bulk_create(collections)


def values(row: Any) -> dict[str, Any]:
    return {one.attname: getattr(row, one.attname) for one in row._meta.fields}

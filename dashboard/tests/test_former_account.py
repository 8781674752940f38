"""A payment at an account that was exchanged since is refunded by its owner (rule 54)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from billing.charging import refund
from billing.models import GatewayAccount
from tests.browsers import logged_in
from tests.world import NOW, World

pytestmark = pytest.mark.rendering
SAID = "refund it in the dashboard of that account. Here we only record it."


@pytest.mark.parametrize("former", [True, False])
def test_the_pages_say_before_and_after_who_makes_the_refund(world: World, former: bool) -> None:
    invoice = world.billed()
    exchanged_at = NOW + timedelta(days=1) if former else None
    GatewayAccount.objects.create(
        business=world.business, gateway="sandbox", connected_at=NOW, exchanged_at=exchanged_at
    )
    browser = logged_in(world.business.owner)
    page = reverse("dashboard:invoice_refund", args=[invoice.pk])
    shown = browser.get(page).text
    assert (SAID in shown) is former
    # On a phone as well, it is read before the button is pressed.
    assert not former or shown.index(SAID) < shown.index('name="amount"')
    data = {"amount": "100.00", "to_card": "credit", "reason": "Late"}
    assert SAID not in browser.post(page, data, follow=True).content.decode()
    data["to_card"] = "card"
    assert (SAID in browser.post(page, data, follow=True).content.decode()) is former
    assert refund.payable(invoice) == 100_00
    page = reverse("dashboard:credit_pay_out", args=[invoice.pk])
    assert (SAID in browser.get(page).content.decode()) is former

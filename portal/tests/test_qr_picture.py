"""On the phone that shows it, a QR code is saved as a picture, which the bank's app opens."""

import io
from decimal import Decimal

import pytest
from django.urls import reverse
from PIL import Image

from billing.models import BankDetails, Invoice
from tests.test_tenancy import inside
from tests.world import World

pytestmark = pytest.mark.rendering


def to_transfer(world: World, currency: str = "THB") -> Invoice:
    BankDetails.objects.create(
        business=world.business, holder="Studio Nan", account="1", promptpay="0812345678"
    )
    return world.billed(
        currency=currency, card="", collect_by="transfer", withholding_percent=Decimal(3)
    )


def test_the_code_is_saved_as_a_picture_of_the_same_code(world: World) -> None:
    invoice = to_transfer(world)
    browser = inside(invoice.addressee)
    path = reverse("portal:invoice_qr", args=[invoice.pk])
    page = browser.get(reverse("portal:invoice", args=[invoice.pk])).text
    assert f'href="{path}"' in page and "Studio Nan" in page
    answer = browser.get(path)
    picture = Image.open(io.BytesIO(answer.content)).convert("1")
    assert picture.width == picture.height >= 400
    assert answer["Content-Type"] == "image/png"
    assert invoice.number.lower() in answer["Content-Disposition"].lower()
    assert picture.getpixel((0, 0)) == 255  # the quiet zone


def test_an_invoice_without_a_code_has_no_picture(world: World) -> None:
    invoice = to_transfer(world, currency="USD")
    browser = inside(invoice.addressee)
    assert browser.get(reverse("portal:invoice_qr", args=[invoice.pk])).status_code == 302
    page = browser.get(reverse("portal:invoice", args=[invoice.pk])).text
    assert reverse("portal:invoice_qr", args=[invoice.pk]) not in page


def test_another_clients_code_is_not_found(world: World) -> None:
    invoice = to_transfer(world)
    other = world.client("Northwind", contact_email="erik@northwind.example")
    path = reverse("portal:invoice_qr", args=[invoice.pk])
    assert inside(world.person(other)).get(path).status_code == 404

"""Money accounts and taxes are checked where they are typed (rule 20)."""

import pytest
from django.urls import reverse

from agreements.contract import tax_rates
from billing.models import BankDetails
from core.errors import RuleError
from core.models import TaxRate
from tests.browsers import logged_in
from tests.world import World

pytestmark = pytest.mark.rendering


def typed(world: World, **fields: str) -> str:
    data = {"which": "bank", "holder": "", "bank": "", "account": "", "bic": "", "promptpay": ""}
    browser = logged_in(world.business.owner)
    url = reverse("dashboard:paying")
    return browser.post(url, data | fields, follow=True).content.decode()


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("account", "DE00123", "The IBAN has a wrong length or check digit."),
        ("account", "DE89 3704 0044 0532 0130 01", "The IBAN has a wrong length or check digit."),
        ("bic", "COBA", "The BIC is not one"),
        ("promptpay", "12", "A PromptPay number is a mobile number"),
        ("promptpay", "0105561000002", "The PromptPay number has a wrong check digit."),
    ],
)
def test_a_wrong_account_is_refused_at_its_field(
    world: World, field: str, value: str, text: str
) -> None:
    assert text in typed(world, **{field: value})
    assert not BankDetails.objects.exists()


def test_right_accounts_are_kept(world: World) -> None:
    typed(world, account="de89 3704 0044 0532 0130 00", bic="cobadeff", promptpay="081-234-5678")
    row = BankDetails.objects.get()
    assert (row.account, row.bic, row.promptpay) == (
        "DE89370400440532013000",
        "COBADEFF",
        "081-234-5678",
    )
    typed(world, account="123-4-56789-0")
    assert BankDetails.objects.get().account == "123-4-56789-0"


def test_a_second_tax_of_the_same_name_is_refused(world: World) -> None:
    first = tax_rates.add(business=world.business, name="VAT", percent=7)
    with pytest.raises(RuleError):
        tax_rates.add(business=world.business, name="vat ", percent=10)
    tax_rates.set_used(first, False)
    tax_rates.add(business=world.business, name="VAT", percent=10)
    with pytest.raises(RuleError):
        tax_rates.set_used(first, True)
    assert TaxRate.objects.filter(is_used=True).count() == 1


def test_a_mistyped_tax_id_is_refused_at_its_field(world: World) -> None:
    client = world.client("Berlin Design", time_zone="Europe/Berlin")
    browser = logged_in(world.business.owner)
    url = reverse("dashboard:client_edit", args=[client.pk])
    form = browser.get(url).context["form"]
    data = {name: "" if form[name].value() is None else form[name].value() for name in form.fields}
    answer = browser.post(url, data | {"tax_id": "DE136695978"})
    assert answer.status_code == 422
    assert "tax_id" in answer.context["form"].errors
    assert browser.post(url, data | {"tax_id": "DE136695976"}).status_code == 302

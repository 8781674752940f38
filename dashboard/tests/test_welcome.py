"""The four steps after signing up: guessed, skipped, gone back to, and never losing anything."""

from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from agreements.models import Proposal
from billing.books import document_numbers
from billing.models import Series
from billing.models.numbering import SeriesKind
from clients.models import Client
from core.models import Business, TaxRate, User
from dashboard.welcome.forms import save_place
from tests.browsers import logged_in
from tests.factories import UserFactory
from tests.world import World

PLACE = {
    "name": "Mara Lindt",
    "country": "Germany",
    "currency": "EUR",
    "time_zone": "Europe/Berlin",
    "language": "en",
}
FIRST_CLIENT = {
    "name": "Backhaus",
    "contact_name": "Anna",
    "contact_email": "anna@backhaus.example",
}


@pytest.fixture
def newcomer(db: None) -> Browser:
    """The browser of somebody who has just confirmed their email, somewhere in Germany."""
    browser = Browser(HTTP_ACCEPT_LANGUAGE="de-DE,de;q=0.9")
    user = UserFactory(name="Mara Lindt")
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def step(browser: Browser, name: str, data: dict[str, Any] | None = None, query: str = "") -> Any:
    page = reverse(f"dashboard:{name}") + query
    return browser.get(page) if data is None else browser.post(page, data)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?zone=Asia/Bangkok", "Thailand · THB · Asia/Bangkok · English"),
        ("", "Germany · EUR · Europe/Berlin · English"),
        ("?zone=Nowhere/Land", "Germany · EUR · Europe/Berlin · English"),
    ],
)
def test_where_the_newcomer_works_is_guessed_and_shown(
    newcomer: Browser, query: str, said: str
) -> None:
    assert said in step(newcomer, "welcome", query=query).content.decode()


def test_another_country_brings_its_currency_and_time_zone(newcomer: Browser) -> None:
    form = step(newcomer, "welcome", query="?country=Japan").context["form"]
    assert form.place == "Japan · JPY · Asia/Tokyo · English"
    form = step(newcomer, "welcome", query="?country=Atlantis").context["form"]
    assert form.place == "Germany · EUR · Europe/Berlin · English"


def test_the_name_that_sign_up_asked_for_is_not_asked_again(newcomer: Browser) -> None:
    shown = step(newcomer, "welcome")
    assert 'name="name"' not in shown.content.decode()
    assert "Welcome to Retainer Hub, Mara" in shown.content.decode()
    step(newcomer, "welcome", PLACE | {"name": "Somebody Else"})
    assert User.objects.get().name == "Mara Lindt"
    User.objects.update(name="")
    assert 'name="name"' in step(newcomer, "welcome").content.decode()


def test_the_checklist_leads_to_the_very_field(newcomer: Browser) -> None:
    step(newcomer, "welcome", {"skip": "yes"})
    for one in newcomer.get(reverse("dashboard:home")).context["first_steps"]:
        address, _sign, field = one.url.partition("#")
        page = newcomer.get(address, follow=True)
        assert page.status_code == 200
        assert not field or f'id="{field}"' in page.content.decode(), one.url
    urls = {one.url for one in newcomer.get(reverse("dashboard:home")).context["first_steps"]}
    assert reverse("dashboard:settings_documents") + "#id_logo" in urls


def test_every_step_can_be_skipped(newcomer: Browser) -> None:
    assert step(newcomer, "welcome", {"skip": "yes"}).headers["Location"].endswith("/business/")
    business = Business.objects.get()
    assert (business.name, business.currency) == ("Mara Lindt", "EUR")
    assert document_numbers.patterns_in_use(business)[0][1] == "ML-{year}-{seq:04}"
    for name in ("welcome_business", "welcome_work", "welcome_client"):
        following = step(newcomer, name).context["next"]
        assert newcomer.get(following).status_code == 200
    assert following == reverse("dashboard:home")


def test_going_back_shows_what_was_saved_and_changes_it(newcomer: Browser) -> None:
    step(newcomer, "welcome", PLACE | {"country": "AT", "currency": "swiss franc"})
    data = {"name": "Studio", "tax": "VAT", "capacity": "100"}
    assert step(newcomer, "welcome_business", data).status_code == 302
    assert str(TaxRate.objects.get()) == "VAT 20 %"  # Austria's
    shown = step(newcomer, "welcome").context["form"]
    assert shown.place == "Austria · CHF · Europe/Berlin · English"
    again = step(newcomer, "welcome_business").context["form"]
    assert (again["name"].value(), again["tax"].value()) == ("Studio", "VAT")
    step(newcomer, "welcome_business", data | {"tax": ""})
    assert not TaxRate.objects.filter(is_used=True).exists()
    assert step(newcomer, "welcome_business").context["form"]["tax"].value() == ""
    assert Business.objects.get().name == "Studio"


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("Studio Mara", "SM-{year}-{seq:04}"),
        ("Backhaus", "BAC-{year}-{seq:04}"),
        ("Élan & Fils du Nord GmbH", "EFD-{year}-{seq:04}"),
        ("สวนผึ้ง", "INV-{year}-{seq:04}"),
        ("Rich Cake", "INV-{year}-{seq:04}"),  # RC is for receipts
    ],
)
def test_invoice_numbers_begin_with_the_initials_of_the_business(
    newcomer: Browser, name: str, pattern: str
) -> None:
    step(newcomer, "welcome", PLACE)
    step(newcomer, "welcome_business", {"name": name, "tax": "", "capacity": "100"})
    assert document_numbers.patterns_in_use(Business.objects.get())[0][1] == pattern


def test_a_new_name_changes_the_initials_until_an_invoice_was_numbered(newcomer: Browser) -> None:
    step(newcomer, "welcome", PLACE)
    for name in ("Studio Mara", "Atelier Lindt"):
        step(newcomer, "welcome_business", {"name": name, "tax": "", "capacity": "100"})
    business = Business.objects.get()
    assert document_numbers.patterns_in_use(business)[0][1] == "AL-{year}-{seq:04}"
    Series.objects.create(business=business, kind="invoice", year=2026, last=1)
    step(newcomer, "welcome_business", {"name": "Third Name", "tax": "", "capacity": "100"})
    assert document_numbers.patterns_in_use(business)[0][1] == "AL-{year}-{seq:04}"


def test_a_name_whose_initials_number_other_documents_is_taken_and_the_numbers_stay(
    newcomer: Browser,
) -> None:
    step(newcomer, "welcome", PLACE)
    typed = {"name": "Studio Mara", "tax": "", "capacity": "100"}
    step(newcomer, "welcome_business", typed)
    business = Business.objects.get()
    document_numbers.set_pattern(
        business=business,
        kind=SeriesKind.CREDIT_NOTE,
        pattern="AL-{year}-{seq:04}",
        resets_yearly=True,
    )
    answer = step(newcomer, "welcome_business", typed | {"name": "Atelier Lindt"})
    business.refresh_from_db()
    assert (answer.status_code, business.name) == (302, "Atelier Lindt")
    assert document_numbers.patterns_in_use(business)[0][1] == "SM-{year}-{seq:04}"


def test_the_first_client_leads_to_a_proposal_for_the_work_that_was_chosen(
    newcomer: Browser,
) -> None:
    thailand = {"country": "Thailand", "currency": "THB", "time_zone": "Asia/Bangkok"}
    step(newcomer, "welcome", PLACE | thailand)
    step(newcomer, "welcome_work", {"work": "seo"})
    assert "withhold 3 %" in step(newcomer, "welcome_client").content.decode()
    answer = step(newcomer, "welcome_client", FIRST_CLIENT)
    client = Client.objects.get()
    assert client.withholding_percent == 3
    page = newcomer.get(answer.headers["Location"])
    assert page.context["package"] == "seo"
    assert page.context["tiers"][0]["fee"].value() >= 10_000  # baht


def test_a_step_that_is_sent_twice_counts_once(newcomer: Browser) -> None:
    user = User.objects.get()
    for currency in ("EUR", "CHF"):  # two tabs, before either knows of the other's business
        save_place(user, None, currency=currency, time_zone="Europe/Berlin", language="en")
    assert Business.objects.get().currency == "CHF"
    for _again in range(2):
        step(newcomer, "welcome_client", FIRST_CLIENT | {"once": "a token"})
    assert Client.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("country", "Atlantis"),
        ("currency", "XXX"),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "\x00"),
        ("language", "tlh"),
    ],
)
def test_a_step_with_bad_input_is_refused_and_keeps_what_was_typed(
    newcomer: Browser, field: str, value: str
) -> None:
    User.objects.update(name="")
    answer = step(newcomer, "welcome", PLACE | {field: value})
    assert answer.status_code == 422 and field in answer.context["form"].errors
    assert not Business.objects.exists()


def test_steps_without_a_business_lead_to_the_first(newcomer: Browser) -> None:
    for name in ("welcome_business", "welcome_work", "welcome_client"):
        assert step(newcomer, name).headers["Location"] == reverse("dashboard:welcome")


def test_the_checklist_follows_the_facts_and_can_be_dismissed(world: World) -> None:
    browser = logged_in(world.business.owner)

    def checklist() -> list[bool]:
        steps = browser.get(reverse("dashboard:home")).context["first_steps"]
        return [one.is_done for one in steps]

    assert checklist() == [False] * 5
    world.proposal()
    assert Proposal.objects.get().sent_at and checklist() == [True, False, False, False, False]
    browser.post(reverse("dashboard:welcome_dismiss"))
    assert checklist() == []


def test_the_country_brings_its_public_holidays(newcomer: Browser) -> None:
    step(newcomer, "welcome", PLACE)
    business = Business.objects.get()
    assert business.holiday_country == "DE"
    step(newcomer, "welcome", PLACE | {"country": "Austria"})
    business.refresh_from_db()
    assert business.holiday_country == "AT"
    Business.objects.update(holiday_part="W")  # it was chosen in the settings meanwhile
    step(newcomer, "welcome", PLACE)
    business.refresh_from_db()
    assert (business.holiday_country, business.holiday_part) == ("AT", "W")

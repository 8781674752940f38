"""The settings: a page for each subject, and a search that leads to the field."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import translation

from agreements.contract import tax_rates
from core import languages
from core.models import Business, TaxRate
from dashboard.settings.search import settings_of
from dashboard.settings.subjects import SUBJECTS
from tests.browsers import logged_in
from tests.world import World


def test_each_subject_has_a_page_of_its_own_that_says_what_it_changes(owner: Browser) -> None:
    index = owner.get(reverse("dashboard:settings")).content.decode()
    assert len(SUBJECTS) >= 9
    for subject in SUBJECTS:
        assert f'href="{subject.url}"' in index and str(subject.changes) in index
        shown = owner.get(subject.url).content.decode()
        assert f'<a href="{subject.url}" aria-current="page">' in shown, subject.page
        assert all(f'href="{other.url}"' in shown for other in SUBJECTS)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/settings/paying/", "/settings/payments/"),
        ("/settings/emails/", "/settings/notifications/"),
        ("/exports/", "/settings/data/"),
    ],
)
def test_an_old_address_leads_to_the_new_one(owner: Browser, old: str, new: str) -> None:
    assert owner.get(f"{old}?from=email").headers["Location"] == f"{new}?from=email"
    assert owner.get(old).status_code == 301
    assert owner.get(new).status_code == 200


@pytest.mark.parametrize("language", ["en", "th"])
def test_every_setting_is_found_by_its_label_in_either_language(
    owner: Browser, world: World, language: str
) -> None:
    Business.objects.update(language=language)
    world.business.refresh_from_db()
    pages: dict[str, str] = {}
    for setting in settings_of(world.business):
        for code in languages.LANGUAGES:
            with translation.override(code):
                label = str(setting.label)
            found = owner.get(reverse("dashboard:settings"), {"q": label}).content.decode()
            assert f'href="{setting.url}"' in found, (code, label)
        page, _hash, anchor = setting.url.partition("#")
        if page not in pages:
            pages[page] = owner.get(page).content.decode()
        assert not anchor or f'id="{anchor}"' in pages[page], setting.url


@pytest.mark.parametrize(
    ("typed", "page", "anchor"),
    [
        ("VAT", "paying", "p1"),
        ("PromptPay", "paying", "div_id_promptpay"),
        ("logo", "settings_documents", "div_id_logo"),
        ("timezone", "settings_business", "div_id_time_zone"),
        ("โลโก้", "settings_documents", "div_id_logo"),
        ("password", "you", "sign-in"),
        ("backup", "exports", ""),
    ],
)
def test_a_setting_is_found_by_what_people_call_it(
    owner: Browser, typed: str, page: str, anchor: str
) -> None:
    found = owner.get(reverse("dashboard:settings"), {"q": typed}).content.decode()
    target = reverse(f"dashboard:{page}") + (f"#{anchor}" if anchor else "")
    assert f'href="{target}"' in found


def test_a_search_without_an_answer_says_so_and_a_wrong_letter_still_finds(owner: Browser) -> None:
    page = reverse("dashboard:settings")
    assert "No settings match" in owner.get(page, {"q": "zzqx"}).content.decode()
    assert "div_id_currency" in owner.get(page, {"q": "curency"}).content.decode()


def test_another_currency_keeps_the_goal_that_was_typed(owner: Browser, world: World) -> None:
    Business.objects.update(yearly_goal=100_000_00, floor_rate=80_00, monthly_costs=2_000_00)
    answer = owner.post(
        reverse("dashboard:settings_business"),
        {"name": "Studio", "currency": "JPY", "time_zone": "Asia/Bangkok", "language": "en"},
    )
    assert answer.status_code == 302
    row = Business.objects.get()
    assert (row.currency, row.yearly_goal, row.floor_rate, row.monthly_costs) == (
        "JPY",
        100_000,
        80,
        2_000,
    )


def test_the_fields_of_one_page_leave_those_of_another_alone(owner: Browser) -> None:
    Business.objects.update(capacity_minutes=7200, tax_on_payment=True, prices_include_tax=True)
    data = {"name": "Studio", "currency": "USD", "time_zone": "Asia/Bangkok", "language": "en"}
    assert owner.post(reverse("dashboard:settings_business"), data).status_code == 302
    row = Business.objects.get()
    assert (row.capacity_minutes, row.tax_on_payment, row.prices_include_tax) == (7200, True, True)


def test_the_palette_finds_each_subject(owner: Browser) -> None:
    for subject in SUBJECTS:
        shown = owner.get(reverse("dashboard:search"), {"q": str(subject.name), "lines": "1"})
        assert re.search(rf'href="{subject.url}"', shown.content.decode()), subject.page


def test_a_tax_that_was_never_used_is_deleted_and_a_used_one_is_retired(world: World) -> None:
    add: dict[str, Any] = {"business": world.business, "percent": Decimal(7)}
    used, typo = tax_rates.add(name="VAT", **add), tax_rates.add(name="VTA", **add)
    tax_rates.set_used(typo, False)
    world.picked()
    owner, page = logged_in(world.business.owner), reverse("dashboard:paying")
    delete = {rate: reverse("dashboard:tax_delete", args=[rate.pk]) for rate in (used, typo)}
    assert [rate for rate, url in delete.items() if url in owner.get(page).text] == [typo]
    for url in delete.values():
        owner.post(url)
    assert [rate.name for rate in TaxRate.objects.all()] == ["VAT"]
    owner.post(reverse("dashboard:tax_use", args=[used.pk]), {"use": "no"})
    assert "retired" in owner.get(page).text

"""A person keeps the filter and the order of a list under a name, and opens the list with it."""

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clients import duplicates
from core.lists import saved_views
from core.models import SavedView
from tests.test_tenancy import logged_in
from tests.world import NOW, World

CLIENTS, ASKED = "/clients/", "q=co&stage=won&sort=-fee"


@pytest.fixture
def owner(world: World) -> Browser:
    return logged_in(world.business.owner)


def save(
    browser: Browser, name: str = "Regulars", query: str = ASKED, page: str = "clients"
) -> Any:
    asked = {"page": page, "name": name, "query": query}
    return browser.post(reverse("dashboard:view_save"), asked, follow=True)


def change(browser: Browser, view: SavedView, act: str, **asked: str) -> Any:
    there = reverse("dashboard:view_change", args=[view.pk])
    return browser.post(there, {"act": act} | asked, follow=True)


def test_a_filter_is_kept_under_a_name_and_opened_with_one_press(owner: Browser) -> None:
    answer = save(owner, query=f"{ASKED}&after=abc&view=x&nonsense=1&%00=2")
    view = SavedView.objects.get()
    address = f"{CLIENTS}?{ASKED}&view={view.pk}"
    assert answer.redirect_chain == [(address, 302)]
    page = owner.get(CLIENTS).content.decode()  # no default: the list opens with all rows
    assert f'href="{address.replace("&", "&amp;")}"' in page and 'aria-current="true"' in page
    opened = owner.get(address)
    assert opened.context["stage"] == "won" and opened.context["listed"].opened == view
    assert not opened.context["listed"].can_be_saved


def test_a_view_is_renamed_changed_made_the_default_and_deleted(owner: Browser) -> None:
    save(owner)
    view = SavedView.objects.get()
    change(owner, view, "rename", name="  Our   clients ")
    page = owner.get(f"{CLIENTS}?q=other&view={view.pk}").content.decode()
    assert "Save the changes in “Our clients”" in page
    change(owner, view, "update", query="q=other&sort=-name")
    view.refresh_from_db()
    assert (view.name, view.query) == ("Our clients", "q=other&sort=-name")
    change(owner, view, "open")
    assert owner.get(CLIENTS)["Location"] == f"{CLIENTS}?q=other&sort=-name&view={view.pk}"
    assert owner.get(f"{CLIENTS}?view=all").context["asked"] == ""  # all rows, one press away
    assert owner.get(f"{CLIENTS}?q=&stage=").status_code == 200
    save(owner, "Second")
    second = SavedView.objects.get(name="Second")
    change(owner, second, "open")
    assert [row.name for row in SavedView.objects.filter(is_default=True)] == ["Second"]
    change(owner, second, "close")
    assert owner.get(CLIENTS).status_code == 200
    answer = change(owner, view, "delete")
    assert answer.redirect_chain == [(f"{CLIENTS}?view=all", 302)]
    assert [row.name for row in SavedView.objects.all()] == ["Second"]


def test_the_usual_order_is_no_view(owner: Browser) -> None:
    listed = owner.get(f"{CLIENTS}?q=&stage=&sort=name").context["listed"]
    assert listed.is_all and not listed.can_be_saved
    assert owner.get(f"{CLIENTS}?sort=-name").context["listed"].query == "sort=-name"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("regulars", "already has a view “regulars”"),
        (" \0 ", "Please give the view a name."),
        ("x" * 300, ""),
    ],
)
def test_a_name_stands_once_in_a_list(owner: Browser, name: str, said: str) -> None:
    save(owner)
    answer = save(owner, name)
    assert said in answer.content.decode()
    assert SavedView.objects.count() == (1 if said else 2)
    assert save(owner, "Regulars", query="", page="invoices").status_code == 200  # another list
    other = SavedView.objects.last()
    assert other
    assert (
        "already has a view" not in change(owner, other, "rename", name="Regulars").content.decode()
    )


def test_a_name_that_is_too_long_is_cut_and_stands_once_too(owner: Browser) -> None:
    for name in ("A" * 40, "A" * 41):
        save(owner, name)
    assert SavedView.objects.get().name == "A" * 40


def test_a_list_has_at_most_twenty_views(owner: Browser) -> None:
    for n in range(saved_views.AT_MOST):
        save(owner, f"View {n}")
    assert "at most 20 saved views" in save(owner, "One more").content.decode()
    assert SavedView.objects.count() == saved_views.AT_MOST


def test_a_view_is_its_owners_alone(owner: Browser) -> None:
    save(owner)
    view, stranger = SavedView.objects.get(), logged_in(World().business.owner)
    there = reverse("dashboard:view_change", args=[view.pk])
    assert stranger.post(there, {"act": "delete"}).status_code == 404
    assert "Regulars" not in stranger.get(CLIENTS).content.decode()
    assert stranger.get(f"{CLIENTS}?view={view.pk}").context["listed"].opened is None


@pytest.mark.parametrize(
    ("page", "asked"),
    [
        ("clients", {"stage": "gone"}),
        ("proposals", {"state": "gone"}),
        ("agreements", {"state": "gone"}),
        ("requests", {"state": "gone"}),
        ("letters", {"state": "gone"}),
        ("invoices", {"age": "gone"}),
        ("invoices", {"currency": "XXX"}),
        ("invoices", {"client": str(uuid4())}),
        ("invoices", {"client": "nonsense"}),
    ],
)
def test_a_view_whose_filter_no_longer_exists_opens_with_a_sentence(
    owner: Browser, page: str, asked: dict[str, str]
) -> None:
    answer = save(owner, query=urlencode(asked), page=page)
    assert answer.status_code == 200
    assert "Part of this filter no longer exists" in answer.content.decode()
    assert "Part of this filter" not in owner.get(f"/{page}/?view=all").content.decode()


def test_a_view_of_a_client_who_was_merged_says_so(world: World, owner: Browser) -> None:
    gone, kept = world.client("Old"), world.client("New")
    query = f"client={gone.pk}"
    assert "Part of this filter" not in save(owner, query=query, page="invoices").content.decode()
    duplicates.merge(client=gone, into=kept)
    view = SavedView.objects.get()
    page = owner.get(f"/invoices/?{query}&view={view.pk}").content.decode()
    assert "Part of this filter no longer exists" in page


def test_two_at_once_do_not_make_a_list_too_long(world: World) -> None:
    fields = {"business": world.business, "user": world.business.owner, "page": "clients"}
    first = saved_views.save_view(name="A", query="", now=NOW, **fields)
    second = saved_views.save_view(name="B", query="", now=NOW, **fields)
    saved_views.open_with(view=first, is_default=True)
    saved_views.open_with(view=second, is_default=True)
    assert list(SavedView.objects.filter(is_default=True)) == [second]


@pytest.mark.parametrize(
    "page", ["clients", "proposals", "agreements", "requests", "invoices", "letters", "time"]
)
def test_every_list_can_save_a_view(owner: Browser, page: str) -> None:
    listing = owner.get(reverse(f"dashboard:{page}"), {"state": "", "sort": "date"})
    assert "Save as a view" in listing.content.decode()
    assert save(owner, "V", "sort=date", page).status_code == 200
    assert save(owner, page="home").status_code == 404

"""Opens pages of a busy business in a process: queries, processor time and size of each."""

import time
from typing import Any

from django.core.management import call_command
from django.test import Client as Browser
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from benchmarks.parts import busy
from benchmarks.parts.process import measure
from benchmarks.parts.statements import counted
from core.dates import local_day
from core.models import Business

BACKEND = "django.contrib.auth.backends.ModelBackend"


@measure
def busy_business(running: int) -> dict[str, Any]:
    """An empty database with one business that has so many running agreements."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    busy.business(running)
    return {}


@measure
@override_settings(ROOT_URLCONF="benchmarks.parts.opened_urls")
def opened(rounds: int, only: list[str]) -> dict[str, Any]:
    """Open each page and the bare one in turn; the least processor time of each counts.

    PostgreSQL works in processes of its own, which are not counted.
    """
    business = Business.objects.get()
    browser = Browser(HTTP_HOST="localhost")
    browser.force_login(business.owner, backend=BACKEND)
    pages = {name: url for name, url in _addresses(business).items() if not only or name in only}
    found = {}
    for name, url in pages.items():
        for _warm in range(2):
            assert browser.get(url).status_code == 200, name
        with counted() as statements:
            size = len(browser.get(url).content)
        bare, page = [], []
        for _round in range(rounds):
            bare.append(_seconds(browser, "/bare/"))
            page.append(_seconds(browser, url))
        found[name] = {
            "queries": statements.count,
            "size": size,
            "bare": min(bare),
            "page": min(page),
        }
    return found


def _seconds(browser: Browser, url: str) -> float:
    """The processor seconds of this process for one page."""
    began = time.process_time()
    response = browser.get(url)
    took = time.process_time() - began
    assert response.status_code == 200, url
    return took


def _addresses(business: Business) -> dict[str, str]:
    """The pages by name, with their addresses."""
    rows = busy.some_rows(business)
    today = local_day(timezone.now(), business.time_zone)
    week = reverse("dashboard:time_week")
    plain = ("income", "income_month", "todo", "time", "timer", "clients", "agreements", "capacity")
    more = ("pipeline", "fees", "invoices", "billing_run", "monthly_totals", "net_to_me")
    return {
        "overview": reverse("dashboard:home"),
        **{name: reverse(f"dashboard:{name}") for name in (*plain, *more)},
        "week": week,
        "week, a day open": f"{week}?day={today}&agreement={rows['agreement']}",
        **{name: reverse(f"dashboard:{name}", args=[pk]) for name, pk in rows.items()},
        "settings": reverse("dashboard:settings"),
    }

"""Every answer tells the browser what it may do with it, and only what is asked for acts."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from tests.browsers import logged_in
from tests.test_tenancy import (  # noqa: F401 - the fixtures
    CLASSES,
    Two,
    address,
    folder,
    inside,
    standing,
    two,
)

#: Other programs post here, with a signature or a key of their own, and so may strangers without
#: a session: what cookies say is not asked.
WITHOUT_FORM_TOKEN = {
    "api.views.KpiList",
    "api.views.ReadingList",
    "portal.front_page.front_page",
    "portal.views.verify.verify_document",
}
#: What only notes that somebody is there, or fills a cache.
NOTED = {
    "core_cache",
    "core_ratelimit",
    "django_session",
    "usersessions_usersession",
}
STRANGERS = ("/api/v1/kpis/", "/admin/login/", "/static/icon.svg")
#: Where looking is meant to leave something.
RECORDED = {
    # that it was opened, or that somebody was told that it is over
    "portal:proposal",
    "portal:proposal_ask",
    "portal:proposal_forward",
    "portal:agreement",
    "portal:amendment",
    "portal:report",
    # that data was downloaded: a line of the security log, and an email
    "dashboard:contact_data",
    "dashboard:export",
    # what is shown is worked out in the database, and taken back
    "dashboard:proposal_new_frame",
    "dashboard:billing_run",
    # a PDF, which is made when it is first asked for
    "dashboard:credit_note_pdf",
    "dashboard:invoice_pdf",
    "dashboard:receipt_pdf",
    "dashboard:report_pdf",
    "dashboard:statement_pdf",
}
#: Previews stand in a frame of our own page.
FRAMED = {key: ["'self'"] for key in ["dashboard:proposal_frame", "dashboard:proposal_new_frame"]}
#: Pages with one thing to do, where signing out is a page away (docs/security.md, 7.4.4).
WITHOUT_SIGN_OUT = {
    "dashboard:confirm",
    "dashboard:logo",
    "dashboard:not_me",
    "dashboard:phone",
    "dashboard:proposal_preview",
    "dashboard:welcome",
    "dashboard:welcome_business",
    "dashboard:welcome_client",
    "dashboard:welcome_work",
    "portal:logo",
}
SIGN_OUT = re.compile(r"/accounts/logout/|/p/leave/")
OPEN = ("/accounts/login/", "/health/", "/health/live/", "/verify/", "/p/ask/", "/nowhere/")


def pages(pair: Two) -> Iterator[tuple[str, str, Browser]]:
    """Each page with its address, and who may open it."""
    mine, _theirs, world, _other = pair
    people = {"dashboard": logged_in(world.business.owner), "portal": inside(mine["contact"])}
    for name, kind in CLASSES.items():
        room = name.partition(":")[0]
        if room in people and kind != "public":
            yield name, address(name, kind, mine), people[room]
    for path in OPEN + STRANGERS:
        yield path, path, Browser()


def policy(answer: Any) -> dict[str, str]:
    """The directives of the content policy of an answer."""
    parts = answer.headers.get("Content-Security-Policy", "").split(";")
    return {name: value for name, _space, value in (each.strip().partition(" ") for each in parts)}


def told(name: str, path: str, answer: Any) -> Iterator[str]:
    """What an answer does not say to a browser, although it should."""
    kind, said = answer.headers.get("Content-Type", ""), policy(answer)
    is_sandboxed, is_open = "sandbox" in said, path in OPEN or path in STRANGERS
    holds = {
        "content policy": said.get("default-src") == "'none'",
        "frames": is_sandboxed or said.get("frame-ancestors") in FRAMED.get(name, ["'none'"]),
        "base": is_sandboxed or said.get("base-uri") == "'none'",
        "objects": is_sandboxed or said.get("object-src") == "'none'",
        "no guessing": answer.headers.get("X-Content-Type-Options") == "nosniff",
        "referrer": answer.headers.get("Referrer-Policy") in ("same-origin", "no-referrer"),
        "character set": not kind.startswith("text/") or "charset=utf-8" in kind.lower(),
        "other sites": "Access-Control-Allow-Origin" not in answer.headers,
        "signing out": is_open
        or is_sandboxed
        or name in {*FRAMED, *WITHOUT_SIGN_OUT}
        or not kind.startswith("text/html")
        or "<body" not in answer.text
        or bool(SIGN_OUT.search(answer.text)),
        "is kept": is_open
        or not kind.startswith("text/html")
        or "no-store" in answer.headers.get("Cache-Control", ""),
    }
    return (f"{name}: {what}" for what, is_so in holds.items() if not is_so)


@pytest.mark.proof
def test_every_page_says_what_a_browser_may_do_and_looking_changes_nothing(
    two: Two,  # noqa: F811
) -> None:
    wrong, written = [], []
    for name, path, browser in pages(two):
        with CaptureQueriesContext(connection) as queries:
            answer = browser.get(path, headers={"Origin": "https://elsewhere.example"})
        wrong += told(name, path, answer)
        for one in queries:
            found = re.match(r'(?:INSERT[\w ]* INTO|UPDATE|DELETE FROM) "(\w+)"', one["sql"])
            if found and found[1] not in NOTED and name not in RECORDED:
                written.append((found[1], name))
    assert not wrong, "\n".join(wrong)
    assert not written, written


def views(resolver: URLResolver) -> Iterator[URLPattern]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from views(one)
        else:
            yield one


def test_only_programs_and_strangers_post_without_the_token_of_a_form() -> None:
    exempt = set()
    for one in views(get_resolver()):
        if getattr(one.callback, "csrf_exempt", False):
            view = getattr(one.callback, "view_class", one.callback)
            exempt.add(f"{view.__module__}.{view.__name__}")
    webhooks = {
        each for each in exempt if re.fullmatch(r"billing\.gateways\.\w+\.views\.hook", each)
    }
    exempt -= webhooks
    assert exempt == WITHOUT_FORM_TOKEN


@pytest.mark.django_db
@pytest.mark.parametrize("path", [*OPEN, "/", "/p/", "/api/v1/kpis/", "/metrics"])
def test_nothing_echoes_a_request(path: str) -> None:
    answer = Browser().generic("TRACE", path, headers={"X-Secret": "a canary"})
    assert b"a canary" not in answer.content
    assert answer.headers.get("Content-Type") != "message/http"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/static/", "/static/js/", "/media/", "/media/documents/", "/.git/"]
)
def test_no_folder_is_listed(path: str) -> None:
    assert Browser().get(path).status_code == 404

"""Saving a card on the page of a gateway that is another site, as every real gateway's is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import override_settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from billing.gateways.sandbox.gateway import Sandbox
from billing.models import PaymentMethod
from core import links
from core.models.link import LinkPurpose
from tests.gateways import kind, registered
from tests.journeys.test_journey import enter
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class CardPage(BaseHTTPRequestHandler):
    """The gateway's own page: a form that is posted to it, and then leads back to us."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(
            b"<!doctype html><html lang=en><title>The gateway</title>"
            b"<form method=post><button>Keep this card</button></form>"
        )

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        self.send_response(303)
        self.send_header(
            "Location", f"{asked['return_url']}?{urlencode({'session': asked['session']})}"
        )
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Nothing is printed."""


@contextmanager
def gateway_elsewhere() -> Iterator[str]:
    """A gateway whose page for saving a card is served at the yielded address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), CardPage)
    Thread(target=server.serve_forever, daemon=True).start()
    # The product is served at "localhost", so this is another origin, and another site as well.
    address = f"http://127.0.0.1:{server.server_port}"

    class Elsewhere(Sandbox):
        name = "elsewhere"

        def setup_url(self, *, customer: str, return_url: str, debits: Any = ()) -> str:
            session = self.save_test_card(
                customer=customer, behaviour="succeeds", expires_on=date(2030, 1, 31)
            )
            return f"{address}/pay?{urlencode({'session': session, 'return_url': return_url})}"

    try:
        with registered(kind("elsewhere", Elsewhere)), override_settings(GATEWAY="elsewhere"):
            yield address
    finally:
        server.shutdown()
        server.server_close()


def test_a_card_is_saved_at_a_gateway_on_another_site(
    page: Page, live_server: Any, settings: Any, world: World, watched: Callable[[], None]
) -> None:
    settings.SITE_URL = live_server.url
    client = world.client(now=timezone.now())
    link = links.mint(
        purpose=LinkPurpose.PORTAL,
        subject_id=world.person(client).pk,
        now=timezone.now(),
        target="method:",
    )
    with gateway_elsewhere() as address:
        enter(page, links.url(link))
        page.get_by_role("button", name="Save a card").click()
        page.wait_for_url(f"{address}/pay?*")
        page.go_back()
        page.get_by_role("button", name="Save a card").click()
        page.wait_for_url(f"{address}/pay?*")
        page.get_by_role("button", name="Keep this card").click()
        expect(page.get_by_role("heading", name="Card saved")).to_be_visible()
        watched()
    assert PaymentMethod.objects.get().client == client

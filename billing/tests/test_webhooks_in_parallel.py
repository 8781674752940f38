"""The webhooks of all accounts are processed at the same time, many of each (rule 22)."""

import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from billing.charging.gateway_events import apply_events
from billing.gateways.base import GatewayObject, Outcome
from billing.models import Collection, GatewayAccount, GatewayEvent, Invoice
from billing.runs.billing_run import run_billing
from tests.gateways import kind, registered
from tests.world import NOW, World

pytestmark = pytest.mark.proof
TENANTS, EACH = 3, 4


@pytest.fixture
def bank() -> Iterator[str]:
    """The address of a bank that answers no request until one about every object has arrived."""
    all_there = threading.Barrier(TENANTS * EACH)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            all_there.wait(60)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


class Account:
    """A business's account at the bank."""

    name, in_flight, per_second = "acme", EACH, 0

    def __init__(self, address: str) -> None:
        self.address = address

    def lookup(self, handle: str) -> GatewayObject:
        urllib.request.urlopen(f"{self.address}{handle}", timeout=90).close()
        return GatewayObject(handle, Outcome.SUCCEEDED, 300_000, "USD")


def test_no_call_waits_for_another(db: None, bank: str) -> None:
    worlds = [World() for _ in range(TENANTS)]
    for world in worlds:
        for _ in range(EACH):
            world.running(card="lost_answer")
    run_billing(now=NOW, door="test")
    Collection.objects.update(gateway="acme")
    for world in worlds:
        account = GatewayAccount.objects.create(
            business=world.business, gateway="acme", secret=b"", hint="x", connected_at=NOW
        )
        for row in Collection.objects.filter(business=world.business):
            facts = {"handle": row.handle, "about": "charge", "body": b"", "received_at": NOW}
            GatewayEvent.objects.create(
                gateway="acme", account=account, event_id=f"evt_{row.handle}", **facts
            )
    its = kind("acme", lambda: Account(bank), is_shared=False, is_pretended=False)
    with registered(its):
        GatewayAccount.objects.update(is_live=False)
        assert apply_events(now=NOW) == TENANTS * EACH
    assert set(Invoice.objects.values_list("state", flat=True)) == {"paid"}

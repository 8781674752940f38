"""Our Stripe gateway against localstripe, a server that others wrote, in a process of its own.

It shows that our requests are understood and our reading fits: the happy path and webhook signatures. It cannot show
more: it ignores idempotency keys, refunds twice, has no Checkout, lets declined cards through off-session, and speaks
Stripe's language of years ago (`Translator`), so that what Stripe renamed or dropped since goes unseen here. The
client's own types judge that in test_stripe.py, the simulation in tests/faults the rest; a run against Stripe's own
sandbox needs a key and is not made.
"""

import queue
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import stripe

from billing.gateways.base import Outcome, RefundOutcome
from billing.gateways.stripe.gateway import Stripe

HOOK = "whsec_localstripe"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """localstripe on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = shutil.which("localstripe", path=str(Path(sys.executable).parent)) or "localstripe"
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(
        [program, "--port", str(port), "--from-scratch"], stdout=quiet, stderr=quiet
    )
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2)
            except urllib.error.HTTPError:
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


class Translator(stripe.RequestsClient):
    """Says in localstripe's words what it does not know, or leaves it out."""

    def request(self, method: str, url: str, headers: Any, post_data: Any = None) -> Any:
        url = re.sub(r"created\[gte\]=\d+&?", "", url)
        said = (post_data or "").replace("allowed_payment_method_types", "payment_method_types")
        if url.endswith("/confirm"):
            said = ""  # it takes the card that the update before named
        return super().request(method, url, headers, said or None)


@pytest.fixture
def bank(address: str) -> Stripe:
    return Stripe(
        secret="sk_test_12345", webhook_secret=HOOK, base_url=address, transport=Translator()
    )


@pytest.fixture
def token(address: str) -> str:
    """A customer with a saved card, as Checkout would leave them."""
    client = stripe.StripeClient(
        "sk_test_12345", base_addresses={"api": address}, max_network_retries=0
    ).v1
    customer = client.customers.create({"email": "ploy@baan.example"})
    card = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2035, "cvc": "123"}
    method = client.payment_methods.create({"type": "card", "card": card})  # type: ignore[typeddict-item]
    client.payment_methods.attach(method.id, {"customer": customer.id})
    return f"{customer.id}/{method.id}"


def test_a_charge_is_prepared_executed_and_read_back(bank: Stripe, token: str) -> None:
    invoice, key = str(uuid.uuid4()), str(uuid.uuid4())
    handle = bank.prepare(
        key=str(uuid.uuid4()), amount=3_000_00, currency="USD", reference=invoice, customer="c"
    )
    before = bank.lookup(handle)
    assert (before.outcome, before.amount, before.currency, before.reference) == (
        Outcome.NEW,
        3_000_00,
        "USD",
        invoice,
    )
    bank.execute(handle=handle, key=key, token=token)
    after = bank.lookup(handle)
    assert (after.outcome, after.amount) == (Outcome.SUCCEEDED, 3_000_00)


def test_a_cancelled_object_takes_no_money(bank: Stripe, token: str) -> None:
    handle = bank.prepare(
        key=str(uuid.uuid4()), amount=500, currency="EUR", reference="i", customer="c"
    )
    bank.cancel(handle)
    bank.execute(handle=handle, key=str(uuid.uuid4()), token=token)
    assert bank.lookup(handle).outcome == Outcome.CANCELLED


def test_a_refund_is_found_by_its_key(bank: Stripe, token: str) -> None:
    handle = bank.prepare(
        key=str(uuid.uuid4()), amount=900, currency="USD", reference="i", customer="c"
    )
    bank.execute(handle=handle, key=str(uuid.uuid4()), token=token)
    key = str(uuid.uuid4())
    bank.refund(handle=handle, key=key, amount=400)
    found = [each for each in bank.refunds(handle) if each.key == key]
    assert [(each.outcome, each.amount) for each in found] == [(RefundOutcome.SUCCEEDED, 400)]


def test_the_list_of_a_day_names_what_was_made(bank: Stripe) -> None:
    began = datetime.now(UTC).replace(microsecond=0)
    handle = bank.prepare(
        key=str(uuid.uuid4()), amount=700, currency="USD", reference="i", customer="c"
    )
    assert handle in {each.handle for each in bank.created_since(began)}


@pytest.fixture
def notices(address: str) -> Iterator[queue.Queue[tuple[bytes, str]]]:
    """The bodies and signatures that localstripe posts to a door of ours."""
    came: queue.Queue[tuple[bytes, str]] = queue.Queue()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            came.put((body, self.headers["Stripe-Signature"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    door = HTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=door.serve_forever, daemon=True).start()
    wanted = {
        "url": f"http://127.0.0.1:{door.server_port}/",
        "secret": HOOK,
        "events[]": "payment_intent.succeeded",
    }
    urllib.request.urlopen(
        f"{address}/_config/webhooks/ours", urlencode(wanted).encode(), timeout=5
    ).close()
    yield came
    door.shutdown()
    door.server_close()


def test_a_notice_that_others_signed_is_genuine(
    bank: Stripe, token: str, notices: queue.Queue[Any]
) -> None:
    handle = bank.prepare(
        key=str(uuid.uuid4()), amount=900, currency="USD", reference="i", customer="c"
    )
    bank.execute(handle=handle, key=str(uuid.uuid4()), token=token)
    now, about = datetime.now(UTC), ""
    while about != handle:  # those of the charges before come first
        body, signature = notices.get(timeout=20)
        about = bank.verify_webhook(body=body, signature=signature, now=now).handle
    with pytest.raises(ValueError, match="not genuine"):
        bank.verify_webhook(
            body=body.replace(b"succeeded", b"canceled"), signature=signature, now=now
        )
    with pytest.raises(ValueError, match="too old"):
        bank.verify_webhook(body=body, signature=signature, now=now + timedelta(seconds=310))

"""Our Stripe gateway against localstripe, a third party's server, in a separate process.

This shows that our requests are understood and that we read the answers correctly, for successful
charges and webhook signatures. It cannot show more: localstripe ignores idempotency keys, refunds
twice, has no Checkout, accepts declined cards off-session, and has the field names of an old
version of Stripe (see `Translator`), so that fields which Stripe has renamed or removed since are
not noticed. Those are checked against the client's types in test_gateway.py, and the rest by the
simulation in tests/faults. There is no run against Stripe's own sandbox, which would need a key.
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
from billing.rules.states import FeeOf

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
    """Translates fields that localstripe does not know, or removes them."""

    def request(self, method: str, url: str, headers: Any, post_data: Any = None) -> Any:
        url = re.sub(r"created\[gte\]=\d+&?", "", url)
        data = (post_data or "").replace("allowed_payment_method_types", "payment_method_types")
        if not url.endswith("/payment_intents"):
            data = re.sub(r"payment_method_types\[\d+\]=[a-z_]+&?", "", data).rstrip("&")
        if url.endswith("/confirm"):
            data = ""  # localstripe charges the card of the update before
        return super().request(method, url, headers, data or None)


@pytest.fixture
def bank(address: str) -> Stripe:
    return Stripe(
        secret="sk_test_12345", webhook_secret=HOOK, base_url=address, transport=Translator()
    )


@pytest.fixture
def token(address: str) -> str:
    """The token of a customer's saved card, as Checkout would create it."""
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
    assert after.token == token


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
    refunds = [refund for refund in bank.refunds(handle) if refund.key == key]
    assert [(row.outcome, row.amount) for row in refunds] == [(RefundOutcome.SUCCEEDED, 400)]


def test_what_was_taken_is_read_with_the_charge(bank: Stripe, token: str) -> None:
    """localstripe takes nothing, and says so. A refund's expansion is understood as well."""
    handle = bank.prepare(
        key=str(uuid.uuid4()), amount=900, currency="USD", reference="i", customer="c"
    )
    assert bank.fees(handle) == []
    bank.execute(handle=handle, key=str(uuid.uuid4()), token=token)
    bank.refund(handle=handle, key=str(uuid.uuid4()), amount=400)
    (fee,) = bank.fees(handle)
    assert (fee.of, fee.amount, fee.currency) == (FeeOf.PAYMENT, 0, "USD")
    assert (fee.moved, fee.settled) == (900, 900)


def test_the_list_of_objects_contains_a_new_object(bank: Stripe) -> None:
    began = datetime.now(UTC).replace(microsecond=0)
    handle = bank.prepare(
        key=str(uuid.uuid4()), amount=700, currency="USD", reference="i", customer="c"
    )
    assert handle in {each.handle for each in bank.created_since(began)}


@pytest.fixture
def notices(address: str) -> Iterator[queue.Queue[tuple[bytes, str]]]:
    """The bodies and signatures that localstripe posts to a server of ours."""
    received: queue.Queue[tuple[bytes, str]] = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.put((body, self.headers["Stripe-Signature"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Print nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    endpoint = {
        "url": f"http://127.0.0.1:{server.server_port}/",
        "secret": HOOK,
        "events[]": "payment_intent.succeeded",
    }
    urllib.request.urlopen(
        f"{address}/_config/webhooks/ours", urlencode(endpoint).encode(), timeout=5
    ).close()
    yield received
    server.shutdown()
    server.server_close()


def test_a_webhook_signed_by_another_program_is_accepted(
    bank: Stripe, token: str, notices: queue.Queue[Any]
) -> None:
    handle = bank.prepare(
        key=str(uuid.uuid4()), amount=900, currency="USD", reference="i", customer="c"
    )
    bank.execute(handle=handle, key=str(uuid.uuid4()), token=token)
    now, about = datetime.now(UTC), ""
    while about != handle:  # webhooks about earlier charges come first
        body, signature = notices.get(timeout=20)
        about = bank.verify_webhook(body=body, signature=signature, now=now).handle
    with pytest.raises(ValueError, match="not genuine"):
        bank.verify_webhook(
            body=body.replace(b"succeeded", b"canceled"), signature=signature, now=now
        )
    with pytest.raises(ValueError, match="too old"):
        bank.verify_webhook(body=body, signature=signature, now=now + timedelta(seconds=310))

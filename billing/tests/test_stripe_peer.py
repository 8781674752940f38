"""Our Stripe gateway against localstripe, a server that others wrote, in a process of its own.

It shows that our requests are understood and our reading fits: the happy path and webhook signatures. It cannot show
more: it ignores idempotency keys, refunds twice, has no Checkout, and lets declined cards through off-session. The
simulation in tests/faults judges those; a run against Stripe's own sandbox needs a key and is not made here.
"""

import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import stripe

from billing.gateways.base import Outcome, RefundOutcome
from billing.gateways.stripe.gateway import Stripe


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """localstripe on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = shutil.which("localstripe", path=str(Path(sys.executable).parent)) or "localstripe"
    quiet = subprocess.DEVNULL
    server = subprocess.Popen([program, "--port", str(port), "--from-scratch"], stdout=quiet, stderr=quiet)
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


class Narrower(stripe.RequestsClient):
    """Leaves out the two parameters that Stripe knows and localstripe refuses."""

    def request(self, method: str, url: str, headers: Any, post_data: Any = None) -> Any:
        url = url.replace("created[gte]=", "x=").partition("?x=")[0] if "created[gte]" in url else url
        return super().request(method, url, headers, (post_data or "").replace("off_session=true", "") or None)


@pytest.fixture
def bank(address: str) -> Stripe:
    return Stripe(secret="sk_test_12345", webhook_secret="whsec_x", base_url=address, transport=Narrower())


@pytest.fixture
def token(address: str) -> str:
    """A customer with a saved card, as Checkout would leave them."""
    client = stripe.StripeClient("sk_test_12345", base_addresses={"api": address}, max_network_retries=0).v1
    customer = client.customers.create({"email": "ploy@baan.example"})
    card = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2035, "cvc": "123"}
    method = client.payment_methods.create({"type": "card", "card": card})  # type: ignore[typeddict-item]
    client.payment_methods.attach(method.id, {"customer": customer.id})
    return f"{customer.id}/{method.id}"


def test_a_charge_is_prepared_executed_and_read_back(bank: Stripe, token: str) -> None:
    invoice, key = str(uuid.uuid4()), str(uuid.uuid4())
    handle = bank.prepare(key=str(uuid.uuid4()), amount=3_000_00, currency="USD", reference=invoice, customer="c")
    before = bank.lookup(handle)
    assert (before.outcome, before.amount, before.currency, before.reference) == (
        Outcome.NEW, 3_000_00, "USD", invoice,
    )  # fmt: skip
    bank.execute(handle=handle, key=key, token=token)
    after = bank.lookup(handle)
    assert (after.outcome, after.amount) == (Outcome.SUCCEEDED, 3_000_00)


def test_a_cancelled_object_takes_no_money(bank: Stripe, token: str) -> None:
    handle = bank.prepare(key=str(uuid.uuid4()), amount=500, currency="EUR", reference="i", customer="c")
    bank.cancel(handle)
    bank.execute(handle=handle, key=str(uuid.uuid4()), token=token)
    assert bank.lookup(handle).outcome == Outcome.CANCELLED


def test_a_refund_is_found_by_its_key(bank: Stripe, token: str) -> None:
    handle = bank.prepare(key=str(uuid.uuid4()), amount=900, currency="USD", reference="i", customer="c")
    bank.execute(handle=handle, key=str(uuid.uuid4()), token=token)
    key = str(uuid.uuid4())
    bank.refund(handle=handle, key=key, amount=400)
    found = [each for each in bank.refunds(handle) if each.key == key]
    assert [(each.outcome, each.amount) for each in found] == [(RefundOutcome.SUCCEEDED, 400)]


def test_the_list_of_a_day_names_what_was_made(bank: Stripe) -> None:
    began = datetime.now(UTC).replace(microsecond=0)
    handle = bank.prepare(key=str(uuid.uuid4()), amount=700, currency="USD", reference="i", customer="c")
    assert handle in {each.handle for each in bank.created_since(began)}

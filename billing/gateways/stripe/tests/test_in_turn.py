"""Each HTTP request to Stripe takes a turn, and a refusal pauses the account as it says."""

from typing import Any

import pytest

from billing.gateways.base import GatewayUnknown
from billing.gateways.stripe.gateway import Stripe
from billing.gateways.stripe.tests.test_gateway import Transport, error, intent


class Counting:
    """Turns that are only counted."""

    def __init__(self) -> None:
        self.given, self.pauses = 0, list[int]()

    def wait(self) -> None:
        self.given += 1

    def pause(self, seconds: int) -> None:
        self.pauses.append(seconds)


def stripe(*answers: Any) -> tuple[Stripe, Transport, Counting]:
    transport, turns = Transport(*answers), Counting()
    gateway = Stripe(secret="sk_test_x", webhook_secret="whsec_x", transport=transport)
    gateway.keep_to(turns)
    return gateway, transport, turns


def test_each_request_of_a_call_takes_a_turn() -> None:
    gateway, transport, turns = stripe(intent(), intent("succeeded"))
    gateway.execute(handle="pi_1", key="k", token="cus_1/pm_1")
    assert len(transport.requests) == turns.given == 2


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"retry-after": " 12 "}, 12),
        ({"Retry-After": "Mon, 02 Nov 2026 05:00:40 GMT"}, 33),
        ({"Retry-After": "Mon, 02 Nov 2020 05:00:07 GMT"}, 0),
        ({"Retry-After": "soon"}, 1),
        ({}, 1),
    ],
)
def test_a_request_that_is_refused_as_one_too_many_pauses_the_account(
    header: dict[str, str], seconds: int
) -> None:
    gateway, transport, turns = stripe(error(429, "rate_limit"))
    transport.headers = header
    with pytest.raises(GatewayUnknown):
        gateway.lookup("pi_1")
    assert (len(transport.requests), turns.pauses) == (1, [seconds])

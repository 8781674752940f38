"""An HTTP client for Stripe's official client whose every request waits for its turn."""

from collections.abc import Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import stripe

from billing.gateways.base import Turns

TOO_MANY = 429
UNSAID = 1  # seconds to wait after a refusal that does not say how long


class InTurn(stripe.HTTPClient):
    """Passes requests on to another client, each in its turn once `turns` are set."""

    name = "in_turn"

    def __init__(self, client: stripe.HTTPClient) -> None:
        super().__init__()
        self._client = client
        self.turns: Turns | None = None

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        """Wait, ask, and note how long Stripe wants to be left alone. Raises GatewayUnknown."""
        if self.turns is None:
            return self._client.request(method, url, headers, post_data)
        self.turns.wait()
        answer = self._client.request(method, url, headers, post_data)
        if answer[1] == TOO_MANY:
            self.turns.pause(_seconds(answer[2]))
        return answer


def _seconds(headers: Mapping[str, str]) -> int:
    """Read a Retry-After header: a number of seconds, or a date (RFC 9110, 10.2.3)."""
    said = {name.lower(): text.strip() for name, text in headers.items()}
    wait = said.get("retry-after", "")
    if wait.isdecimal():
        return int(wait)
    try:
        until, now = parsedate_to_datetime(wait), parsedate_to_datetime(said["date"])
        return max(0, (until - now) // timedelta(seconds=1))
    except (KeyError, TypeError, ValueError):
        return UNSAID

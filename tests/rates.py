"""Exchange rates that an owner has entered."""

from datetime import date
from decimal import Decimal

from django.utils import timezone

from billing.income import exchange
from tests.world import World


def rate(world: World, currency: str, value: str, on: date = date(2026, 1, 5)) -> None:
    """Enter the rate of a currency, as of 5 January 2026 or another day."""
    now = timezone.now()
    exchange.enter_rate(
        business=world.business,
        currency=currency,
        rate=Decimal(value),
        on=on,
        today=now.date(),
        now=now,
    )

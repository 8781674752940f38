"""The sandbox's minimum amounts, in minor units: those of an ordinary card processor. Pure."""

SMALLEST = {
    "AUD": 50,
    "CHF": 50,
    "EUR": 50,
    "GBP": 30,
    "JPY": 50,
    "SGD": 50,
    "THB": 1000,
    "USD": 50,
}


def smallest(currency: str) -> int:
    """Return the smallest amount for a card, in minor units; 1 if there is no minimum."""
    return SMALLEST.get(currency, 1)

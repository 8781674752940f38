"""Stripe's minimum amounts, in minor units (rule 14). Pure.

Source: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts (November 2026).
"""

SMALLEST = {
    "AED": 200,
    "AUD": 50,
    "BRL": 50,
    "CAD": 50,
    "CHF": 50,
    "CZK": 1500,
    "DKK": 250,
    "EUR": 50,
    "GBP": 30,
    "HKD": 400,
    "INR": 50,
    "JPY": 50,
    "MXN": 1000,
    "MYR": 200,
    "NOK": 300,
    "NZD": 50,
    "PLN": 200,
    "SEK": 300,
    "SGD": 50,
    "THB": 1000,
    "USD": 50,
}


def smallest(currency: str) -> int:
    """Return the smallest amount for a card, in minor units; 1 if no minimum is published."""
    return SMALLEST.get(currency, 1)

"""Which of Stripe's decline codes are hard. Pure. Source: https://docs.stripe.com/declines/codes."""

HARD = frozenset(
    {
        "authentication_required_off_session",
        "card_not_supported",
        "currency_not_supported",
        "expired_card",
        "fraudulent",
        "incorrect_number",
        "invalid_account",
        "invalid_expiry_month",
        "invalid_expiry_year",
        "invalid_number",
        "lost_card",
        "merchant_blacklist",
        "new_account_information_available",
        "not_permitted",
        "pickup_card",
        "restricted_card",
        "revocation_of_all_authorizations",
        "revocation_of_authorization",
        "security_violation",
        "stolen_card",
        "stop_payment_order",
        "transaction_not_allowed",
    }
)


def is_hard(code: str) -> bool:
    """Whether the card can never succeed. A code that we do not know is soft."""
    return code in HARD

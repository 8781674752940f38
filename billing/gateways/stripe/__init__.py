"""Stripe: cards charged through PaymentIntents, each business with its own account."""

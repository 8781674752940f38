"""Tests of the Stripe gateway."""

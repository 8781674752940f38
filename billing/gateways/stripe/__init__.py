"""Stripe, through its official client: cards saved on its own page, one PaymentIntent per invoice."""

"""Emails about charges, cards and money that goes back, queued in the transaction of the event."""

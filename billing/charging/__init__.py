"""The charge protocol, from issuing an invoice to the outcome of its charge (docs/charging.md)."""

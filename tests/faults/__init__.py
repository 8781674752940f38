"""The harness that tries to lose or double a charge (docs/charging.md)."""

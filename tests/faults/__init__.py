"""The harness that tries to lose or double a charge (CHARGES.md)."""

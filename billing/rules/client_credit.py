"""How much of an invoice a client's credit pays (rule 14)."""


def credit_spent(held: int, total: int, smallest: int) -> int:
    """Return what credit of `held` pays of `total`; all amounts are minor units.

    What is left to charge is nothing, or at least `smallest`, the gateway's minimum.
    """
    return total if held >= total else max(0, min(held, total - smallest))

"""The choices that a proposal's terms offer, as the agreement freezes them. Pure.

Their labels stand beside the models that store them.
"""

from enum import StrEnum


class CollectBy(StrEnum):
    """How invoices are paid (rule 20): charged to a saved card, or transferred to the bank."""

    CARD = "card"
    TRANSFER = "transfer"


class Renews(StrEnum):
    """What happens when the term of an agreement ends.

    NO: it ends. ALONE: it renews by itself, unless somebody says no in time. SIGNED: it renews when
    the client signs again.
    """

    NO = "no"
    ALONE = "alone"
    SIGNED = "signed"


class Rollover(StrEnum):
    """What happens at the end of a period to unused time, and to a deficit (rule 25).

    NONE: both end with the period. SURPLUS: what is left carries over. BOTH: what was used too much
    carries over as well.
    """

    NONE = "none"
    SURPLUS = "surplus"
    BOTH = "surplus_deficit"


class Unreviewed(StrEnum):
    """What happens to a report that nobody has reviewed by its agreed day (rule 40).

    SEND: it goes out with the figures and no commentary. WAIT: it waits for the freelancer.
    """

    SEND = "send"
    WAIT = "wait"

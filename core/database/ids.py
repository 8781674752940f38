"""Makes row ids that are hard to guess and sort by creation time (UUID version 7, RFC 9562)."""

import os
import uuid
from time import time_ns

RANDOM_BITS = 62


def new_id() -> uuid.UUID:
    """A new id: the time in milliseconds, its fraction in 1/4096 ms, and 62 random bits.

    Rows that are created together stand together in every index, so that inserting many rows writes
    to few index pages.
    """
    nanoseconds = time_ns()
    milliseconds, rest = divmod(nanoseconds, 1_000_000)
    fraction = rest * 4096 // 1_000_000
    high = milliseconds << 16 | 0x7000 | fraction
    low = 0b10 << RANDOM_BITS | int.from_bytes(os.urandom(8)) >> 2
    return uuid.UUID(int=high << 64 | low)

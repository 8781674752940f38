"""Ids of rows: unguessable, and in the order in which they were made (RFC 9562, version 7)."""

import os
import uuid
from time import time_ns

RANDOM_BITS = 62


def new_id() -> uuid.UUID:
    """Milliseconds, their fraction to 1/4096, and 62 random bits.

    Rows that are made together lie together: inserting many does not touch every page of every index.
    """
    nanoseconds = time_ns()
    milliseconds, rest = divmod(nanoseconds, 1_000_000)
    fraction = rest * 4096 // 1_000_000
    high = milliseconds << 16 | 0x7000 | fraction
    low = 0b10 << RANDOM_BITS | int.from_bytes(os.urandom(8)) >> 2
    return uuid.UUID(int=high << 64 | low)

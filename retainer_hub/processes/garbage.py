"""How seldom Python looks for garbage: in a batch, looking took half of the time.

Most objects are gone when nobody holds them any longer; the collector only finds those that hold
each other. By default it looks at all that was ever loaded, again and again.
"""

import gc

from django.urls import get_resolver

NEW = 10_000  # more objects than before, until the youngest are looked through (Python: 700)
OLDER, OLDEST = 20, 20  # every so many times, the next older ones too (Python: 10)


def leave_alone_what_is_loaded() -> None:
    """Exempt all objects that this process has by now."""
    gc.freeze()
    gc.set_threshold(NEW, OLDER, OLDEST)


def load_and_leave_alone() -> None:
    """Load what a server needs at its first request or email, then exempt that too."""
    get_resolver().url_patterns  # noqa: B018 - reading it imports every view
    leave_alone_what_is_loaded()

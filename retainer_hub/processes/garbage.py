"""Keeps the garbage collector away from what is loaded for good.

It would look through all of it again and again: in a batch that took half of the time.
"""

import gc

from django.urls import get_resolver


def leave_alone_what_is_loaded() -> None:
    """Exempt all objects that this process has by now."""
    gc.freeze()


def load_views_and_leave_alone() -> None:
    """Load what a web server needs at its first request, then exempt that too."""
    get_resolver().url_patterns  # noqa: B018 - reading it imports every view
    leave_alone_what_is_loaded()

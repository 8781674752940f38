"""What every page knows about the installation it is on."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from dashboard.views import timing


def site(request: HttpRequest) -> dict[str, Any]:
    """`mail_is_local`: whether letters can be read in the app instead of a mail server (DEBUG only).

    `clock` is the timer of whoever looks; it is asked for by the pages that show it, once each.
    """
    return {
        "mail_is_local": settings.DEBUG and settings.MAIL_IS_LOCAL,
        "clock": SimpleLazyObject(lambda: timing.running(request)),
        "charging_is_real": settings.CHARGING == "real",
    }

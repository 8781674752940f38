"""What every page knows about the installation it is on."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from core.models import Business
from dashboard.time.views import timer
from delivery.requests import first_answer


def site(request: HttpRequest) -> dict[str, Any]:
    """`mail_is_local`: whether letters can be read in the app instead of a mail server (DEBUG only).

    `unanswered` (how many requests wait for their first answer) and `clock` (the timer of whoever looks) are asked
    for by the pages that show them.
    """
    business: Business | None = getattr(request, "business", None)
    return {
        "unanswered": lambda: first_answer.waiting(business) if business else 0,
        "mail_is_local": settings.DEBUG and settings.MAIL_IS_LOCAL,
        "clock": SimpleLazyObject(lambda: timer.running(request)),
        "charging_is_real": settings.CHARGING == "real",
    }

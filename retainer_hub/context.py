"""What every page knows about the installation it is on."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """`mail_is_local`: whether letters can be read in the app instead of a mail server (DEBUG only)."""
    return {
        "mail_is_local": settings.DEBUG and settings.MAIL_IS_LOCAL,
        "charging_is_real": settings.CHARGING == "real",
    }

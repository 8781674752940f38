"""The look of the freelancer on pages of the portal, before and after signing in.

A cookie names the business for pages without a session. It opens nothing.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from core.digest import digest
from core.documents import logos
from core.models import Business
from core.web import query_string

NAMED = "of"  # in the address with which an app on the home screen begins
KEPT = 400 * 24 * 3600  # seconds, the most that browsers allow


@dataclass(frozen=True)
class Look:
    """What a page shows of a business; see `version`."""

    business: Business

    @property
    def token(self) -> str:
        """What names the business in the addresses of its icons."""
        return logos.token_of(self.business)

    @property
    def version(self) -> str:
        """Changes when the icon does."""
        business = self.business
        return digest([business.name, business.accent, business.logo.name or ""])[:8]


def look(request: HttpRequest) -> dict[str, Any]:
    """The context of every template: `look`, None outside of the portal or for a stranger."""
    return {"look": SimpleLazyObject(lambda: _look_of(request))}


def wear(request: HttpRequest, business: Business) -> None:
    """Show the page of this request in the look of a business."""
    request.worn_by = business  # type: ignore[attr-defined]


def remember(request: HttpRequest, response: HttpResponseBase, business: Business) -> None:
    """Keep the look for pages that are shown after the session has ended."""
    token = logos.token_of(business)
    if request.COOKIES.get(settings.LOOK_COOKIE_NAME) != token:
        response.set_cookie(
            settings.LOOK_COOKIE_NAME,
            token,
            max_age=KEPT,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def _look_of(request: HttpRequest) -> Look | None:
    business: Business | None = getattr(request, "worn_by", None)
    if business is None and request.path.startswith(reverse("portal:home")):
        business = logos.business_of(request.COOKIES.get(settings.LOOK_COOKIE_NAME, ""))
    return Look(business) if business else None


def named_in(request: HttpRequest) -> Business | None:
    """The business that the address names, as an app on the home screen begins."""
    return logos.business_of(query_string.text(request.GET, NAMED))

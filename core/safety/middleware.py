"""Ends sessions, asks for a second factor, and closes sensitive pages to who has not confirmed.

What is shown to somebody who is signed in is kept by no browser and by nobody on the way.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from core.safety import confirmation, devices, second_factor, sessions


class SafetyMiddleware:
    """Stands after core.tenancy.BusinessMiddleware, which says whose business it is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if getattr(request, "is_private", False):
            response.headers.setdefault("Cache-Control", "private, no-store")
        if new := getattr(request, "new_device", ""):
            response.set_cookie(
                settings.DEVICE_COOKIE_NAME,
                new,
                max_age=devices.COOKIE_LIFE,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Answer in the view's place where it may not be reached."""
        user = request.user
        if not user.is_authenticated:
            return None
        request.is_private = True  # type: ignore[attr-defined]
        now = timezone.now()
        if sessions.is_over(request, user, now=now):
            logout(request)
            request.business = None  # type: ignore[attr-defined]
            return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
        sessions.see(request, user, now=now)
        business = request.business  # type: ignore[attr-defined]
        if stopped := second_factor.stop(request, user, business):
            return stopped
        name = request.resolver_match.view_name if request.resolver_match else ""
        if confirmation.asks(view, name) and not confirmation.is_confirmed(request, now=now):
            return confirmation.ask(request)
        return None

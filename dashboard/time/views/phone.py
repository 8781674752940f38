"""The timer on a phone: a page that works offline, its worker, and what a device sends (rule 75).

The page says nothing of anybody, because the device keeps it. What belongs to a user comes as JSON,
and the page keeps it under the name of the account.
"""

import json
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.csrf import get_token
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.digest import digest
from core.errors import RuleError
from core.team.roles import Area
from core.web.strict_json import StrictDecoder
from core.web.throttle import too_often
from dashboard.page import JSON, DashboardView
from delivery.hours.offline.device_state import account_of, device_state
from delivery.hours.offline.parsing import BadEventError, read_clock
from delivery.hours.offline.receive import receive

#: What the page needs beside itself: its worker keeps these files on the device.
FILES = [
    "js/theme.js",
    "js/page.js",
    "js/phone.js",
    "vendor/bootstrap/bootstrap.min.css",
    "rh.css",
    "vendor/inter/inter-latin-wght-normal.woff2",
    "vendor/plex-thai/ibm-plex-sans-thai-thai-400-normal.woff2",
    "vendor/plex-thai/ibm-plex-sans-thai-thai-600-normal.woff2",
    "vendor/tabler-icons/icons.svg",
    "icon.svg",
]
ICONS = [("timer-192.png", 192, "any"), ("timer-512.png", 512, "any")]
ICONS += [("timer-maskable-512.png", 512, "maskable")]
SENDS_ALLOWED, WINDOW = 60, 300  # batches, and the seconds in which an account can send them
COLOUR, GROUND = "#4f46e5", "#f6f7fb"  # of the product's icon, and of the page while it opens


class PhoneTimer(DashboardView):
    """The page: a shell that is filled by its script."""

    needs = Area.OWNERSHIP
    template = "dashboard/time/phone.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        response = self.show(request, version=_version())
        response._csp_replace = {"worker-src": "'self'"}  # type: ignore[attr-defined]
        return response


class PhoneState(DashboardView):
    """What a device is told, as JSON. Who is not signed in is led to the page where they do."""

    needs = Area.OWNERSHIP

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        return response

    def get(self, request: HttpRequest) -> JsonResponse:
        return self.answer(request)

    def answer(self, request: HttpRequest, **more: Any) -> JsonResponse:
        """What the page shows, with a fresh token for what it sends."""
        state = device_state(
            user=self.person, business=self.business, today=self.today, now=timezone.now()
        )
        return JsonResponse(state | {"token": get_token(request)} | more)


class PhoneEvents(PhoneState):
    """Takes a batch of events."""

    needs = Area.OWNERSHIP
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> JsonResponse:
        try:
            # The body of a form was read already, by what looks for its fields.
            text = request.body if request.content_type == JSON else b""
            body = _body(text)
            account, device, sent = body["account"], UUID(body["device"]), body["sent"]
            events, sent = body["events"], read_clock(sent)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError, BadEventError):
            return JsonResponse({"error": _("This is not a batch of timer events.")}, status=400)
        if account != account_of(self.person, self.business):
            return JsonResponse({"error": _("Somebody else is signed in.")}, status=409)
        if too_often("timer", account, limit=SENDS_ALLOWED, seconds=WINDOW, now=timezone.now()):
            message = _("Too much was sent at once. It is sent again in a few minutes.")
            answer = JsonResponse({"error": message}, status=429)
            answer.headers["Retry-After"] = str(WINDOW)
            return answer
        try:
            received = receive(
                business=self.business,
                user=self.person,
                device=device,
                sent=sent,
                events=events,
                now=timezone.now(),
                actor=self.actor,
            )
        except RuleError as error:
            return JsonResponse({"error": str(error)}, status=400)
        refused = [{"id": name, "why": why} for name, why in received.refused]
        return self.answer(request, known=received.known, refused=refused)


def _body(text: bytes) -> Any:
    """The JSON, without half characters: whole time is not lost for half an emoji in a note."""
    whole = json.dumps(json.loads(text), ensure_ascii=False).encode(errors="ignore")
    return json.loads(whole, cls=StrictDecoder)


def _addresses() -> list[str]:
    return [static(name) for name in FILES]


def _version() -> str:
    """The name of the files as they are now: that of the worker's cache, which the page bears."""
    return f"rh-phone-{digest(_addresses())[:12]}"


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker. Its scope is its own folder: the page of the timer and nothing else."""
    page, files, name = reverse("dashboard:phone"), _addresses(), _version()
    lines = [
        f"const PAGE = {json.dumps(page)};",
        f"const FILES = {json.dumps(files)};",
        f"const NAME = {json.dumps(name)};",
        f"importScripts({json.dumps(static('js/phone_worker.js'))});",
    ]
    response = HttpResponse("\n".join(lines), content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """The web app manifest by which the page is put on a home screen."""
    page = reverse("dashboard:phone")
    content = {
        "id": page,
        "name": _("Timer · Retainer Hub"),
        "short_name": _("Timer"),
        "start_url": page,
        "scope": page,
        "display": "standalone",
        "background_color": GROUND,
        "theme_color": COLOUR,
        "icons": [
            {
                "src": static(name),
                "sizes": f"{side}x{side}",
                "type": "image/png",
                "purpose": purpose,
            }
            for name, side, purpose in ICONS
        ],
    }
    return JsonResponse(content, content_type="application/manifest+json")

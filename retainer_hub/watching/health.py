"""/health/ (are all parts well?) and /health/live/ (does this process answer?) for monitoring."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core import languages
from core.system.health_checks import findings, warnings


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Return the result of each check, in one language; the reasons contain no secrets.

    JSON, with status 200 if every check passes and 503 otherwise. Warnings do not change it.
    """
    now = timezone.now()
    with translation.override(languages.DEFAULT):
        reasons, to_look_at = findings(now), warnings(now)
    is_healthy = not any(reasons.values())
    body = {"ok": is_healthy, "checks": {name: reason or "ok" for name, reason in reasons.items()}}
    body["warnings"] = to_look_at
    return JsonResponse(body, status=200 if is_healthy else 503)


@never_cache
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """Answer 200 without asking anything: a process that does not answer is to be restarted."""
    return HttpResponse("ok", content_type="text/plain; charset=utf-8")

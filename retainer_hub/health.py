"""/health/ for monitoring: JSON, with status 200 when every check passes and 503 otherwise."""

from django.http import HttpRequest, JsonResponse
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core import languages
from core.system.health_checks import findings


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Return the result of each check, in one language; the reasons contain no secrets."""
    with translation.override(languages.DEFAULT):
        reasons = findings(timezone.now())
    is_healthy = not any(reasons.values())
    body = {"ok": is_healthy, "checks": {name: reason or "ok" for name, reason in reasons.items()}}
    return JsonResponse(body, status=200 if is_healthy else 503)

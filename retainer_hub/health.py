"""/health/: 200 when all is well, 503 with the reasons otherwise; JSON, for monitors."""

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.system.health_checks import findings


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Says what works; never a secret."""
    found = findings(timezone.now())
    well = not any(found.values())
    body = {"ok": well, "checks": {name: reason or "ok" for name, reason in found.items()}}
    return JsonResponse(body, status=200 if well else 503)

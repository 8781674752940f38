"""/.well-known/security.txt: whom to tell of something unsafe, as RFC 9116 writes it."""

from datetime import UTC, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

VALID_FOR = timedelta(days=30)  # RFC 9116 asks for less than a year


def contact(given: str) -> str:
    """Return an email address or an https address as a URI. Raises ValidationError."""
    if "//" in given:
        URLValidator(schemes=["https"])(given)
        return given
    validate_email(given)
    return f"mailto:{given}"


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Name SECURITY_CONTACT; where nobody is named, there is no such page."""
    try:
        who = contact(settings.SECURITY_CONTACT)
    except ValidationError as error:
        raise Http404("SECURITY_CONTACT is not set.") from error
    until = (timezone.now() + VALID_FOR).astimezone(UTC)
    lines = (
        f"Contact: {who}",
        f"Expires: {until:%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {', '.join(code for code, _ in settings.LANGUAGES)}",
        f"Canonical: {settings.SITE_URL}{request.path}",
    )
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")

"""The calendar file of a call, from the link in the email; it opens without signing in."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from clients.calls import call_emails
from core.web.download import calendar_response


@require_safe
def call_file(request: HttpRequest, token: str) -> HttpResponse:
    """Return the file, which states when and with whom. Raises Http404."""
    now = timezone.now()
    file = call_emails.file_of(token, now)
    if file is None:
        raise Http404
    return calendar_response(*file)

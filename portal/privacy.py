"""The page about privacy: which cookies there are, and what is recorded. For everybody."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Show it, in the look of the business whose portal the browser has been in."""
    return render(request, "portal/privacy.html")

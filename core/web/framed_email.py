"""Shows the HTML of an email in a frame, where it can do nothing.

The frame has an address and a policy of its own: no scripts, no forms, no requests but for the
logo, and an origin that belongs to nobody. Links lead nowhere, and the invisible picture of a
report is left out, so that looking at an email does not count as reading it.
"""

import re

from django.http import HttpResponse

POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'self'; sandbox"
)
# Our templates write every attribute in double quotes, and what people typed is escaped.
HREF = re.compile(r"""\shref="[^"]*\"""")
COUNTER = re.compile(r'<img\b[^>]*\bwidth="1"[^>]*>')


def framed(html: str) -> HttpResponse:
    """The answer that a frame is filled with."""
    response = HttpResponse(COUNTER.sub("", HREF.sub("", html)))
    response["Content-Security-Policy"] = POLICY
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response


def with_frames(response: HttpResponse) -> HttpResponse:
    """Let a page of ours show such frames."""
    response._csp_update = {"frame-src": ["'self'"]}  # type: ignore[attr-defined]
    return response

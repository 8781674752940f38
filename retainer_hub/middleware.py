"""What all answers share: the Content Security Policy, who may keep portal pages, and compression.

The policy is relaxed for the admin site, whose Alpine needs 'unsafe-eval'.
"""

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware
from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware

ADMIN = {
    "script-src": [SELF, UNSAFE_EVAL, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
}


class ContentPolicy(CSPMiddleware):
    """Sets the strict policy everywhere, and a relaxed one below /admin/."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Add the policy to the response."""
        if request.path_info.startswith("/admin/"):
            response._csp_update = ADMIN  # type: ignore[attr-defined]
        answer: HttpResponseBase = super().process_response(request, response)
        if request.path_info.startswith("/p/"):
            # Also a page that is not found: it wears the look of one freelancer.
            answer.headers.setdefault("Cache-Control", "private, no-store")
        return answer


class CompressedText(GZipMiddleware):
    """Compresses pages, data, styles and scripts; PDFs, pictures and fonts are compressed already.

    Django adds random bytes to each answer, so that its length does not tell what is in it
    (BREACH), and masks the form token anew each time.
    """

    TEXT = ("text/", "application/json", "text/javascript", "image/svg+xml")

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Compress the answer if it is text, and the browser can read it."""
        if not response.headers.get("Content-Type", "").startswith(self.TEXT):
            return response
        answer: HttpResponseBase = super().process_response(request, response)
        return answer

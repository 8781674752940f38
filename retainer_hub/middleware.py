"""Headers of all pages: the Content Security Policy, and who may keep pages of the portal.

The policy is relaxed for the admin site, whose Alpine needs 'unsafe-eval'.
"""

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware
from django.http import HttpRequest, HttpResponseBase

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

"""The manifest by which the portal is put on a home screen, and its icons.

Browsers ask for both without a session, so the addresses name the business by a signed token. They
say its name, its colour and its logo, and nothing of a client. There is no service worker: nothing
of the portal is kept on the device.
"""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from core.digest import digest
from core.documents import logos
from core.models import Business
from portal.installed import icons
from portal.look import NAMED, Look

KEPT = 7 * 24 * 3600  # seconds for which browsers keep an icon; a new one has a new address
BACKGROUND = "#f6f7fb"  # of the page while it opens


@require_safe
def manifest(request: HttpRequest, token: str) -> HttpResponse:
    """The web app manifest of a business's portal."""
    business = _business(token)
    home = reverse("portal:home")
    content = {
        "id": f"{home}?of={digest(business.pk.hex)[:8]}",
        "name": business.name,
        "short_name": business.name,
        "start_url": f"{home}?{NAMED}={token}",
        "scope": home,
        "display": "standalone",
        "background_color": BACKGROUND,
        "theme_color": business.accent_colour,
        "icons": [
            {
                "src": f"{reverse('portal:icon', args=[token, name])}?v={Look(business).version}",
                "sizes": f"{side}x{side}",
                "type": "image/png",
                "purpose": "maskable" if is_cut else "any",
            }
            for name, (side, is_cut) in icons.ICONS.items()
            if not name.startswith("apple")
        ],
    }
    response = JsonResponse(content, content_type="application/manifest+json")
    response["Cache-Control"] = "public, max-age=3600"
    return response


@require_safe
def icon(request: HttpRequest, token: str, name: str) -> HttpResponse:
    """One icon as a PNG."""
    business = _business(token)
    if name not in icons.ICONS:
        raise Http404
    response = HttpResponse(icons.icon(business, name), content_type="image/png")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = f"public, max-age={KEPT}"
    return response


def _business(token: str) -> Business:
    business = logos.business_of(token)
    if business is None or business.is_suspended:
        raise Http404
    return business

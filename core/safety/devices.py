"""Names a device in a few words, and knows it again by a cookie."""

import hashlib
import re
import secrets
from ipaddress import ip_address

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from core.audit import Origin

COOKIE_LIFE = 365 * 24 * 3600  # seconds; of a random text, which opens nothing
LONGEST = 60  # characters of the words
LOOKED_AT = 500  # characters of what a browser says about itself

#: What a browser calls itself, the most telling first: every Chrome says Safari too.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def words(user_agent: str) -> str:
    """A device as "Chrome (Windows)", whatever a browser claims to be; "" if it says nothing.

    A program that is no known browser is named by the harmless characters that it begins with.
    """
    text = user_agent[:LOOKED_AT]
    browser = next((name for sign, name in BROWSERS if sign in text), "")
    system = next((name for sign, name in SYSTEMS if sign in text), "")
    if browser:
        return f"{browser} ({system})" if system else browser
    plain = re.match(r"[A-Za-z0-9 ._/-]{1,40}", text)
    return plain[0].strip()[:LONGEST] if plain else ""


def plain_ip(text: str | None) -> str | None:
    """An IP address as a database takes it; None if it is none."""
    try:
        return str(ip_address((text or "").partition("%")[0]))
    except ValueError:
        return None


def identify(request: HttpRequest) -> str:
    """The hash of the browser's cookie; a browser without one gets one with the answer."""
    cookie = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
    if not re.fullmatch(r"[A-Za-z0-9_-]{22}", cookie):
        cookie = secrets.token_urlsafe(16)
        request.new_device = cookie  # type: ignore[attr-defined]  # SafetyMiddleware sets it
    return hashlib.sha256(cookie.encode()).hexdigest()


def ip_of(request: HttpRequest) -> str | None:
    """The requester's IP address, as allauth determines it; None if it is unknown."""
    try:
        return plain_ip(get_adapter(request).get_client_ip(request))
    except PermissionDenied:
        return None


def origin_of(request: HttpRequest) -> Origin:
    """Where a request comes from."""
    return Origin(ip_of(request), request.headers.get("User-Agent", ""))

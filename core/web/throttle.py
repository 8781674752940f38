"""Says when somebody asks too often: a counter in the shared cache, per thing and person."""

import hashlib

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest


def too_often(what: str, who: str, *, limit: int, seconds: int) -> bool:
    """Count one more; True from the one after `limit` within a window of `seconds`."""
    key = f"throttle:{what}:{hashlib.sha256(who.encode()).hexdigest()[:32]}"
    if cache.add(key, 1, seconds):
        return False
    try:
        return bool(cache.incr(key) > limit)
    except ValueError:  # the window ended between the two calls
        cache.set(key, 1, seconds)
        return False


def address(request: HttpRequest) -> str:
    """The client's IP address, as allauth's own limits see it (ALLAUTH_TRUSTED_PROXY_COUNT)."""
    return str(get_adapter(request).get_client_ip(request))

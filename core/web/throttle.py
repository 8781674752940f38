"""Rate limits: counts requests in the shared cache, for each action and person."""

import hashlib

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest


def too_often(what: str, who: str, *, limit: int, seconds: int) -> bool:
    """Count one request; True if there were more than `limit` within a window of `seconds`.

    `what` names the action that is limited, and `who` the person (an id or an IP address).
    """
    key = f"throttle:{what}:{hashlib.sha256(who.encode()).hexdigest()[:32]}"
    if cache.add(key, 1, seconds):
        return False
    try:
        return bool(cache.incr(key) > limit)
    except ValueError:  # the window ended, and with it the counter, between the two calls
        cache.set(key, 1, seconds)
        return False


def address(request: HttpRequest) -> str:
    """The requester's IP address, as allauth determines it (ALLAUTH_TRUSTED_PROXY_COUNT)."""
    return str(get_adapter(request).get_client_ip(request))

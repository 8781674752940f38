"""Rate limits: counts requests in the database, for each action and person."""

import hashlib
from datetime import datetime, timedelta
from ipaddress import IPv4Address, ip_address, ip_network

from allauth.account.adapter import get_adapter
from django.db.models import F
from django.http import HttpRequest

from core.models import RateLimit

CLEARED = 100  # rows, at most, that are deleted when a new one is made


def too_often(what: str, who: str, *, limit: int, seconds: int, now: datetime) -> bool:
    """Count one request; True if there were `limit` already within the window of `seconds`.

    `what` names the action that is limited, and `who` the person (an id or an IP address). The
    window begins with the first request, and the first one after its end begins a new window. A
    refused request is not counted.
    """
    key = f"{what}:{hashlib.sha256(who.encode()).hexdigest()[:32]}"
    row = RateLimit.objects.filter(pk=key)
    fresh = {"count": 1, "ends_at": now + timedelta(seconds=seconds)}
    # Whatever writes is one conditional statement, so of parallel requests exactly `limit` pass. A
    # second round is needed if another request has just made the row or begun a window.
    for _round in range(2):
        found = row.first()
        if found is None:
            _clear(now)
            if RateLimit.objects.get_or_create(pk=key, defaults=fresh)[1]:
                return False
        elif found.ends_at <= now:
            if row.filter(ends_at__lte=now).update(**fresh):
                return False
        elif found.count >= limit:
            return True  # nothing was written: refusing costs little
        elif row.filter(ends_at__gt=now, count__lt=limit).update(count=F("count") + 1):
            return False
    return True


def _clear(now: datetime) -> None:
    """Delete some of the rows whose window is over: each new row makes room for itself."""
    over = RateLimit.objects.filter(ends_at__lte=now)
    over.filter(pk__in=list(over.values_list("pk", flat=True)[:CLEARED])).delete()


def mailbox(email: str) -> str:
    """Who an address is for a limit: one for all spellings that a database finds alike (ſ, ı)."""
    return email.upper().lower()


def address(request: HttpRequest) -> str:
    """The requester's IP address, as allauth determines it (ALLAUTH_TRUSTED_PROXY_COUNT)."""
    return str(get_adapter(request).get_client_ip(request))


SITE = 48  # bits of an IPv6 address that a provider gives to one site, at most


def network(request: HttpRequest, *, bits: int = 64) -> str:
    """Who a stranger is for a limit: the IP address, or the /64 network of an IPv6 address.

    One customer of a provider has all addresses of such a network. With `bits` of SITE it is all
    that one site may have: a firm, or a rented server.
    """
    text = address(request)
    try:
        ip = ip_address(text.partition("%")[0])
    except ValueError:
        return text
    if isinstance(ip, IPv4Address):
        return str(ip)
    return str(ip.ipv4_mapped or ip_network((ip, bits), strict=False))

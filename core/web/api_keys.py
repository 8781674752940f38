"""Creates, finds and revokes API keys, with which a program of the business writes KPI readings.

The secret is shown once; only its hash is stored.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from hmac import compare_digest

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import RuleError
from core.models import ApiKey, Business
from core.safety import log

PREFIX = "rh_"  # of every secret
MAX_KEYS = 20  # that a business may use at a time
LAST_USE_PRECISION = timedelta(minutes=1)  # `used_at` is written at most this often


def make(
    *, business: Business, name: str, now: datetime, by: log.By = log.INSTALLATION
) -> tuple[ApiKey, str]:
    """Create a key; returns it with its secret, which cannot be read again later.

    Raises RuleError if the business already has 20 keys.
    """
    if count_in_use(business) >= MAX_KEYS:
        raise RuleError(_("There are 20 keys already. Take one back first."), field="name")
    secret = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        key = ApiKey.objects.create(
            business=business, name=name, digest=digest(secret), hint=secret[-4:], created_at=now
        )
        _log("api_key_made", key, by, now)
    return key, secret


def count_in_use(business: Business) -> int:
    """The number of keys of a business that are not revoked."""
    return ApiKey.objects.filter(business=business, revoked_at__isnull=True).count()


def revoke(*, key: ApiKey, now: datetime, by: log.By = log.INSTALLATION, reason: str = "") -> bool:
    """Revoke a key: it is refused from now on. An administrator gives a `reason`.

    Returns False if it was revoked already.
    """
    with transaction.atomic():
        unrevoked = ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True)
        done = bool(unrevoked.update(revoked_at=now))
        if done:
            _log("staff_revoked_key" if reason else "api_key_revoked", key, by, now, reason)
    return done


def _log(what: str, key: ApiKey, by: log.By, now: datetime, reason: str = "") -> None:
    facts = {"name": key.name, "hint": key.hint} | ({"reason": reason} if reason else {})
    business = key.business
    log.write(what=what, person=business.owner, business=business, by=by, facts=facts, now=now)


def find(secret: str, *, now: datetime) -> ApiKey | None:
    """The key with this secret, unless it was revoked; notes that it was used.

    The key is looked up by its hash, so that the time it takes reveals nothing about other secrets.
    """
    wanted = digest(secret)
    key = (
        ApiKey.objects.select_related("business")
        .filter(digest=wanted, revoked_at__isnull=True)
        .first()
    )
    if key is None or not compare_digest(key.digest, wanted):
        return None
    if key.used_at is None or key.used_at < now - LAST_USE_PRECISION:
        ApiKey.objects.filter(pk=key.pk).update(used_at=now)
    return key


def digest(secret: str) -> str:
    """The SHA-256 (hex) of a secret. A secret has 256 random bits, so no slower hash is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()

"""Keys with which a program of the freelancer's writes readings: shown once, kept as a hash, taken back any time."""

import hashlib
import secrets
from datetime import datetime, timedelta
from hmac import compare_digest

from django.utils.translation import gettext as _

from core.errors import RuleError
from core.models import ApiKey, Business

PREFIX = "rh_"
MOST = 20  # that are in use at a time
NOTED = timedelta(minutes=1)  # so exactly is it kept when a key was last used


def make(*, business: Business, name: str, now: datetime) -> tuple[ApiKey, str]:
    """A new key and its secret, which nobody can read again. Raises RuleError where there are many."""
    if in_use(business) >= MOST:
        raise RuleError(_("There are 20 keys already. Take one back first."), field="name")
    secret = PREFIX + secrets.token_urlsafe(32)
    row = ApiKey.objects.create(
        business=business, name=name, digest=digest(secret), hint=secret[-4:], created_at=now
    )
    return row, secret


def in_use(business: Business) -> int:
    """How many open the door."""
    return ApiKey.objects.filter(business=business, revoked_at__isnull=True).count()


def revoke(*, key: ApiKey, now: datetime) -> None:
    """It opens nothing from now on."""
    ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(revoked_at=now)


def find(secret: str, *, now: datetime) -> ApiKey | None:
    """Whose secret this is. It is looked up by its hash, so how long that takes tells nothing about any other."""
    wanted = digest(secret)
    row = (
        ApiKey.objects.select_related("business")
        .filter(digest=wanted, revoked_at__isnull=True)
        .first()
    )
    if row is None or not compare_digest(row.digest, wanted):
        return None
    if row.used_at is None or row.used_at < now - NOTED:
        ApiKey.objects.filter(pk=row.pk).update(used_at=now)
    return row


def digest(secret: str) -> str:
    """SHA-256: the secret has 256 bits of its own, so nothing slower is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()

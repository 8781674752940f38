"""Emails the code with which a user confirms that it is them."""

from datetime import datetime, timedelta

from core import formats, links
from core.models import Business, Link, User
from core.models.link import LinkPurpose
from core.outbox import emails

CODE_LIFE = timedelta(minutes=15)


def email_code(*, user: User, now: datetime) -> Link:
    """Email six digits to a user; those that were sent before no longer work."""
    links.revoke(user.pk, now=now)
    link = links.mint(purpose=LinkPurpose.CONFIRM, subject_id=user.pk, now=now, life=CODE_LIFE)
    business = Business.objects.filter(owner=user).first()
    emails.write(
        kind="confirm_code",
        ref=str(link.pk),
        to=user.email,
        template="confirm_code",
        context={
            "name": user.name,
            "code": links.placeholder("code", link.pk),
            "minutes": int(CODE_LIFE.total_seconds() / 60),
        },
        language=business.language if business else formats.language().code,
        now=now,
    )
    return link

"""Whoever looks after the installation, and how they are told what is off."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from core.models import User
from core.outbox import emails


def keepers() -> list[User]:
    """Staff, or the owners where nobody is staff."""
    staff = list(User.objects.filter(is_staff=True, is_active=True))
    return staff or list(User.objects.filter(business__isnull=False, is_active=True)[:20])


def tell(*, kind: str, ref: str, subject: str, paragraphs: Iterable[str], now: datetime) -> None:
    """Mail each of them, once per (kind, ref), with the page of the jobs as its door."""
    for keeper in keepers():
        emails.write(
            kind=kind,
            ref=f"{keeper.pk}:{ref}",
            to=keeper.email,
            template="note",
            context={
                "subject": subject,
                "paragraphs": list(paragraphs),
                "button": _("Open it"),
                "link": str(settings.SITE_URL).rstrip("/") + "/jobs/",
            },
            language="en",
            now=now,
        )

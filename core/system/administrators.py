"""The installation's administrators, and the email that reports problems to them."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from core import languages, links
from core.models import User
from core.outbox import emails


def keepers() -> list[User]:
    """The active members of staff; if there are none, up to 20 business owners."""
    staff = list(User.objects.filter(is_staff=True, is_active=True))
    return staff or list(User.objects.filter(business__isnull=False, is_active=True)[:20])


def looks_after(user: User) -> bool:
    """Whether this person is one of them."""
    return user in keepers()


def tell(*, kind: str, ref: str, subject: str, paragraphs: Iterable[str], now: datetime) -> None:
    """Email every administrator, once for each (kind, ref). The button opens the page /jobs/."""
    for administrator in keepers():
        emails.write(
            kind=kind,
            ref=f"{administrator.pk}:{ref}",
            to=administrator.email,
            template="note",
            context={
                "subject": subject,
                "paragraphs": list(paragraphs),
                "button": _("Open System status"),
                "link": links.absolute_url("dashboard:jobs"),
            },
            language=languages.DEFAULT,
            now=now,
        )

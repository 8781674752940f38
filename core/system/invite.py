"""Who may open a business on this installation, and how somebody is invited (rule 80)."""

from datetime import datetime, timedelta
from enum import StrEnum

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from core import formats, links
from core.errors import NotAllowedNow, RuleError
from core.models import User
from core.models.link import Link, LinkPurpose
from core.outbox import emails

LIFE = timedelta(days=14)


class SignUp(StrEnum):
    """Who may sign up, as in the setting SIGNUP."""

    OPEN = "open"
    INVITE = "invite"
    OFF = "off"


class HasAccount(RuleError):
    """This address belongs to somebody who signs in here already."""


def is_open_to_all() -> bool:
    """Whether a stranger can sign up. The first owner of an installation always can."""
    return bool(settings.SIGNUP == SignUp.OPEN) or not User.objects.exists()


def invites() -> bool:
    """Whether an administrator can invite somebody."""
    return bool(settings.SIGNUP != SignUp.OFF)


def invite(*, email: str, name: str, language: str, by: str, now: datetime) -> Link:
    """Make an account for a person, and email them a link that signs them in, once, for 14 days.

    `by` is who invites, in words. Whoever never opened their link can be invited again, which
    revokes it. Raises NotAllowedNow if SIGNUP is off, and HasAccount.
    """
    if not invites():
        raise NotAllowedNow(_("Signing up is off on this installation."))
    with transaction.atomic():
        person = _account(email, name)
        links.revoke(person.pk, now=now)
        link = links.mint(purpose=LinkPurpose.SIGN_IN, subject_id=person.pk, now=now, life=LIFE)
        _email(person, link, language, by, now)
    return link


def _account(email: str, name: str) -> User:
    """The account of somebody who was invited before, or a new one, whose address is confirmed.

    Only who reads that mailbox gets the link, so nothing more has to be confirmed.
    """
    known = User.objects.select_for_update().filter(email__iexact=email).first()
    if known is None:
        try:
            with transaction.atomic():
                known = User.objects.create_user(email, name=name)
                EmailAddress.objects.create(
                    user=known, email=known.email, verified=True, primary=True
                )
        except IntegrityError:  # two administrators at the same moment
            known = User.objects.get(email__iexact=email)
    if known.last_login or not known.is_active:
        raise HasAccount(_("This person has an account here already."), field="email")
    return known


def _email(person: User, link: Link, language: str, by: str, now: datetime) -> None:
    with translation.override(language):
        day = formats.day(link.expires_at.date())
        emails.write(
            kind="invited",
            ref=str(link.pk),
            to=person.email,
            template="note",
            context={
                "subject": _("Your invitation to Retainer Hub"),
                "name": person.name,
                "paragraphs": [
                    _(
                        "%(by)s invites you to Retainer Hub, where you offer retainers, have them "
                        "signed and are paid every month."
                    )
                    % {"by": by},
                    _(
                        "The link signs you in. It works once, until %(day)s. Next time you sign "
                        "in with a code by email, or with a password that you choose."
                    )
                    % {"day": day},
                ],
                "button": _("Set up your business"),
                "link": links.placeholder("link", link.pk),
            },
            language=language,
            now=now,
        )

"""Who may open a business on this installation, and how somebody is invited (rule 80)."""

from datetime import datetime, timedelta
from enum import StrEnum

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.crypto import constant_time_compare, salted_hmac
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
    """Whether a stranger can sign up."""
    return bool(settings.SIGNUP == SignUp.OPEN)


def is_empty() -> bool:
    """Whether nobody has an account yet."""
    return not User.objects.exists()


def first_key() -> str:
    """What the first owner of an installation brings: only who can run a command there knows it."""
    return salted_hmac(__name__, "first owner", algorithm="sha256").hexdigest()[:32]


def first_link() -> str:
    """The address at which the first owner signs up. Raises NotAllowedNow if anybody is here."""
    if not is_empty():
        raise NotAllowedNow(_("Somebody has an account here already."))
    return f"{links.absolute_url('account_signup')}?key={first_key()}"


def is_first_key(text: str) -> bool:
    """Whether a text is the key of the first owner."""
    return constant_time_compare(text, first_key())


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

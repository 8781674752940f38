"""Accepts an invitation into a team: with an account that exists, or with a new one (rule 82)."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import links
from core.audit import UNSEEN, Origin
from core.errors import NotAllowedNow, RuleError
from core.models import Link, Membership, TeamInvitation, User
from core.safety import log
from core.team.changes import Change, team_changed
from core.team.roles import Role


class NotInvited(RuleError):
    """The invitation is for another address than that of who wants to accept it."""


class HasAccount(RuleError):
    """The address belongs to an account: its owner has to sign in."""


def account_of(invitation: TeamInvitation) -> User | None:
    """The account that has to sign in to accept; None where the address has no account.

    An account that was never used, and whose address nobody has confirmed, is none: anybody could
    have made it.
    """
    confirmed = EmailAddress.objects.filter(email__iexact=invitation.email, verified=True)
    if found := confirmed.select_related("user").first():
        return found.user  # type: ignore[no-any-return]  # allauth ships no types
    user = User.objects.filter(email__iexact=invitation.email).first()
    return user if user and (user.last_login or user.is_staff) else None


def is_theirs(user: User, invitation: TeamInvitation) -> bool:
    """Whether an invitation is for the address of this person."""
    account = account_of(invitation)
    return account is not None and account.pk == user.pk and user.is_active


def join(*, link: Link, user: User, origin: Origin = UNSEEN, now: datetime) -> Membership:
    """Accept an invitation with an account. Raises NotAllowedNow, and NotInvited."""
    with transaction.atomic():
        invitation = _used(link, now)
        if not is_theirs(user, invitation):
            raise NotInvited(_("This invitation is for another email address."))
        return _add(invitation, user, origin, now)


def join_as_new(
    *, link: Link, name: str, password: str, origin: Origin = UNSEEN, now: datetime
) -> User:
    """Make an account for the invited address and accept with it; return the account.

    Who has the link reads that mailbox, so nothing more has to be confirmed. Raises NotAllowedNow,
    and HasAccount where the address has an account by now.
    """
    with transaction.atomic():
        invitation = _used(link, now)
        if account_of(invitation):
            raise HasAccount(_("This address has an account already. Please sign in with it."))
        person = _account(invitation.email, name, password)
        _add(invitation, person, origin, now)
        return person


def _used(link: Link, now: datetime) -> TeamInvitation:
    """Use the link up, and return its invitation. Of any number of calls one goes on."""
    if links.consume(link, now=now):
        rows = TeamInvitation.objects.select_for_update().filter(pk=link.subject_id)
        if row := rows.filter(accepted_at__isnull=True, withdrawn_at__isnull=True).first():
            return row
    raise NotAllowedNow(_("This invitation was used or withdrawn in the meantime."))


def _account(email: str, name: str, password: str) -> User:
    """A new account with a confirmed address, or the one that nobody has used or confirmed."""
    try:
        with transaction.atomic():
            person = User.objects.filter(email__iexact=email).first()
            if person is None:
                person = User.objects.create_user(email, password, name=name)
            elif not person.is_active:
                raise NotAllowedNow(_("This account is closed."))
            else:
                person.name = name
                person.set_password(password)
                person.save(update_fields=["name", "password"])
            EmailAddress.objects.filter(email__iexact=email).delete()
            EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    except IntegrityError as error:  # it was made in another way at the same moment
        raise HasAccount(
            _("This address has an account already. Please sign in with it.")
        ) from error
    return person


def _add(invitation: TeamInvitation, user: User, origin: Origin, now: datetime) -> Membership:
    """Give the person their place in the team. Raises NotAllowedNow for the owner."""
    business = invitation.business
    if business.owner_id == user.pk:
        raise NotAllowedNow(_("The business belongs to this person."))
    invitation.accepted_at = now
    invitation.save(update_fields=["accepted_at"])
    row, _created = Membership.objects.update_or_create(
        business=business,
        user=user,
        defaults={"role": invitation.role, "since": now, "deactivated_at": None},
    )
    user.business_in_use = business
    user.save(update_fields=["business_in_use"])
    team_changed(
        change=Change.JOINED,
        business=business,
        name=user.get_full_name(),
        email=user.email,
        role=Role(invitation.role),
        by=log.By(log.named(user), origin),
        ref=str(invitation.pk),
        now=now,
    )
    return row

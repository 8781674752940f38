"""Invites people into a team by email: sent, sent again, withdrawn (rule 82)."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from core import formats, links
from core.audit import UNSEEN, Origin
from core.errors import NotAllowedNow, RuleError
from core.models import Business, Link, Membership, TeamInvitation, User
from core.models.link import LinkPurpose
from core.outbox import emails
from core.safety import log
from core.team.changes import Change, team_changed
from core.team.role_words import ROLE_NAMES, ROLE_RIGHTS
from core.team.roles import GIVEN, Role

LIFE = timedelta(days=14)
MOST_OPEN = 20  # invitations of one business that wait for an answer


class CannotBeInvited(RuleError):
    """This address, or this role, cannot be invited."""


def waiting(business: Business) -> QuerySet[TeamInvitation]:
    """The invitations of a business that were neither accepted nor withdrawn, the oldest first."""
    rows = TeamInvitation.objects.filter(business=business)
    return rows.filter(accepted_at__isnull=True, withdrawn_at__isnull=True)


def invite(
    *, business: Business, email: str, role: str, by: User, origin: Origin = UNSEEN, now: datetime
) -> TeamInvitation:
    """Email somebody a link with which they join the team, once, for 14 days.

    Raises CannotBeInvited for a role that nobody is given, for who is in the team already or was
    invited already, and where too many invitations wait.
    """
    if role not in GIVEN:
        raise CannotBeInvited(_("There is no such role."), field="role")
    email = email.lower()
    try:
        with transaction.atomic():
            Business.objects.select_for_update().get(pk=business.pk)
            _require_stranger(business, email)
            if waiting(business).count() >= MOST_OPEN:
                sentence = _(
                    "%(number)d invitations are waiting for an answer. Please withdraw some first."
                )
                raise CannotBeInvited(sentence % {"number": MOST_OPEN}, field="email")
            row = TeamInvitation.objects.create(
                business=business,
                email=email,
                role=role,
                invited_by=by,
                created_at=now,
                expires_at=now + LIFE,
            )
            _send(row, by, now)
            _changed(Change.INVITED, row, by, origin, now)
    except IntegrityError as error:  # spelt alike for the database alone
        raise CannotBeInvited(_already_invited(email), field="email") from error
    return row


def resend(
    *, invitation: TeamInvitation, by: User, origin: Origin = UNSEEN, now: datetime
) -> TeamInvitation:
    """Email a new link, valid for 14 days; earlier ones do not open any more.

    Raises NotAllowedNow where the invitation was accepted or withdrawn meanwhile.
    """
    with transaction.atomic():
        row = _locked(invitation)
        row.expires_at = now + LIFE
        row.save(update_fields=["expires_at"])
        links.revoke(row.pk, now=now)
        _send(row, by, now)
        _changed(Change.INVITED, row, by, origin, now)
    return row


def withdraw(
    *, invitation: TeamInvitation, by: User, origin: Origin = UNSEEN, now: datetime
) -> TeamInvitation:
    """Close an invitation: its links do not open any more.

    Raises NotAllowedNow where it was accepted or withdrawn meanwhile.
    """
    with transaction.atomic():
        row = _locked(invitation)
        row.withdrawn_at = now
        row.save(update_fields=["withdrawn_at"])
        links.revoke(row.pk, now=now)
        _changed(Change.WITHDRAWN, row, by, origin, now)
    return row


def find(token: str, *, now: datetime) -> tuple[Link, TeamInvitation] | None:
    """The invitation that a link opens; None if the link is forged, too late, used or withdrawn."""
    link = links.find(token, purpose=LinkPurpose.JOIN, now=now)
    rows = TeamInvitation.objects.select_related("business__owner", "invited_by")
    row = rows.filter(pk=link.subject_id).first() if link else None
    return (link, row) if link and row else None


def _locked(invitation: TeamInvitation) -> TeamInvitation:
    rows = waiting(invitation.business).select_for_update()
    row = rows.filter(pk=invitation.pk).first()
    if row is None:
        raise NotAllowedNow(_("This invitation was accepted or withdrawn in the meantime."))
    return row


def _require_stranger(business: Business, email: str) -> None:
    """Refuse who belongs to the team already. Of everybody else nothing is said."""
    if business.owner.email.lower() == email:
        raise CannotBeInvited(_("The business belongs to this person."), field="email")
    team = Membership.objects.active().filter(business=business)
    if team.filter(user__email__iexact=email).exists():
        raise CannotBeInvited(_("This person is in your team already."), field="email")
    if waiting(business).filter(email__iexact=email).exists():
        raise CannotBeInvited(_already_invited(email), field="email")


def _already_invited(email: str) -> str:
    sentence = _("%(email)s is invited already. You can send the invitation again below.")
    return sentence % {"email": email}


def _changed(change: Change, row: TeamInvitation, by: User, origin: Origin, now: datetime) -> None:
    team_changed(
        change=change,
        business=row.business,
        name="",
        email=row.email,
        role=Role(row.role),
        by=log.By(log.named(by), origin),
        ref=f"{row.pk}:{now.timestamp()}",
        now=now,
    )


def _send(row: TeamInvitation, by: User, now: datetime) -> None:
    """Make a link, and email it in the language of the business."""
    business, role = row.business, Role(row.role)
    link = links.mint(purpose=LinkPurpose.JOIN, subject_id=row.pk, now=now, life=LIFE)
    with translation.override(business.language):
        values = {
            "by": by.get_full_name(),
            "business": business.name,
            "role": str(ROLE_NAMES[role]),
            "email": row.email,
            "day": formats.day(row.expires_at.date()),
        }
        emails.write(
            kind="team_invitation",
            ref=str(link.pk),
            to=row.email,
            template="note",
            context={
                "subject": _("%(by)s invites you to join %(business)s") % values,
                "name": "",
                "paragraphs": [
                    _(
                        "%(by)s invites you to work in %(business)s on Retainer Hub. Your role: "
                        "%(role)s."
                    )
                    % values,
                    str(ROLE_RIGHTS[role]),
                    _("The invitation is for %(email)s alone. The link works once, until %(day)s.")
                    % values,
                ],
                "button": _("Accept the invitation"),
                "link": links.placeholder("link", link.pk),
            },
            language=business.language,
            business=business,
            now=now,
        )

"""The people of a team: their roles, their removal, and which business one works in (rule 82)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.audit import UNSEEN, Origin
from core.errors import NotAllowedNow, RuleError
from core.models import Business, Membership, User
from core.safety import log
from core.team.changes import Change, team_changed
from core.team.role_words import ROLE_NAMES
from core.team.roles import GIVEN, Role
from core.tenancy import business_of, memberships_of


@dataclass(frozen=True)
class Seat:
    """A business that a person works in, and as what."""

    business: Business
    role: Role

    @property
    def name(self) -> str:
        """What the role is called."""
        return str(ROLE_NAMES[self.role])


def members(business: Business) -> QuerySet[Membership]:
    """The people of a business beside its owner, in the order in which they came."""
    return Membership.objects.active().filter(business=business).select_related("user")


def change_role(
    *, membership: Membership, role: str, by: User, origin: Origin = UNSEEN, now: datetime
) -> Membership:
    """Give a person another role. Raises RuleError for one that nobody is given, NotAllowedNow."""
    if role not in GIVEN:
        raise RuleError(_("There is no such role."), field="role")
    with transaction.atomic():
        row = _locked(membership)
        if row.role != role:
            row.role = role
            row.save(update_fields=["role"])
            _changed(Change.ROLE_CHANGED, row, by, origin, now)
    return row


def remove(
    *, membership: Membership, by: User, origin: Origin = UNSEEN, now: datetime
) -> Membership:
    """Take a person out of the team: with their next request the business is closed to them.

    What they did stays, under their name. Raises NotAllowedNow where they were removed already.
    """
    with transaction.atomic():
        row = _locked(membership)
        row.deactivated_at = now
        row.save(update_fields=["deactivated_at"])
        _changed(Change.REMOVED, row, by, origin, now)
    return row


def seats_of(user: User) -> list[Seat]:
    """The businesses that a person can work in, their own first."""
    own = business_of(user)
    teams = [Seat(row.business, Role(row.role)) for row in memberships_of(user)]
    return [Seat(own, Role.OWNER), *teams] if own else teams


def switch(*, user: User, business: UUID) -> Business | None:
    """Work in another business from now on; None where the person does not belong to it.

    Raises NotAllowedNow for a suspended one, which opens no page.
    """
    chosen = next((seat.business for seat in seats_of(user) if seat.business.pk == business), None)
    if chosen and chosen.is_suspended:
        message = _("%(business)s is suspended. Nobody can work in it at the moment.")
        raise NotAllowedNow(message % {"business": chosen.name})
    if chosen:
        user.business_in_use = chosen
        user.save(update_fields=["business_in_use"])
    return chosen


def _locked(membership: Membership) -> Membership:
    rows = Membership.objects.active().select_for_update()
    row = rows.filter(pk=membership.pk).first()
    if row is None:
        raise NotAllowedNow(_("This person is not in the team any more."))
    return row


def _changed(change: Change, row: Membership, by: User, origin: Origin, now: datetime) -> None:
    team_changed(
        change=change,
        business=row.business,
        name=row.user.get_full_name(),
        email=row.user.email,
        role=Role(row.role),
        by=log.By(log.named(by), origin),
        ref=f"{row.pk}:{now.timestamp()}",
        now=now,
    )

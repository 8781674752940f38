"""What happens when a team changes: one function through which every such change goes.

Whatever else has to know of it is called here and nowhere else.
"""

from datetime import datetime
from enum import StrEnum

from django.utils import translation
from django.utils.translation import gettext as _

from core import links
from core.models import Business
from core.outbox import emails
from core.safety import log
from core.team.role_words import ROLE_NAMES, ROLE_RIGHTS
from core.team.roles import Role


class Change(StrEnum):
    """What changed."""

    INVITED = "team_invited"
    WITHDRAWN = "team_invitation_withdrawn"
    JOINED = "team_joined"
    ROLE_CHANGED = "team_role_changed"
    REMOVED = "team_removed"


def team_changed(
    *,
    change: Change,
    business: Business,
    name: str,
    email: str,
    role: Role,
    by: log.By,
    ref: str,
    now: datetime,
) -> None:
    """Tell whom it concerns that a team changed, in the transaction of the change.

    `name` and `email` say who is meant, `role` what they are now (or were), `by` who did it, and
    `ref` names this change alone. The owner reads each in the security log and is emailed.
    """
    log.write(
        what=change,
        person=business.owner,
        business=business,
        by=by,
        facts={"name": name or email, "email": email, "role": role},
        now=now,
    )
    if change == Change.JOINED:
        _email_owner(business, name, email, role, ref, now)


def _email_owner(
    business: Business, name: str, email: str, role: Role, ref: str, now: datetime
) -> None:
    with translation.override(business.language):
        values = {"name": name, "email": email, "business": business.name}
        values |= {"role": str(ROLE_NAMES[role])}
        emails.write(
            kind="team_joined",
            ref=ref,
            to=business.owner.email,
            template="note",
            context={
                "subject": _("%(name)s joined %(business)s") % values,
                "name": business.owner.get_short_name(),
                "paragraphs": [
                    _(
                        "%(name)s (%(email)s) accepted your invitation and works in %(business)s "
                        "from now on. Role: %(role)s."
                    )
                    % values,
                    str(ROLE_RIGHTS[role]),
                    _("You can change the role or remove the person at any time."),
                ],
                "button": _("Open the team"),
                "link": links.absolute_url("dashboard:team"),
            },
            language=business.language,
            business=business,
            now=now,
        )

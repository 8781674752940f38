"""What each role of a team is called, and what it may do, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.team.roles import GIVEN, Role

ROLE_NAMES: dict[Role, str | Promise] = {
    Role.OWNER: pgettext_lazy("role in a team", "Owner"),
    Role.MEMBER: pgettext_lazy("role in a team", "Member"),
    Role.ASSISTANT: pgettext_lazy("role in a team", "Assistant"),
    Role.ACCOUNTANT: pgettext_lazy("role in a team", "Accountant"),
}
ROLE_RIGHTS: dict[Role, str | Promise] = {
    Role.OWNER: _("Everything, including the team, bank details, API keys and signatures."),
    Role.MEMBER: _(
        "Everything except the team, bank details, payment gateways, taxes, API keys and signing "
        "for the business."
    ),
    Role.ASSISTANT: _(
        "Clients, drafts of proposals, work, time and reports. Reads agreements and invoices, and "
        "sees no income, no prices of packages and no settings."
    ),
    Role.ACCOUNTANT: _(
        "Reads clients, agreements, invoices and income, downloads documents and exports. Changes "
        "nothing."
    ),
}


def given_roles() -> list[tuple[str, str | Promise]]:
    """The roles that an owner can give to others, with their names."""
    return [(role.value, ROLE_NAMES[role]) for role in GIVEN]

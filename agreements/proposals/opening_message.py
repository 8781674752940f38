"""A proposal's opening words: what their merge fields say, and what is missing before they can be sent."""

from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from agreements.models import OpeningMessage, Proposal
from agreements.rules import placeholders
from agreements.running.expected_fees import favourite
from core import formats
from core.models import Business


def fields() -> dict[str, str]:
    """Every merge field, and what it is, for whoever writes the words."""
    return {
        "contact": _("the name of the person it goes to"),
        "client": _("the client's name"),
        "me": _("your name"),
        "business": _("your business"),
        "tier": _("the recommended tier"),
        "fee": _("the recommended tier's fee"),
        "because": _("why you recommend it"),
        "goals": _("the goals and measures you agreed on in the call"),
        "starts_on": _("the first day"),
        "open_until": _("the last day on which it can be picked"),
    }


def usual() -> str:
    """The words a proposal begins with, in the active language."""
    return _(
        "Thank you for the call. Here are three ways for {{client}} and {{business}} to work together, from a steady "
        "base to a full partnership. I recommend “{{tier}}”: {{because}}\n\n"
        "Pick the one that fits; the agreement is ready on the next page. If something is unclear, ask it there.\n\n"
        "{{me}}"
    )


def values(proposal: Proposal) -> dict[str, str]:
    """What each field says for this proposal, in its language; an empty one has nothing to say."""
    tier = favourite(list(proposal.tiers.order_by("position")))
    goals = ", ".join(
        str(goal["title"] if isinstance(goal, dict) else goal) for goal in proposal.kpis
    )
    with translation.override(proposal.language):
        return {
            "contact": proposal.contact.name,
            "client": proposal.client.name,
            "me": proposal.business.owner.get_full_name(),
            "business": proposal.business.name,
            "tier": tier.name if tier else "",
            "fee": formats.money(tier.amount, proposal.currency) if tier else "",
            "because": proposal.recommended_because,
            "goals": goals,
            "starts_on": formats.day(proposal.starts_on),
            "open_until": formats.day(proposal.expires_on) if proposal.expires_on else "",
        }


def filled(proposal: Proposal) -> str:
    """The words with every field in its place; what has nothing to say stays in its braces."""
    said = values(proposal)
    gaps = {
        name: f"{{{{{name}}}}}" for name in placeholders.names(proposal.intro) if not said.get(name)
    }
    return placeholders.fill(proposal.intro, {**said, **gaps})


def faults(proposal: Proposal) -> list[str]:
    """Why these words cannot be sent: a field that is unknown, empty, or not closed."""
    known, said, found = fields(), values(proposal), []
    for name in placeholders.names(proposal.intro):
        if name not in known:
            found.append(_("Opening words: there is no field {{%(name)s}}.") % {"name": name})
        elif not said[name]:
            what = {"name": name, "meaning": known[name]}
            found.append(_("Opening words: {{%(name)s}} is empty: %(meaning)s.") % what)
    if placeholders.has_stray_braces(proposal.intro):
        found.append(_("Opening words: a pair of braces is not closed."))
    return found


def keep(*, business: Business, name: str, text: str, now: datetime) -> OpeningMessage:
    """Keep the words under this name, over those that had it before."""
    defaults = {"text": text}
    row, _made = OpeningMessage.objects.update_or_create(
        business=business,
        name=name,
        defaults=defaults,
        create_defaults={**defaults, "created_at": now},
    )
    return row

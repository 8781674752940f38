"""The opening message of a proposal: its merge fields, their values, and what is still missing."""

from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from agreements.models import OpeningMessage, Proposal
from agreements.running.expected_fees import recommended_tier
from core import formats
from core.models import Business
from core.texts import placeholders


def merge_fields() -> dict[str, str]:
    """Every merge field with its meaning, for the person who writes the message."""
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


#: Words that begin a sentence in English and are no names: inside one they are written small.
OPENERS = frozenset(("A", "An", "It", "More", "The", "They", "This", "We", "With", "You", "Your"))


def as_clause(reason: str) -> str:
    """The reason as it ends a sentence in the active language: “because you want more.”."""
    is_opener = reason.partition(" ")[0] in OPENERS
    clause = reason[:1].lower() + reason[1:] if is_opener else reason
    if not clause or clause.endswith((".", "!", "?", "…")):
        return clause
    return _("%(sentence)s.") % {"sentence": clause}


def usual_message(*, has_call: bool = False, has_reason: bool = False) -> str:
    """The usual opening message, in the active language.

    It thanks for a call only after one (`has_call`), and names a reason for the recommended tier
    only where there is one (`has_reason`), so that it never holds a field without a value.
    """
    offer = _("Here is how {{client}} and {{business}} can work together.")
    opening = [_("Thank you for the call.")] if has_call else []
    first = " ".join([*opening, offer, _recommendation(has_reason)])
    next_step = _(
        "The page shows what is included and what it costs. The agreement is ready as soon as "
        "you choose. If anything is unclear, please ask there.\n\n{{me}}"
    )
    return f"{first}\n\n{next_step}"


def _recommendation(has_reason: bool) -> str:
    """The sentence of the usual message that recommends a tier."""
    return (
        _("I recommend {{tier}} because {{because}}") if has_reason else _("I recommend {{tier}}.")
    )


def fitted(text: str, *, has_reason: bool) -> str:
    """A message whose usual sentence about the recommended tier names its reason, or does not.

    What the freelancer wrote in other words is left alone. In the active language.
    """
    wanted, other = _recommendation(has_reason), _recommendation(not has_reason)
    # In Thai the longer sentence begins with the shorter one.
    return text if has_reason and wanted in text else text.replace(other, wanted)


def without_reason(proposal: Proposal) -> str:
    """The opening words, where their usual sentence about the recommended tier names no reason."""
    known = merge_values(proposal)
    with translation.override(proposal.language):
        told, untold = (
            placeholders.fill(_recommendation(has_reason), known) for has_reason in (True, False)
        )
    return proposal.intro.replace(told, untold).replace("..", ".")


def merge_values(proposal: Proposal) -> dict[str, str]:
    """The value of each merge field for this proposal, in its language; empty where it has none."""
    tier = recommended_tier(sorted(proposal.tiers.all(), key=lambda tier: tier.position))
    goals = ", ".join(
        str(goal["title"] if isinstance(goal, dict) else goal) for goal in proposal.kpis
    )
    with translation.override(proposal.language):
        return {
            "contact": proposal.contact.name,
            "client": proposal.client.name,
            "me": proposal.business.owner.name or proposal.business.name,
            "business": proposal.business.name,
            "tier": tier.name if tier else "",
            "fee": formats.money(tier.amount, proposal.currency) if tier else "",
            "because": as_clause(proposal.recommended_because),
            "goals": goals,
            "starts_on": formats.day(proposal.starts_on),
            "open_until": formats.day(proposal.expires_on) if proposal.expires_on else "",
        }


def filled_message(proposal: Proposal) -> str:
    """The opening message with its merge fields filled; a field without a value stays in braces."""
    known = merge_values(proposal)
    gaps = {
        name: f"{{{{{name}}}}}"
        for name in placeholders.names(proposal.intro)
        if not known.get(name)
    }
    # The reason ends its sentence itself.
    intro = proposal.intro.replace("{{because}}.", "{{because}}")
    return placeholders.fill(intro, {**known, **gaps})


def faults(proposal: Proposal) -> list[str]:
    """Why the opening message cannot be sent, as sentences: unknown, empty or unclosed fields."""
    meanings, known, sentences = merge_fields(), merge_values(proposal), []
    for name in placeholders.names(proposal.intro):
        if name not in meanings:
            sentences.append(_("Opening words: there is no field {{%(name)s}}.") % {"name": name})
        elif not known[name]:
            facts = {"name": name, "meaning": meanings[name]}
            sentences.append(_("Opening words: {{%(name)s}} is empty: %(meaning)s.") % facts)
    if placeholders.has_stray_braces(proposal.intro):
        sentences.append(_("Opening words: a pair of braces is not closed."))
    return sentences


def save_message(*, business: Business, name: str, text: str, now: datetime) -> OpeningMessage:
    """Save a message under this name for later proposals, in place of one with the same name."""
    defaults = {"text": text}
    row, _made = OpeningMessage.objects.update_or_create(
        business=business,
        name=name,
        defaults=defaults,
        create_defaults={**defaults, "created_at": now},
    )
    return row

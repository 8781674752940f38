"""For how long the parts of a proposal were in front of the client's people.

The page reports it by JavaScript, only while it is in the foreground and somebody moves on it. What
it reports is believed within limits, because anybody can send anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Least
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from agreements.models import Proposal, SectionReading
from agreements.models.reading import MOST_A_DAY
from agreements.proposals import lifecycle
from agreements.rules.states import ProposalState
from clients.models import Contact
from core.dates import local_day

MOST_AT_ONCE = 60  # seconds that a single message from the page may add to a part
STEP = 5  # seconds: nothing finer is kept
#: The parts of the page besides the tiers, by the id of their heading.
PARTS: dict[str, str | Promise] = {
    "cover": pgettext_lazy("a part of a proposal", "Cover"),
    "goals": gettext_lazy("Goals"),
    "letter": gettext_lazy("Opening message"),
    "scope": pgettext_lazy("a part of a proposal", "Scope"),
    "together": gettext_lazy("How we work together"),
    "trial": gettext_lazy("Trial"),
    "compare": pgettext_lazy("a part of a proposal", "Comparison"),
    "said": gettext_lazy("Testimonials"),
    "faq": gettext_lazy("Questions and answers"),
    "terms": pgettext_lazy("a part of a proposal", "Terms"),
    "next": gettext_lazy("Next steps"),
}


@dataclass(frozen=True)
class Reading:
    """What one person read on one day: seconds in all, and each part, the longest first."""

    name: str
    on: date
    seconds: int
    parts: list[tuple[str | Promise, int]]


def record(
    *, proposal: Proposal, contact: Contact, seconds: Mapping[str, int], now: datetime
) -> None:
    """Add the seconds for which parts were in sight. Unknown parts are left out.

    Of a proposal that waits for no answer any more nothing is kept.
    """
    if proposal.state != ProposalState.SENT:
        return
    known = {*PARTS, *(str(tier.pk) for tier in lifecycle.tiers_of(proposal))}
    on = local_day(now, proposal.business.time_zone)
    with transaction.atomic():
        for section in sorted(known & set(seconds)):
            added = max(0, min(seconds[section], MOST_AT_ONCE)) // STEP * STEP
            if added:
                _add(proposal, contact, on, section, added, now)


def _add(
    proposal: Proposal, contact: Contact, on: date, section: str, added: int, now: datetime
) -> None:
    row, is_new = SectionReading.objects.get_or_create(
        proposal=proposal,
        contact=contact,
        on=on,
        section=section,
        defaults={"business": proposal.business, "seconds": added, "created_at": now},
    )
    if not is_new:
        total = Least(F("seconds") + added, Value(MOST_A_DAY))
        SectionReading.objects.filter(pk=row.pk).update(seconds=total)


def readings_of(proposal: Proposal) -> list[Reading]:
    """Who read how long on which day, the newest day first; in two queries."""
    names: dict[str, str | Promise] = dict(PARTS)
    names |= {str(tier.pk): tier.name for tier in lifecycle.tiers_of(proposal)}
    found: dict[tuple[date, str], list[tuple[str | Promise, int]]] = {}
    for row in proposal.readings.select_related("contact"):
        parts = found.setdefault((row.on, row.contact.name), [])
        parts.append((names.get(row.section, row.section), row.seconds))
    return [
        Reading(name, on, sum(seconds for _part, seconds in parts), parts)
        for (on, name), parts in found.items()
    ]

"""What happened last with each proposal of a list, in a few words."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.models import Proposal
from agreements.signing import agreement_pdf
from core import audit, formats
from core.dates import local_day
from core.models import AuditEvent

#: The events that tell how a sale stands; codes, seals and what comes after are left out.
OF_A_SALE = frozenset(
    (
        *("offered", "offer_opened", "tier_seen", "asked", "answered", "forwarded", "extended"),
        *("waits", "told_of_room", "accepted", "opened", "reminded", "signed", "countersigned"),
        *("tier_changed", "link_copied"),
        *("reassigned", "declined", "withdrawn", "void", "expired"),
    )
)
RECENT = 14  # days after which the date is said instead of how long ago it was


def last_events(proposals: Iterable[Proposal], today: date, zone: str) -> dict[UUID, str]:
    """The last event of each proposal, such as "Viewed Growth, 2 days ago"; one query for all.

    What happened to the agreements of its tiers counts as well, and of two at once more. A draft
    has none: it says when it was begun.
    """
    chains = {row: [*(each.pk for each in row.agreements.all()), row.pk] for row in proposals}
    events = audit.newest([pk for pks in chains.values() for pk in pks], OF_A_SALE)
    said: dict[UUID, str] = {}
    for row, pks in chains.items():
        known = [events[pk] for pk in pks if pk in events]
        event = max(known, key=lambda each: each.at, default=None)
        what = _in_words(event) if event else _("Draft started")
        day = local_day(event.at if event else row.created_at, zone)
        said[row.pk] = _("%(what)s, %(when)s") % {"what": what, "when": _ago(day, today)}
    return said


def _in_words(event: AuditEvent) -> str:
    tier = event.data.get("tier")
    if event.event == "tier_seen" and tier:
        return _("Viewed %(tier)s") % {"tier": tier}
    if event.event == "accepted" and tier:
        return _("Picked %(tier)s") % {"tier": tier}
    own = {
        "offered": _("Sent"),
        "offer_opened": _("Opened"),
        "opened": _("Agreement opened"),
    }
    return own.get(event.event) or agreement_pdf.event_labels().get(event.event, event.event)


def _ago(day: date, today: date) -> str:
    days = (today - day).days
    if days <= 0:
        return _("today")
    if days == 1:
        return _("yesterday")
    if days > RECENT:
        return formats.day(day)
    return ngettext("%(n)s day ago", "%(n)s days ago", days) % {"n": days}

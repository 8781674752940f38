"""The waitlist: clients who want a tier that has no opening and hear when it has one (rule 36)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from agreements import owner_emails
from agreements.models import Tier, WaitlistEntry
from agreements.proposals import capacity, client_actions
from agreements.rules.errors import NotOpen
from agreements.rules.intervals import minutes_per_month, per_month
from agreements.rules.states import PICKED_STATES, ProposalState
from clients import portal_links
from clients.models import Contact
from core import audit, links
from core.audit import Origin
from core.dates import local_day
from core.models import Business


@dataclass(frozen=True)
class Place:
    """A place in the queue: who waits for what, for how much a month, and whether it fits now.

    `amount` is the fee for a month in minor units of the proposal's currency. `fits` also counts
    the places ahead whose clients were told and have not picked yet.
    """

    entry: WaitlistEntry
    amount: int
    fits: bool

    @property
    def is_told(self) -> bool:
        """Whether the client was told that there is room, and has not picked yet."""
        return self.entry.told_at is not None


def queue(business: Business, now: datetime) -> list[Place]:
    """Everybody who waits with an open proposal: the earliest day first, then the higher fee."""
    open_entries = WaitlistEntry.objects.filter(
        business=business, proposal__state=ProposalState.SENT
    ).exclude(proposal__agreements__state__in=PICKED_STATES)
    rows = open_entries.select_related("proposal__client", "tier", "contact")
    ranked = sorted(rows, key=lambda entry: _rank(entry, business))
    first_days = {
        entry.pk: max(entry.proposal.starts_on, local_day(now, entry.proposal.client.time_zone))
        for entry in ranked
    }
    free = capacity.minutes_free_from(business, first_days.values())
    places, held = [], 0
    for entry in ranked:
        minutes = minutes_per_month(entry.tier.minutes, entry.proposal.interval)
        fits = not free or free[first_days[entry.pk]] - held >= minutes
        places.append(Place(entry, per_month(entry.tier.amount, entry.proposal.interval), fits))
        held += minutes if entry.told_at else 0
    return places


def next_in_line(places: Iterable[Place]) -> Place | None:
    """The first client in the queue who was not told yet and whose tier fits now."""
    return next((place for place in places if place.fits and not place.is_told), None)


def _rank(entry: WaitlistEntry, business: Business) -> tuple[date, int, datetime]:
    day = local_day(entry.created_at, business.time_zone)
    return day, -per_month(entry.tier.amount, entry.proposal.interval), entry.created_at


def join(*, tier: Tier, contact: Contact, now: datetime, origin: Origin) -> WaitlistEntry:
    """Put a client on the waitlist for a tier, and email the freelancer. Raises NotOpen.

    Returns the existing entry where the client is on the waitlist already.
    """
    with transaction.atomic():
        locked = client_actions.lock_open(tier.proposal, contact, now)
        if existing := WaitlistEntry.objects.filter(proposal=locked).first():
            return existing
        entry = WaitlistEntry.objects.create(
            business=locked.business, proposal=locked, tier=tier, contact=contact, created_at=now
        )
        client_actions.record_event(locked, contact, "waits", now, origin, {"tier": tier.name})
        with translation.override(locked.business.language):
            facts = {"name": contact.name, "tier": tier.name, "title": locked.title}
            paragraphs = [
                _("%(name)s would pick “%(tier)s” of “%(title)s” and waits for a place.") % facts
            ]
            paragraphs.append(_("When you have room, let them know on the proposal's page."))
            subject = _("%(name)s joined your waitlist") % facts
            button = _("Open the proposal")
        to, language = locked.business.owner.email, locked.business.language
        client_actions.email_note(
            locked,
            "waits",
            str(entry.pk),
            to,
            subject,
            paragraphs,
            language,
            now,
            button=button,
            link=owner_emails.proposal_url(locked),
        )
    return entry


def announce_opening(*, wait: WaitlistEntry, actor: str, now: datetime) -> WaitlistEntry:
    """Email a client on the waitlist that there is an opening, with a link to pick the tier.

    At most one email a day. Raises NotOpen where there is no opening, or the proposal is closed.
    """
    with transaction.atomic():
        proposal = client_actions.lock_open(wait.proposal, wait.contact, now)
        contact = wait.contact.who_reads
        if capacity.is_full(proposal, wait.tier, now):
            raise NotOpen(_("There is no room for this tier yet."))
        WaitlistEntry.objects.filter(pk=wait.pk).update(told_at=now)
        audit.record(
            business=proposal.business,
            chain_id=proposal.pk,
            event="told_of_room",
            actor=actor,
            now=now,
            data={"tier": wait.tier.name},
        )
        link = portal_links.portal_link(contact=contact, now=now, target=f"proposal:{proposal.id}")
        with translation.override(proposal.language):
            facts = {"tier": wait.tier.name, "business": proposal.business.name}
            paragraphs = [
                _("There is a place for you now. You can choose “%(tier)s” at %(business)s.")
                % facts
            ]
            subject, button = (
                _("There is a place for you at %(business)s") % facts,
                _("See the proposal"),
            )
        client_actions.email_note(
            proposal,
            "room",
            f"{wait.pk}:{now.date()}",
            contact.email,
            subject,
            paragraphs,
            proposal.language,
            now,
            name=contact.name,
            button=button,
            link=links.placeholder("link", link.id),
        )
    wait.refresh_from_db()
    return wait

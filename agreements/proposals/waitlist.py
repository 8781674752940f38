"""The waitlist: clients who want a tier that has no opening and hear when it has one (rule 36)."""

from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from agreements import owner_emails
from agreements.models import Tier, WaitlistEntry
from agreements.proposals import capacity, client_actions
from agreements.rules.errors import NotOpen
from clients import portal_links
from clients.models import Contact
from core import audit, links
from core.audit import Origin


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
        proposal, contact = client_actions.lock_open(wait.proposal, wait.contact, now), wait.contact
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
                _("There is a place for you now: “%(tier)s” at %(business)s can be picked.") % facts
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

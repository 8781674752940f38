"""The waitlist: who wants a tier for which there is no room now, and hears when there is (rule 36)."""

from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from agreements.models import Tier, WaitlistEntry
from agreements.proposals import capacity, client_actions
from agreements.rules.errors import NotOpen
from clients import portal_links
from clients.models import Contact
from core import audit, links
from core.audit import Origin


def join(*, tier: Tier, contact: Contact, now: datetime, origin: Origin) -> WaitlistEntry:
    """Wait for a place; a second press finds the first one. The freelancer is told. Raises NotOpen."""
    with transaction.atomic():
        held = client_actions.hold_open(tier.proposal, contact, now)
        if there := WaitlistEntry.objects.filter(proposal=held).first():
            return there
        row = WaitlistEntry.objects.create(
            business=held.business, proposal=held, tier=tier, contact=contact, created_at=now
        )
        client_actions.record(held, contact, "waits", now, origin, {"tier": tier.name})
        with translation.override(held.business.language):
            who = {"name": contact.name, "tier": tier.name, "title": held.title}
            said = [_("%(name)s would pick “%(tier)s” of “%(title)s” and waits for a place.") % who]
            said.append(_("When you have room, tell them with one press on the proposal's page."))
            subject = _("Somebody waits for a place: %(name)s") % who
        to, language = held.business.owner.email, held.business.language
        client_actions.note(held, "waits", str(row.pk), to, subject, said, language, now)
    return row


def tell(*, wait: WaitlistEntry, actor: str, now: datetime) -> WaitlistEntry:
    """Say to whoever waits that there is room, with a link to pick. Raises NotOpen where there is none."""
    with transaction.atomic():
        proposal, contact = client_actions.hold_open(wait.proposal, wait.contact, now), wait.contact
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
            who = {"tier": wait.tier.name, "business": proposal.business.name}
            said = [
                _("There is a place for you now: “%(tier)s” at %(business)s can be picked.") % who
            ]
            subject, button = (
                _("There is a place for you at %(business)s") % who,
                _("See the proposal"),
            )
        client_actions.note(
            proposal,
            "room",
            f"{wait.pk}:{now.date()}",
            contact.email,
            subject,
            said,
            proposal.language,
            now,
            name=contact.name,
            button=button,
            link=links.placeholder("link", link.id),
        )
    wait.refresh_from_db()
    return wait

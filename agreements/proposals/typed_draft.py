"""Saves a proposal while it is typed: what can be read of it, and the rest as it was typed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import Proposal, ProposalTyping
from agreements.proposals import lifecycle
from agreements.proposals.page import section_pictures
from agreements.rules.cumulative_tiers import TierDraft
from agreements.rules.errors import NotOpen
from clients.models import Client, Contact
from core.models import Business
from core.web.tab_saves import ChangedElsewhere, Tab


@dataclass(frozen=True)
class Entry:
    """One save of the form.

    `terms` are the fields of Proposal that can be read; the others stay as they are. `tiers` is
    None where none can be read. `typed` is the whole form, {name: [texts]}, where something in it
    cannot be read or breaks a rule, and empty where the proposal can hold everything. `pictures`
    are those that came with this save, {name: {"width", "height"}}.
    """

    terms: dict[str, Any]
    tiers: Sequence[TierDraft] | None
    typed: dict[str, list[str]] = field(default_factory=dict)
    pictures: dict[str, dict[str, int]] = field(default_factory=dict)


def begin(
    *, business: Business, client: Client, contact: Contact, entry: Entry, now: datetime, tab: Tab
) -> Proposal:
    """Create the draft of a new proposal with the first save of it.

    A tab that did not receive the answer saves again: it finds the draft that it made. Raises the
    errors of `save` for that draft, and of `draft_proposal` where the entry is complete.
    """
    with transaction.atomic():
        Client.objects.select_for_update().get(pk=client.pk)  # one save of a tab after the other
        if existing := begun(client, tab):
            return save(proposal=existing, entry=entry, revision=0, now=now, tab=tab)
        create = lifecycle.create_draft if entry.typed else lifecycle.draft_proposal
        tiers, terms = list(entry.tiers or []), {**entry.terms, "contact": contact}
        proposal = create(business=business, client=client, tiers=tiers, now=now, **terms)
        _note(ProposalTyping(business=business, proposal=proposal, created_at=now), entry, now, tab)
    return proposal


def save(*, proposal: Proposal, entry: Entry, revision: int, now: datetime, tab: Tab) -> Proposal:
    """Save a draft whose form was read at `revision`.

    Raises ChangedElsewhere if another tab or device has saved since, and NotOpen if the proposal
    was sent or deleted. A tab that did not receive the answer to its last save may save again over
    the old revision; its delayed requests change nothing, because their count is lower.
    """
    with transaction.atomic():
        try:
            locked = lifecycle.lock(proposal)
        except Proposal.DoesNotExist:
            raise deleted() from None
        if not locked.is_draft:
            raise NotOpen(_("This proposal was sent and is frozen. Make a new one instead."))
        row = ProposalTyping.objects.filter(proposal=locked).first() or ProposalTyping(
            business=locked.business, proposal=locked, created_at=now
        )
        is_own = tab.mark and row.writer == tab.mark and row.save_count < tab.count
        if row.revision != revision and not is_own:
            raise ChangedElsewhere(
                _("This proposal was changed in another tab or on another device.")
            )
        if entry.typed:
            lifecycle.rewrite_draft(proposal=locked, tiers=entry.tiers, now=now, **entry.terms)
        else:
            tiers = list(entry.tiers or [])
            lifecycle.change_draft(proposal=locked, tiers=tiers, now=now, **entry.terms)
        _note(row, entry, now, tab)
    return locked


def delete(*, proposal: Proposal) -> None:
    """Delete a draft, which only the freelancer has seen.

    Raises NotOpen if it was sent, or follows a trial: no other one could credit the trial's fee.
    """
    with transaction.atomic():
        locked = lifecycle.lock(proposal)
        if not locked.is_draft:
            raise NotOpen(_("This proposal was sent and is frozen. Make a new one instead."))
        if locked.after_trial_id:
            raise NotOpen(
                _("This draft follows a trial and can credit its fee. Change the draft instead.")
            )
        locked.delete()


def deleted() -> NotOpen:
    """The error for a draft that is not there any more."""
    return NotOpen(_("This draft was deleted, so nothing was saved."))


def begun(client: Client, tab: Tab) -> Proposal | None:
    """The proposal that this tab made, if it made one. It may have been sent since."""
    if not tab.mark:
        return None
    return Proposal.objects.filter(client=client, typing__writer=tab.mark).first()


def typing_of(proposal: Proposal) -> ProposalTyping:
    """What is known of the typing of a proposal; an unsaved row where it was never typed."""
    row = ProposalTyping.objects.filter(proposal=proposal).first()
    return row or ProposalTyping(business=proposal.business, proposal=proposal)


def pictures_of(proposal: Proposal) -> dict[str, dict[str, int]]:
    """The pictures that a section of the draft may show, {name: {"width", "height"}}."""
    return {**section_pictures.sizes(proposal.sections), **typing_of(proposal).pictures}


def _note(row: ProposalTyping, entry: Entry, now: datetime, tab: Tab) -> None:
    """Write down that this entry was saved. The proposal is locked."""
    row.revision += 1
    row.writer, row.save_count = tab.mark, tab.count
    row.typed, row.pictures = entry.typed, {**row.pictures, **entry.pictures}
    row.written_at = now
    row.save()

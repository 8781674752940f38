"""Emails to the owner about what clients do with proposals and with documents to sign (rule 56)."""

from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from agreements.contract.exclusivity import Conflict
from agreements.models import Agreement, Amendment, Proposal, Signature
from clients.models import Contact
from core import formats, links
from core.models.notification import Event
from core.outbox import owner_notes


def tell_opened(proposal: Proposal, contact: Contact, now: datetime) -> None:
    """A person has opened the proposal for the first time."""
    with translation.override(proposal.business.language):
        facts = _facts(proposal, contact)
        _tell_of_proposal(
            proposal,
            Event.OPENED,
            "offer_opened",
            f"{proposal.pk}:{contact.pk}",
            _("%(name)s opened “%(title)s”") % facts,
            [_("%(name)s (%(client)s) opened “%(title)s” for the first time.") % facts],
            now,
        )


def tell_picked(agreement: Agreement, contact: Contact, now: datetime, before: str = "") -> None:
    """A tier was picked; `before` is what was picked before, with its extras."""
    proposal = agreement.proposal
    with translation.override(agreement.business.language):
        facts = _facts(proposal, contact) | {
            "tier": agreement.choice,
            "fee": f"{formats.money(agreement.amount, agreement.currency)} {proposal.after_price}",
            "before": before,
        }
        sentence = (
            _("%(name)s (%(client)s) chose %(tier)s instead of %(before)s: %(fee)s.")
            if before
            else _("%(name)s (%(client)s) chose %(tier)s: %(fee)s.")
        )
        paragraphs = [
            sentence % facts,
            _("They read and sign the agreement next. We email you when it is signed."),
        ]
        _tell_of_proposal(
            proposal,
            Event.ANSWERED,
            "picked",
            str(agreement.pk),
            _("%(client)s chose %(tier)s") % facts,
            paragraphs,
            now,
        )


def tell_declined(proposal: Proposal, contact: Contact, reason: str, now: datetime) -> None:
    """The proposal was declined, perhaps with a reason."""
    with translation.override(proposal.business.language):
        facts = _facts(proposal, contact) | {"reason": reason}
        sentence = (
            _("%(name)s (%(client)s) declined “%(title)s”: “%(reason)s”")
            if reason
            else _("%(name)s (%(client)s) declined “%(title)s” and gave no reason.")
        )
        paragraphs = [
            sentence % facts,
            _("You can revise the proposal: its text and tiers are kept in the next version."),
        ]
        _tell_of_proposal(
            proposal,
            Event.ANSWERED,
            "declined",
            str(proposal.pk),
            _("%(client)s declined “%(title)s”") % facts,
            paragraphs,
            now,
        )


def tell_expired(proposal: Proposal, now: datetime) -> None:
    """Nobody picked a tier in time, or nobody signed the agreement of the tier in time."""
    with translation.override(proposal.business.language):
        facts = _facts(proposal, proposal.contact)
        paragraphs = [
            _("“%(title)s” for %(client)s expired without an answer.") % facts,
            _("You can open it again for longer, or revise it."),
        ]
        _tell_of_proposal(
            proposal,
            Event.ANSWERED,
            "expired",
            f"{proposal.pk}:{now.date()}",
            _("Expired: “%(title)s” for %(client)s") % facts,
            paragraphs,
            now,
        )


def tell_signed(
    paper: Agreement | Amendment, contact: Contact, following: Signature, now: datetime
) -> None:
    """One of several people has signed, and `following` is the next of the client's people."""
    with translation.override(paper.business.language):
        facts = {
            "name": contact.name,
            "title": paper.title,
            "client": contact.client.name,
            "next": following.contact.name if following.contact else "",
        }
        sentence = _("%(name)s (%(client)s) signed “%(title)s”. %(next)s signs next.") % facts
        owner_notes.tell(
            business=paper.business,
            event=Event.ANSWERED,
            kind="signed_one",
            ref=f"{paper.pk}:{contact.pk}"[:80],
            subject=_("%(name)s signed “%(title)s”") % facts,
            paragraphs=[sentence],
            button=_("Open the agreement"),
            url=agreement_url(paper),
            now=now,
        )


def tell_held_back(
    proposal: Proposal,
    contact: Contact,
    conflict: Conflict,
    now: datetime,
    paper: Agreement | Amendment | None = None,
) -> None:
    """A client could not continue, because of another client's exclusivity. Told at once.

    `paper` is what they would sign; None where they pick.
    """
    with translation.override(proposal.business.language):
        facts = _facts(proposal, contact) | {
            "other": conflict.agreement.client.name,
            "agreement": conflict.agreement.title,
        }
        what_to_do = _(
            "We told them only that you have to check something and will contact them. If "
            "%(other)s agrees, confirm it on the proposal's page: %(client)s can then "
            "continue. Otherwise withdraw the proposal."
        )
        ref, button, url = proposal.pk, _("Open the proposal"), proposal_url(proposal)
        if isinstance(paper, Amendment):
            facts["title"] = paper.title
            what_to_do = _(
                "We told them only that you have to check something and will contact them. If "
                "%(other)s agrees, confirm it on the agreement's page: %(client)s can then "
                "continue. Otherwise take the change back."
            )
            ref, button, url = paper.pk, _("Open the agreement"), agreement_url(paper)
        paragraphs = [
            _(
                "%(name)s (%(client)s) wanted to continue with “%(title)s”, but your agreement "
                "“%(agreement)s” with %(other)s excludes work for %(client)s."
            )
            % facts,
            what_to_do % facts,
        ]
        owner_notes.tell(
            business=proposal.business,
            event=None,
            kind="held_back",
            ref=f"{ref}:{conflict.agreement.pk}",
            subject=_("%(client)s cannot continue: %(other)s has exclusivity") % facts,
            paragraphs=paragraphs,
            button=button,
            url=url,
            now=now,
        )


def agreement_url(paper: Agreement | Amendment) -> str:
    """The address of the desk's page of the agreement to which the document belongs."""
    return links.absolute_url("dashboard:agreement", paper.agreement.pk)


def proposal_url(proposal: Proposal) -> str:
    """The address of the desk's page of the proposal."""
    return links.absolute_url("dashboard:proposal", proposal.pk)


def _facts(proposal: Proposal, contact: Contact) -> dict[str, str]:
    return {"name": contact.name, "client": proposal.client.name, "title": proposal.title}


def _tell_of_proposal(
    proposal: Proposal,
    event: Event,
    kind: str,
    ref: str,
    subject: str,
    paragraphs: list[str],
    now: datetime,
) -> None:
    owner_notes.tell(
        business=proposal.business,
        event=event,
        kind=kind,
        ref=ref,
        subject=subject,
        paragraphs=paragraphs,
        button=_("Open the proposal"),
        url=proposal_url(proposal),
        now=now,
    )

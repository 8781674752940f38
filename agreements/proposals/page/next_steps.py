"""What happens after the client signs a proposal, step by step, by way to pay."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from agreements.models import Proposal, Tier
from agreements.models.proposal import TRANSFER_DAYS
from core import formats


@dataclass(frozen=True)
class NextStep:
    """A step: what is done, and how it goes."""

    title: str
    text: str


def next_steps(proposal: Proposal, tiers: Sequence[Tier], *, starts_on: date) -> list[NextStep]:
    """The steps from the pick to the first day of work, and to a trial's decision."""
    day = {"day": formats.day(starts_on), "n": TRANSFER_DAYS}
    pick = (
        NextStep(_("Pick a tier"), _("You can still read everything before you sign."))
        if len(tiers) > 1
        else NextStep(_("Accept the offer"), _("You can still read everything before you sign."))
    )
    if proposal.is_by_transfer:
        pay = NextStep(
            _("Pay the first invoice"),
            _("It comes by email on %(day)s with our bank details, payable within %(n)s days.")
            % day,
        )
    else:
        pay = NextStep(
            _("Save a payment method"),
            _("You enter it once, at the payment provider. The first payment is due on %(day)s.")
            % day,
        )
    steps = [
        pick,
        NextStep(_("Read and sign"), _signing(proposal)),
        pay,
        NextStep(_("We begin"), _("The work starts on %(day)s.") % day),
    ]
    return [*steps, *_decision(proposal)]


def _signing(proposal: Proposal) -> str:
    own = _("You sign on your screen, with a code that we email to you.")
    others = proposal.cosigners.exists()
    if others and proposal.countersigns:
        own += " " + _("Then your colleagues sign, and we sign last.")
    elif others:
        own += " " + _("Then your colleagues sign.")
    elif proposal.countersigns:
        own += " " + _("Then we sign.")
    return own + " " + _("Each of us gets the signed PDF by email.")


def _decision(proposal: Proposal) -> list[NextStep]:
    if not proposal.is_trial or not proposal.ends_on:
        return []
    return [
        NextStep(
            _("Decide together"),
            _(
                "On %(day)s we look at the result. Nothing continues automatically: a retainer "
                "begins only when you sign it."
            )
            % {"day": formats.day(proposal.ends_on)},
        )
    ]

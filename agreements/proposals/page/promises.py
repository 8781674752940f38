"""How a client and a business work together, as a proposal promises it: facts, not slogans."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.models import Proposal, Tier
from agreements.rules.intervals import Interval
from core import formats


@dataclass(frozen=True)
class Promise:
    """One promise: an icon, a title, and its sentences."""

    icon: str
    title: str
    text: str


def promises(proposal: Proposal, tiers: Sequence[Tier]) -> list[Promise]:
    """The promises of a proposal, in the active language; each follows from its terms."""
    is_recurring = proposal.interval != Interval.ONCE
    found: list[Promise | None] = [
        _reserved_time(proposal, tiers) if is_recurring else None,
        _no_quotes() if is_recurring else None,
        _response_time(tiers),
        _report(proposal) if is_recurring else None,
        _familiarity() if is_recurring else None,
        _exclusivity(proposal) if proposal.competitors else None,
        _decision(proposal),
    ]
    return [promise for promise in found if promise]


def _reserved_time(proposal: Proposal, tiers: Sequence[Tier]) -> Promise | None:
    minutes = [tier.minutes for tier in tiers if tier.minutes]
    if not minutes:
        return None
    facts = {
        "low": formats.hours(min(minutes)),
        "high": formats.hours(max(minutes)),
        "each": proposal.after_hours,
    }
    if min(minutes) == max(minutes):
        text = _("%(low)s %(each)s are kept free for you. We plan them before other work.")
    else:
        text = _(
            "%(low)s to %(high)s %(each)s, depending on the tier, are kept free for you. We "
            "plan them before other work."
        )
    return Promise("clock", _("Reserved time"), text % facts)


def _no_quotes() -> Promise:
    return Promise(
        "receipt",
        _("No quotes, no purchase orders"),
        _(
            "One agreement covers the ongoing work. You ask and we begin, without a new quote or "
            "purchase order for each task."
        ),
    )


def _response_time(tiers: Sequence[Tier]) -> Promise:
    slow, fast = tiers[0], tiers[-1]
    text = ngettext(
        "We answer within %(n)s working hour.",
        "We answer within %(n)s working hours.",
        slow.response_hours,
    )
    if fast.response_hours < slow.response_hours:
        text = ngettext(
            "We answer within %(n)s working hour, and within %(fast)s with “%(tier)s”.",
            "We answer within %(n)s working hours, and within %(fast)s with “%(tier)s”.",
            slow.response_hours,
        )
    facts = {"n": slow.response_hours, "tier": fast.name, "fast": fast.response_hours}
    return Promise("bolt", _("Answers in time"), text % facts)


def _report(proposal: Proposal) -> Promise:
    text = ngettext(
        "Within one day of the end of each paid period you get a report: the results, the "
        "finished work and the hours.",
        "Within %(n)s days of the end of each paid period you get a report: the results, the "
        "finished work and the hours.",
        proposal.report_days,
    ) % {"n": proposal.report_days}
    return Promise("report-analytics", _("A report you can read"), text)


def _familiarity() -> Promise:
    return Promise(
        "users",
        _("Somebody who knows your business"),
        _(
            "You explain your business once. From then on we know it, work faster, and think of "
            "you when something comes up."
        ),
    )


def _exclusivity(proposal: Proposal) -> Promise:
    names = get_text_list(proposal.competitors, _("or"))
    text = _("While we work together, we do not work for %(names)s.") % {"names": names}
    return Promise("shield", _("On your side only"), text)


def _decision(proposal: Proposal) -> Promise:
    """Who picks, who signs for the client, and how the business signs."""
    cosigners = [contact.name for contact in proposal.cosigners.order_by("name", "pk")]
    sentences = [
        _("%(name)s decides and signs.") % {"name": proposal.contact.name}
        if not cosigners
        else ngettext(
            "%(name)s decides and signs; %(names)s signs as well.",
            "%(name)s decides and signs; %(names)s sign as well.",
            len(cosigners),
        )
        % {"name": proposal.contact.name, "names": get_text_list(cosigners, _("and"))},
        _("We sign last.")
        if proposal.countersigns
        else _("We have signed by sending this proposal."),
    ]
    return Promise("signature", _("Clear decisions"), " ".join(sentences))

"""The terms of a proposal in plain words, as "we" write them to "you", in the active language.

The agreement says the same in the words of a contract (agreements.contract.variables).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.models import Proposal, Tier, interval_words
from agreements.models.proposal import TRANSFER_DAYS
from agreements.rules.intervals import Interval
from agreements.rules.terms import Renews, Rollover
from core import formats
from core.dates import whole_months
from core.models.tax_rate import TaxMode


@dataclass(frozen=True)
class Term:
    """A term: its name and its sentences."""

    name: str
    text: str


def plain_terms(
    proposal: Proposal, tiers: Sequence[Tier], tax: Mapping[str, Any], *, starts_on: date
) -> list[Term]:
    """The terms of a proposal that would begin on `starts_on`. `tax` is frozen_terms.tax_of."""
    is_once = proposal.interval == Interval.ONCE
    has_hours = any(tier.minutes for tier in tiers)
    return [
        Term(_("Start"), _duration(proposal, starts_on)),
        *([] if is_once else _ending(proposal)),
        Term(_("Payment"), payment(proposal)),
        Term(_("Tax"), " ".join(_tax(tax))),
        *([Term(_("Unused hours"), unused_hours(proposal))] if has_hours and not is_once else []),
        *([Term(_("Extra hours"), extra_hours(proposal))] if has_hours else []),
    ]


def _ending(proposal: Proposal) -> list[Term]:
    """How a retainer ends: a fixed term with its renewal, or by notice after a minimum term."""
    if proposal.ends_on:
        return [Term(_("Renewal"), renewal(proposal))]
    return [
        Term(_("Minimum term"), minimum_term(proposal)),
        Term(_("Notice"), notice(proposal)),
    ]


def _duration(proposal: Proposal, starts_on: date) -> str:
    facts = {"start": formats.day(starts_on)}
    if not proposal.ends_on:
        return _("We begin on %(start)s.") % facts
    if proposal.interval == Interval.ONCE:
        facts["end"] = formats.day(proposal.ends_on)
        return _("From %(start)s to %(end)s.") % facts
    facts["end"] = formats.day(proposal.ends_on - timedelta(days=1))
    return _("From %(start)s up to and including %(end)s.") % facts


def minimum_term(proposal: Proposal) -> str:
    """For how long the agreement runs at least."""
    months = proposal.minimum_months
    if not months:
        return _("None.")
    return ngettext("%(n)s month.", "%(n)s months.", months) % {"n": months}


def notice(proposal: Proposal) -> str:
    """How an agreement without a fixed term is ended: always with a paid period."""
    days = proposal.notice_days
    sentence = ngettext(
        "Either of us can stop with %(n)s day's notice, to the end of a paid %(period)s.",
        "Either of us can stop with %(n)s days' notice, to the end of a paid %(period)s.",
        days,
    )
    if not days:
        sentence = _("Either of us can stop at any time, to the end of a paid %(period)s.")
    return sentence % {"n": days, "period": interval_words.period(Interval(proposal.interval))}


def renewal(proposal: Proposal) -> str:
    """What happens at the end of a fixed term."""
    if proposal.renews == Renews.SIGNED:
        return _("The agreement goes on only if you sign again.")
    if proposal.renews != Renews.ALONE or not proposal.ends_on:
        return _("The agreement ends. It goes on only if we both sign a new one.")
    months = whole_months(proposal.starts_on, proposal.ends_on)
    sentence = ngettext(
        "The agreement then renews for %(n)s month at a time, unless one of us says no by %(day)s.",
        "The agreement then renews for %(n)s months at a time, unless one of us says no by "
        "%(day)s.",
        months,
    )
    last_day = proposal.ends_on - timedelta(days=proposal.notice_days)
    return sentence % {"n": months, "day": formats.day(last_day)}


def payment(proposal: Proposal) -> str:
    """How and when the fee is paid."""
    is_once = proposal.interval == Interval.ONCE
    facts = {
        "each": interval_words.rhythm(Interval(proposal.interval)),
        "n": TRANSFER_DAYS,
    }
    if proposal.is_by_transfer:
        return (
            _("One invoice in advance, to be paid by bank transfer within %(n)s days.")
            if is_once
            else _("An invoice %(each)s in advance, to be paid by bank transfer within %(n)s days.")
        ) % facts
    return (
        _("Charged once in advance to the payment method that you save. A receipt follows.")
        if is_once
        else _(
            "Charged %(each)s in advance to the payment method that you save. A receipt follows "
            "each payment."
        )
    ) % facts


def unused_hours(proposal: Proposal) -> str:
    """What happens with reserved time that is not used (rule 25)."""
    if proposal.rollover == Rollover.NONE:
        return _("Hours that you do not use end with their %(period)s.") % {
            "period": interval_words.period(Interval(proposal.interval))
        }
    count = proposal.rollover_periods
    sentence = ngettext(
        "Hours that you do not use carry over into the next %(period)s, up to %(percent)s of the "
        "reserved hours.",
        "Hours that you do not use carry over for up to %(n)s paid periods, up to %(percent)s of "
        "the reserved hours.",
        count,
    ) % {
        "n": count,
        "percent": formats.percent(str(proposal.rollover_percent)),
        "period": interval_words.period(Interval(proposal.interval)),
    }
    if proposal.rollover == Rollover.BOTH:
        sentence += " " + _("Hours used beyond them are taken from the next ones.")
    return sentence


def extra_hours(proposal: Proposal) -> str:
    """What work beyond the reserved time costs, and who approves it (rule 27)."""
    if not proposal.overage_amount:
        return _("Work beyond the included hours is agreed with you before it begins.")
    sentence = _("An hour beyond the included ones costs %(fee)s.") % {
        "fee": formats.money(proposal.overage_amount, proposal.currency)
    }
    if not proposal.overage_minutes:
        return sentence + " " + _("We ask you before it begins.")
    permitted = _("Up to %(hours)s per paid period need no further approval; beyond that we ask.")
    return sentence + " " + permitted % {"hours": formats.hours(proposal.overage_minutes)}


def _tax(tax: Mapping[str, Any]) -> list[str]:
    """Sentences about tax that is added or included, and about what the client withholds."""
    is_included = tax["mode"] == TaxMode.INCLUSIVE
    sentences = [
        (
            _("The prices include %(percent)s %(name)s.")
            if is_included
            else _("%(percent)s %(name)s is added to the prices.")
        )
        % {"name": rate["name"], "percent": formats.percent(rate["percent"])}
        for rate in tax["rates"]
    ]
    if tax["mode"] == TaxMode.REVERSE:
        sentences.append(_("You account for the tax yourselves (reverse charge)."))
    elif not sentences:
        sentences.append(_("No tax is added."))
    if tax["withholding_percent"].strip("0."):
        sentences.append(
            _("You may withhold %(percent)s of the fee before tax and send us the certificate.")
            % {"percent": formats.percent(tax["withholding_percent"])}
        )
    return sentences

"""The rules that a draft keeps before it can be sent, beside its texts (rules 33 to 35)."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from agreements.contract import wording
from agreements.models.proposal import kind_of
from agreements.models.reusable import TextKind
from agreements.proposals.drafting import rate_floor
from agreements.rules import cumulative_tiers, extras
from agreements.rules.errors import BadExtra, BadTrial, NotCumulative
from agreements.rules.intervals import Interval, completed
from agreements.rules.terms import Renews
from core import formats
from core.models import Business
from core.money import LARGEST

TRIAL_DAYS = range(14, 29)  # the length of a paid trial: two to four weeks


def require_complete(
    *, business: Business, tiers: Sequence[cumulative_tiers.TierDraft], terms: dict[str, Any]
) -> None:
    """Raise the error of the first rule that a draft breaks.

    That is NotCumulative, BadExtra, BadTrial, BadWording or BelowRateFloor. `terms` are fields of
    Proposal; those that are missing have their usual value.
    """
    require_cumulative(tiers)
    _check_extras(tiers, terms)
    _check_kind(terms)
    _check_floor(business, tiers, terms)


def require_cumulative(tiers: Sequence[cumulative_tiers.TierDraft]) -> None:
    """Raise NotCumulative where the tiers are not cumulative."""
    sentences = {
        "none": _("A proposal needs at least one tier."),
        "fee_not_higher": _("Tier %(n)s must cost more than the one below it."),
        "less_time": _("Tier %(n)s contains everything below it, so it cannot include less time."),
        "less_work": _(
            "Tier %(n)s contains everything below it, so it cannot promise less of a deliverable."
        ),
        "same_name": _("Tier %(n)s needs a name of its own."),
        "recommend_one": _("Recommend exactly one tier."),
    }
    reasons = cumulative_tiers.faults(tiers)
    if reasons:
        raise NotCumulative(
            " ".join(sentences[fault.code] % {"n": fault.position} for fault in reasons)
        )


def _check_floor(
    business: Business, tiers: Sequence[cumulative_tiers.TierDraft], terms: dict[str, Any]
) -> None:
    """Raise BelowRateFloor where value-adds need a reason that is not given (rule 34)."""
    currency, added = terms.get("currency", ""), terms.get("value_adds", [])
    rate_floor.require_reason(business=business, currency=currency, tiers=tiers, value_adds=added)


def _check_extras(tiers: Sequence[cumulative_tiers.TierDraft], terms: dict[str, Any]) -> None:
    """Raise BadExtra where what the client may add cannot be offered, or billed with a tier."""
    rows = terms.get("extras", [])
    whole = max(tier.amount for tier in tiers) + sum(row["amount"] for row in rows)
    if rows and whole > LARGEST:
        raise BadExtra(_("A tier with all extras is too large an amount."), field="extras")
    sentences = {
        "too_many": _("Offer at most six extras."),
        "same_name": _("Each extra needs a name of its own."),
        "no_amount": _("An extra costs something."),
    }
    for fault in extras.faults(rows):
        raise BadExtra(sentences[fault], field="extras")


def _check_kind(terms: dict[str, Any]) -> None:
    """Check that the text fits the interval, and that fixed terms have an end.

    Renewals, trials and one-time work need one (rule 35). Raises BadWording and BadTrial.
    """
    interval = terms.get("interval", Interval.MONTHLY)
    kind = kind_of(interval, terms.get("kind", ""), terms.get("template"))
    wording.require_fitting_interval(kind, interval)
    renews = terms.get("renews", Renews.NO) != Renews.NO
    if renews and (not terms.get("ends_on") or terms.get("interval") == Interval.ONCE):
        raise BadTrial(
            _("A retainer that renews needs the day on which its term ends."), field="ends_on"
        )
    if renews:
        end = completed(terms["starts_on"], Interval(interval), terms["ends_on"])
        if end != terms["ends_on"]:
            facts = {"day": formats.day(end)}
            raise BadTrial(
                _("A term that renews ends with a whole period. The next such end is %(day)s.")
                % facts,
                field="ends_on",
            )
    if kind == TextKind.ONCE and not terms.get("ends_on"):
        raise BadTrial(_("One-time work needs a day by which it is done."), field="ends_on")
    if kind != TextKind.TRIAL:
        return
    if not terms.get("ends_on"):
        raise BadTrial(_("A paid trial needs a day on which both sides decide."), field="ends_on")
    if (terms["ends_on"] - terms["starts_on"]).days not in TRIAL_DAYS:
        raise BadTrial(_("A paid trial takes two to four weeks."), field="ends_on")
    if not terms.get("trial_measure"):
        raise BadTrial(_("Say what makes the trial a success."), field="trial_measure")

"""The words for each interval: on forms, beside a fee, in agreements and in amendments.

Each function names every interval, so that a type checker finds where a new one has no words.
"""

from typing import assert_never

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from agreements.rules.intervals import Interval


def label(interval: Interval) -> Promise:
    """How often, as a choice on a form. Lazy: in the language of the page."""
    match interval:
        case Interval.WEEKLY:
            return gettext_lazy("Every week")
        case Interval.FORTNIGHTLY:
            return gettext_lazy("Every two weeks")
        case Interval.MONTHLY:
            return gettext_lazy("Every month")
        case Interval.QUARTERLY:
            return gettext_lazy("Every quarter")
        case Interval.YEARLY:
            return gettext_lazy("Every year")
        case Interval.ONCE:
            return gettext_lazy("Once")
    assert_never(interval)


def rhythm(interval: Interval) -> str:
    """How often a fee is due, inside a sentence."""
    match interval:
        case Interval.WEEKLY:
            return _("every week")
        case Interval.FORTNIGHTLY:
            return _("every two weeks")
        case Interval.MONTHLY:
            return _("every month")
        case Interval.QUARTERLY:
            return _("every quarter")
        case Interval.YEARLY:
            return _("every year")
        case Interval.ONCE:
            return _("once")
    assert_never(interval)


def fee(interval: Interval) -> str:
    """The name of the fee in a table of what an amendment changes."""
    match interval:
        case Interval.WEEKLY:
            return _("Fee every week")
        case Interval.FORTNIGHTLY:
            return _("Fee every two weeks")
        case Interval.MONTHLY:
            return _("Fee every month")
        case Interval.QUARTERLY:
            return _("Fee every quarter")
        case Interval.YEARLY:
            return _("Fee every year")
        case Interval.ONCE:
            return _("Fee")
    assert_never(interval)


def after_price(interval: Interval) -> str:
    """What follows a price on the card of a tier."""
    match interval:
        case Interval.WEEKLY:
            return _("/ week")
        case Interval.FORTNIGHTLY:
            return _("/ two weeks")
        case Interval.MONTHLY:
            return _("/ month")
        case Interval.QUARTERLY:
            return _("/ quarter")
        case Interval.YEARLY:
            return _("/ year")
        case Interval.ONCE:
            return _("once")
    assert_never(interval)


def after_hours(interval: Interval) -> str:
    """What follows the included time on the card of a tier."""
    match interval:
        case Interval.WEEKLY:
            return _("each week")
        case Interval.FORTNIGHTLY:
            return _("every two weeks")
        case Interval.MONTHLY:
            return _("each month")
        case Interval.QUARTERLY:
            return _("each quarter")
        case Interval.YEARLY:
            return _("each year")
        case Interval.ONCE:
            return _("in total")
    assert_never(interval)


def period(interval: Interval) -> str:
    """The name of one paid period, inside a sentence: "to the end of a paid month"."""
    match interval:
        case Interval.WEEKLY:
            return pgettext("one paid period", "week")
        case Interval.FORTNIGHTLY:
            return pgettext("one paid period", "two-week period")
        case Interval.MONTHLY:
            return pgettext("one paid period", "month")
        case Interval.QUARTERLY:
            return pgettext("one paid period", "quarter")
        case Interval.YEARLY:
            return pgettext("one paid period", "year")
        case Interval.ONCE:
            return pgettext("one paid period", "term")
    assert_never(interval)

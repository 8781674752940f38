"""What is off its line, in words: each finding, the drafted note to the client, and the one thing to change."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import formats
from delivery.rules.pace_rules import Off

Finding = dict[str, Any]  # as an EarlyWarning keeps it: kind, weight, and what the kind needs


def of_kpi(
    name: str, unit: str, value: Decimal, on: date, wanted: Decimal, target: Decimal, weight: int
) -> Finding:
    """A figure that is not where its line was."""
    return {
        "kind": Off.KPI.value,
        "weight": weight,
        "name": name,
        "unit": unit,
        "value": str(value),
        "on": on.isoformat(),
        "wanted": str(wanted),
        "target": str(target),
    }


def of_work(title: str, done: int, promised: int, wanted: int, weight: int) -> Finding:
    """A deliverable with fewer pieces than there should be."""
    count = {"done": done, "promised": promised, "wanted": wanted}
    return {"kind": Off.WORK.value, "weight": weight, "title": title, **count}


def of_hours(
    kind: Off, used: int, available: int, planned: int, ends: date | None, weight: int
) -> Finding:
    """Minutes that run out (on `ends`, if that is known) or stay unused."""
    day = ends.isoformat() if ends else ""
    return {
        "kind": kind.value,
        "weight": weight,
        "used": used,
        "available": available,
        "planned": planned,
        "ends": day,
    }


def says(one: Finding) -> str:
    """A finding as the freelancer reads it."""
    words = _words(one)
    match one["kind"]:
        case Off.KPI:
            return (
                _("%(name)s: %(value)s on %(on)s, expected %(wanted)s; the target is %(target)s.")
                % words
            )
        case Off.WORK:
            return (
                _("%(title)s: %(done)s of %(promised)s are done, expected %(wanted)s by now.")
                % words
            )
        case Off.OVER if one["ends"]:
            said = _(
                "Hours: %(used)s of %(available)s are used, planned %(planned)s; so they end on %(ends)s."
            )
            return said % words
        case Off.OVER:
            return (
                _("Hours: %(used)s of %(available)s are used, planned %(planned)s by now.") % words
            )
        case _unused:
            return (
                _("Hours: only %(used)s of %(available)s are used, planned %(planned)s by now.")
                % words
            )


def change(findings: Sequence[Finding]) -> str:
    """The one thing to change, about what is worst, for the freelancer's eyes."""
    worst = findings[0]
    words = _words(worst)
    match worst["kind"]:
        case Off.KPI:
            return (
                _(
                    "Put the next hours into what moves %(name)s, or agree on a target that can be met."
                )
                % words
            )
        case Off.WORK:
            return (
                ngettext(
                    "Keep time free this week for %(title)s: %(missing)s piece is to be given.",
                    "Keep time free this week for %(title)s: %(missing)s pieces are to be given.",
                    worst["promised"] - worst["done"],
                )
                % words
            )
        case Off.OVER:
            return _("Ask for more hours now, or leave what can wait for the next period.")
        case _unused:
            return _("Offer the client something for the hours that are free, before they expire.")


def note(findings: Sequence[Finding], last: date) -> str:
    """Two sentences to the client, in the language that is active: what is not as planned, and what is done about it.

    `last` is the period's last day.
    """
    return f"{_told(findings[0])} {_promised(findings[0], last)}"


def _told(one: Finding) -> str:
    words = _words(one)
    match one["kind"]:
        case Off.KPI:
            return _("%(name)s: %(value)s so far, where we wanted %(wanted)s by now.") % words
        case Off.WORK:
            return (
                _("%(title)s: %(done)s of %(promised)s are done, fewer than planned by now.")
                % words
            )
        case Off.OVER:
            return (
                _(
                    "%(used)s of the %(available)s in this period are used, more than planned by now."
                )
                % words
            )
        case _unused:
            return _("Of the %(available)s in this period, %(left)s are still free.") % words


def _promised(one: Finding, last: date) -> str:
    words = {"last": formats.day(last)}
    match one["kind"]:
        case Off.KPI:
            return _(
                "I am putting this week's work into it and will tell you in a week how it moved."
            )
        case Off.WORK:
            return _("The rest is planned, and you will have it by %(last)s.") % words
        case Off.OVER:
            return _(
                "Which of the open things matter most to you, so that the rest of the time goes there?"
            )
        case _unused:
            return (
                _("Is there something you would like me to bring forward before %(last)s?") % words
            )


def _words(one: Finding) -> dict[str, Any]:
    """The finding's facts as this language writes them."""
    if one["kind"] == Off.KPI:
        figures = {
            key: f"{formats.number(one[key])} {one['unit']}".strip()
            for key in ("value", "wanted", "target")
        }
        return {"name": one["name"], "on": formats.day_short(one["on"]), **figures}
    if one["kind"] == Off.WORK:
        return {**one, "missing": one["promised"] - one["done"]}
    hours = {key: formats.hours(max(0, one[key])) for key in ("used", "available", "planned")}
    left = formats.hours(max(0, one["available"] - one["used"]))
    return {**hours, "left": left, "ends": formats.day_short(one["ends"])}

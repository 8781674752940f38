"""The texts of an early warning: its findings, a drafted note to the client, a proposed change."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import formats
from delivery.models import MutedItem
from delivery.rules.pace_rules import Off

Finding = dict[str, Any]  # as stored in an EarlyWarning: kind, weight, and what the kind needs


def kpi_finding(
    name: str, unit: str, value: Decimal, on: date, wanted: Decimal, target: Decimal, weight: int
) -> Finding:
    """Return the finding about a KPI that is behind its target line."""
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


def work_finding(title: str, done: int, promised: int, wanted: int, weight: int) -> Finding:
    """Return the finding about a deliverable with fewer pieces than expected."""
    count = {"done": done, "promised": promised, "wanted": wanted}
    return {"kind": Off.WORK.value, "weight": weight, "title": title, **count}


def hours_finding(
    kind: Off, used: int, available: int, planned: int, ends: date | None, weight: int
) -> Finding:
    """Return the finding about minutes that run out (on `ends`, if known) or stay unused."""
    day = ends.isoformat() if ends else ""
    return {
        "kind": kind.value,
        "weight": weight,
        "used": used,
        "available": available,
        "planned": planned,
        "ends": day,
    }


def item_name(item: MutedItem) -> str:
    """Return a muted item by its name, or what it is about hours."""
    return item.name or str(item.get_kind_display())


def finding_sentence(finding: Finding) -> str:
    """Return a finding in a sentence for the freelancer."""
    values = _values(finding)
    match finding["kind"]:
        case Off.KPI:
            return (
                _("%(name)s: %(value)s on %(on)s, expected %(wanted)s; the target is %(target)s.")
                % values
            )
        case Off.WORK:
            return (
                _("%(title)s: %(done)s of %(promised)s done, %(wanted)s expected by now.") % values
            )
        case Off.OVER if finding["ends"]:
            template = _(
                "Hours: %(used)s of %(available)s used, %(planned)s planned by now; they will run "
                "out on %(ends)s."
            )
            return template % values
        case Off.OVER:
            return _("Hours: %(used)s of %(available)s used, %(planned)s planned by now.") % values
        case _unused if not finding["used"]:
            return _("Hours: none of %(available)s used, %(planned)s planned by now.") % values
        case _unused:
            return (
                _("Hours: only %(used)s of %(available)s used, %(planned)s planned by now.")
                % values
            )


def proposed_change(findings: Sequence[Finding]) -> str:
    """Return the one thing to change, about the worst finding; only the freelancer sees it."""
    worst = findings[0]
    values = _values(worst)
    match worst["kind"]:
        case Off.KPI:
            return (
                _(
                    "Put the next hours into what moves %(name)s, or agree on a target that can be "
                    "met."
                )
                % values
            )
        case Off.WORK:
            return (
                ngettext(
                    "Keep time free this week for “%(title)s”: %(missing)s is still to be done.",
                    "Keep time free this week for “%(title)s”: %(missing)s are still to be done.",
                    worst["promised"] - worst["done"],
                )
                % values
            )
        case Off.OVER:
            return _("Ask for more hours now, or leave what can wait for the next period.")
        case _unused:
            return _("Offer the client something for the hours that are free, before they expire.")


def client_note(findings: Sequence[Finding], last: date) -> str:
    """Return two sentences to the client in the active language.

    They say what is not as planned, and what is being done about it. `last` is the last day of the
    period.
    """
    return f"{_situation(findings[0])} {_remedy(findings[0], last)}"


def _situation(finding: Finding) -> str:
    """Return what is not as planned, as the client is told."""
    values = _values(finding)
    match finding["kind"]:
        case Off.KPI:
            return _("%(name)s: %(value)s so far, where we wanted %(wanted)s by now.") % values
        case Off.WORK:
            return (
                _("%(title)s: %(done)s of %(promised)s done so far, fewer than planned.") % values
            )
        case Off.OVER:
            return (
                _(
                    "%(used)s of the %(available)s in this period are used, more than planned by "
                    "now."
                )
                % values
            )
        case _unused:
            return _("Of the %(available)s in this period, %(left)s are still free.") % values


def _remedy(finding: Finding, last: date) -> str:
    """Return what is being done about it."""
    values = {"last": formats.day(last)}
    match finding["kind"]:
        case Off.KPI:
            return _(
                "I am putting this week's work into it and will tell you in a week how it moved."
            )
        case Off.WORK:
            return _("The rest is planned, and you will have it by %(last)s.") % values
        case Off.OVER:
            return _(
                "Which of the open things matter most to you, so that the rest of the time goes "
                "there?"
            )
        case _unused:
            return (
                _("Is there something you would like me to bring forward before %(last)s?") % values
            )


def _values(finding: Finding) -> dict[str, Any]:
    """Return the facts of a finding, formatted for the active language."""
    if finding["kind"] == Off.KPI:
        figures = {
            key: f"{formats.number(finding[key])} {finding['unit']}".strip()
            for key in ("value", "wanted", "target")
        }
        return {"name": finding["name"], "on": formats.day_short(finding["on"]), **figures}
    if finding["kind"] == Off.WORK:
        return {**finding, "missing": finding["promised"] - finding["done"]}
    hours = {key: formats.hours(max(0, finding[key])) for key in ("used", "available", "planned")}
    left = formats.hours(max(0, finding["available"] - finding["used"]))
    return {**hours, "left": left, "ends": formats.day_short(finding["ends"])}

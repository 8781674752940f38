"""The figures of a report in sentences and charts, alike on the page, in the email and the PDF."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import formats
from delivery.kpis.change_texts import since_start
from delivery.reports.kpi_chart import history_chart
from delivery.reports.sentences.subjects import is_month
from delivery.rules.kpi_pace import Pace, Verdict
from delivery.rules.states import DeliverableState


def template_context(shot: dict[str, Any]) -> dict[str, Any]:
    """Return what the templates need, texts in the active language included.

    `shot` is the snapshot of the report. The sentences of one that was sent before they were frozen
    with it are written as they were then.
    """
    figures, said = [_figure(row) for row in shot["kpis"]], shot.get("said", {})
    return {
        "snapshot": shot,
        "verdict": Verdict(shot["verdict"]),
        "verdict_text": said.get("opening")
        or verdict_text(shot["verdict"], is_month=_is_month(shot["period"])),
        "changed_text": said.get("changed", ""),
        "next_text": shot["next_text"] or said.get("next", ""),
        "kpis": [row for row in figures if row["shown"]],
        "more_kpis": [row for row in figures if not row["shown"]],
        "items": [_item(row) for row in shot["deliverables"]],
        "next_items": [f"{row['promised']} × {row['title']}" for row in shot["next"]],
        "requests_text": _requests(shot["requests"]),
        "hours_text": said.get("hours") or _hours(shot["hours"]),
        "silent_text": [_silent(row) for row in shot["silent"]],
        "work": _work(shot["entries"]),
    }


def _item(row: dict[str, Any]) -> dict[str, Any]:
    return row | {
        "note": _item_note(row),
        "state": DeliverableState(row["state"]),
        "is_full": row["done"] >= row["promised"],
    }


def verdict_text(code: str, *, is_month: bool) -> str:
    """Return the verdict in a sentence."""
    if not is_month:
        return {
            Verdict.GOOD: _(
                "A good period: everything promised was delivered, and the numbers are on target."
            ),
            Verdict.MIXED: _(
                "A mixed period: most of it went as planned, and what did not is listed below."
            ),
            Verdict.OFF: _(
                "This period fell short of its targets. What happens next is at the end of this "
                "report."
            ),
        }[Verdict(code)]
    return {
        Verdict.GOOD: _(
            "A good month: everything promised was delivered, and the numbers are on target."
        ),
        Verdict.MIXED: _(
            "A mixed month: most of it went as planned, and what did not is listed below."
        ),
        Verdict.OFF: _(
            "This month fell short of its targets. What happens next is at the end of this report."
        ),
    }[Verdict(code)]


def _is_month(span: dict[str, str]) -> bool:
    return is_month(date.fromisoformat(span["starts_on"]), date.fromisoformat(span["ends_on"]))


def pace_text(code: str) -> str:
    """Return how a KPI stands against its target, in a word or two."""
    return {
        Pace.REACHED: _("Reached"),
        Pace.ON_TRACK: _("On track"),
        Pace.BEHIND: _("Behind"),
        Pace.UNKNOWN: _("No reading"),
    }[Pace(code)]


def figure_text(value: Any, unit: str) -> str:
    """Return a figure with its unit: 3.5 %, 1,200 visits; "—" where there is none."""
    number = formats.number(value)
    return f"{number} {unit}".strip() if value != "" else number


def _figure(row: dict[str, Any]) -> dict[str, Any]:
    """Return a KPI of the snapshot with its texts and its chart."""
    unit = row["unit"]
    return row | {
        "pace": Pace(row["pace"]),
        "pace_text": pace_text(row["pace"]),
        "value_text": figure_text(row["value"], unit) if row["value"] else _("No reading"),
        "target_text": figure_text(row["target"], unit),
        "change_text": since_start(Decimal(row["baseline"]), Decimal(row["value"]))
        if row["value"]
        else "",
        "chart": history_chart(row),
    }


def _item_note(row: dict[str, Any]) -> str:
    """Return where it came from, what became of what is missing, and what was approved."""
    notes = []
    if row["came_from"]:
        notes.append(_("carried over from %(month)s") % {"month": formats.month(row["came_from"])})
    if row["state"] == DeliverableState.CARRIED:
        notes.append(_("the rest follows in the next period: %(why)s") % {"why": row["because"]})
    elif row["state"] == DeliverableState.WAIVED:
        notes.append(_("the rest was waived: %(why)s") % {"why": row["because"]})
    if approved := row.get("approved"):  # not in reports that were sent before there was any
        notes.append(_("%(n)s of %(all)s approved") % {"n": approved, "all": row["done"]})
    return "; ".join(notes)


def _requests(counts: dict[str, Any]) -> str:
    """Return a line about the requests and how fast they were answered; empty without any."""
    if not counts["asked"]:
        return ""
    requests = ngettext("%(n)s request", "%(n)s requests", counts["asked"]) % {"n": counts["asked"]}
    parts = [requests, _("%(n)s answered in the promised time") % {"n": counts["in_time"]}]
    if counts["median_minutes"] is not None:
        parts.append(
            _("typically within %(time)s") % {"time": formats.hours(counts["median_minutes"])}
        )
    return ", ".join(parts)


def _hours(hours: dict[str, Any]) -> str:
    """Return a line about the hours: used, available, and what became of the rest."""
    parts = [
        _("%(used)s of %(available)s used")
        % {"used": formats.hours(hours["used"]), "available": formats.hours(hours["available"])}
    ]
    if hours["remaining"] < 0:
        parts.append(_("%(hours)s over") % {"hours": formats.hours(-hours["remaining"])})
    if hours["rolled_in"]:
        parts.append(
            _("including %(hours)s carried in") % {"hours": formats.hours(hours["rolled_in"])}
        )
    if hours["deficit_in"]:
        parts.append(
            _("%(hours)s were used ahead in the period before")
            % {"hours": formats.hours(hours["deficit_in"])}
        )
    if hours["adjusted"]:
        parts.append(_("%(hours)s corrected") % {"hours": formats.hours_signed(hours["adjusted"])})
    if hours["approved"]:
        parts.append(
            _("%(hours)s beyond were approved") % {"hours": formats.hours(hours["approved"])}
        )
    if hours["rolled_out"]:
        parts.append(
            _("%(hours)s carry over into the next period")
            % {"hours": formats.hours(hours["rolled_out"])}
        )
    return ", ".join(parts)


def _work(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what the time was spent on, the most first.

    Each note appears once, with its minutes and the number of days.
    """
    minutes: dict[str, int] = defaultdict(int)
    days: dict[str, set[str]] = defaultdict(set)
    for row in entries:
        minutes[row["note"]] += row["minutes"]
        days[row["note"]].add(row["on"])
    most = sorted(minutes, key=lambda note: (-minutes[note], note))
    return [{"note": note, "minutes": minutes[note], "days": len(days[note])} for note in most]


def _silent(row: dict[str, Any]) -> str:
    """Return a sentence about a period without a report."""
    values = {"month": formats.month(row["starts_on"]), "why": row["because"]}
    if row["because"]:
        return _("There was no report for %(month)s: the retainer was paused (%(why)s).") % values
    return _("There was no report for %(month)s: the retainer was paused.") % values

"""A report's figures in words and drawings, in the active language: the same for page, letter and paper."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import formats
from delivery.reports.kpi_chart import chart
from delivery.rules.kpi_pace import Pace, Verdict, change
from delivery.rules.states import DeliverableState


def with_words(shot: dict[str, Any]) -> dict[str, Any]:
    """What templates need beside the snapshot."""
    figures = [_figure(row) for row in shot["kpis"]]
    return {
        "snapshot": shot,
        "verdict": Verdict(shot["verdict"]),
        "verdict_text": verdict_words(shot["verdict"], is_month=_is_month(shot["period"])),
        "kpis": [row for row in figures if row["shown"]],
        "more_kpis": [row for row in figures if not row["shown"]],
        "items": [_item(row) for row in shot["deliverables"]],
        "next_items": [f"{row['promised']} × {row['title']}" for row in shot["next"]],
        "requests_text": _requests(shot["requests"]),
        "hours_text": _hours(shot["hours"]),
        "silent_text": [_silent(row) for row in shot["silent"]],
        "work": _work(shot["entries"]),
    }


def _item(row: dict[str, Any]) -> dict[str, Any]:
    return row | {
        "note": _item_note(row),
        "state": DeliverableState(row["state"]),
        "is_full": row["done"] >= row["promised"],
    }


def verdict_words(code: str, *, is_month: bool) -> str:
    """The verdict in a sentence."""
    if not is_month:
        return {
            Verdict.GOOD: _(
                "A good period: everything promised was delivered, and the figures are where they should be."
            ),
            Verdict.MIXED: _(
                "A mixed period: most of it went as planned, and what did not is listed below."
            ),
            Verdict.OFF: _(
                "This period fell short of its targets. What happens next is at the end of this report."
            ),
        }[Verdict(code)]
    return {
        Verdict.GOOD: _(
            "A good month: everything promised was delivered, and the figures are where they should be."
        ),
        Verdict.MIXED: _(
            "A mixed month: most of it went as planned, and what did not is listed below."
        ),
        Verdict.OFF: _(
            "This month fell short of its targets. What happens next is at the end of this report."
        ),
    }[Verdict(code)]


def _is_month(span: dict[str, str]) -> bool:
    """Whether that is what people call it: no trial of two weeks, and no quarter."""
    return (
        28
        <= (date.fromisoformat(span["ends_on"]) - date.fromisoformat(span["starts_on"])).days
        <= 31
    )


def pace_words(code: str) -> str:
    """A KPI against its target, in a word or two."""
    return {
        Pace.REACHED: _("Reached"),
        Pace.ON_TRACK: _("On track"),
        Pace.BEHIND: _("Behind"),
        Pace.UNKNOWN: _("No reading"),
    }[Pace(code)]


def figure(value: Any, unit: str) -> str:
    """A figure with its unit: 3.5 %, 1,200 visits; "—" where there is none."""
    said = formats.number(value)
    return f"{said} {unit}".strip() if value != "" else said


def _figure(row: dict[str, Any]) -> dict[str, Any]:
    unit = row["unit"]
    return row | {
        "pace": Pace(row["pace"]),
        "pace_text": pace_words(row["pace"]),
        "value_text": figure(row["value"], unit) if row["value"] else _("No reading"),
        "target_text": figure(row["target"], unit),
        "change_text": _change(row),
        "chart": chart(row),
    }


def _change(row: dict[str, Any]) -> str:
    """Against where the retainer began: in percent, or in words where it began at nothing."""
    if not row["value"]:
        return ""
    percent = change(Decimal(row["baseline"]), Decimal(row["value"]))
    if percent is None:
        return _("from 0 at the start")
    return _("%(change)s %% since the start") % {"change": formats.signed(percent)}


def _item_note(row: dict[str, Any]) -> str:
    """What became of what is missing, and where it came from."""
    words = []
    if row["came_from"]:
        words.append(_("carried over from %(month)s") % {"month": formats.month(row["came_from"])})
    if row["state"] == DeliverableState.CARRIED:
        words.append(_("the rest follows in the next period: %(why)s") % {"why": row["because"]})
    elif row["state"] == DeliverableState.WAIVED:
        words.append(_("the rest was waived: %(why)s") % {"why": row["because"]})
    return "; ".join(words)


def _requests(asked: dict[str, Any]) -> str:
    if not asked["asked"]:
        return ""
    said = ngettext("%(n)s request", "%(n)s requests", asked["asked"]) % {"n": asked["asked"]}
    words = [said, _("%(n)s answered in the promised time") % {"n": asked["in_time"]}]
    if asked["median_minutes"] is not None:
        words.append(
            _("half of them within %(time)s") % {"time": formats.hours(asked["median_minutes"])}
        )
    return ", ".join(words)


def _hours(stated: dict[str, Any]) -> str:
    """Used of what there was, and what became of the rest."""
    words = [
        _("%(used)s of %(available)s used")
        % {"used": formats.hours(stated["used"]), "available": formats.hours(stated["available"])}
    ]
    if stated["remaining"] < 0:
        words.append(_("%(hours)s over") % {"hours": formats.hours(-stated["remaining"])})
    if stated["rolled_in"]:
        words.append(
            _("%(hours)s of them rolled over") % {"hours": formats.hours(stated["rolled_in"])}
        )
    if stated["deficit_in"]:
        words.append(
            _("%(hours)s were used ahead in the period before")
            % {"hours": formats.hours(stated["deficit_in"])}
        )
    if stated["adjusted"]:
        words.append(_("%(hours)s corrected") % {"hours": formats.hours_signed(stated["adjusted"])})
    if stated["approved"]:
        words.append(
            _("%(hours)s beyond were approved") % {"hours": formats.hours(stated["approved"])}
        )
    if stated["rolled_out"]:
        words.append(
            _("%(hours)s go on into the next period")
            % {"hours": formats.hours(stated["rolled_out"])}
        )
    return ", ".join(words)


def _work(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the time went into, the most first: each kind of work once, with its minutes and on how many days."""
    minutes: dict[str, int] = defaultdict(int)
    days: dict[str, set[str]] = defaultdict(set)
    for row in entries:
        minutes[row["note"]] += row["minutes"]
        days[row["note"]].add(row["on"])
    most = sorted(minutes, key=lambda note: (-minutes[note], note))
    return [{"note": note, "minutes": minutes[note], "days": len(days[note])} for note in most]


def _silent(row: dict[str, Any]) -> str:
    month = {"month": formats.month(row["starts_on"]), "why": row["because"]}
    if row["because"]:
        return _("There was no report for %(month)s: the retainer was paused (%(why)s).") % month
    return _("There was no report for %(month)s: the retainer was paused.") % month

"""Suggests the texts of a report from its figures, for the freelancer to edit.

Every function takes the snapshot of a report (`shot`) and the language to write in.
"""

from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import formats
from delivery.rules.kpi_pace import Pace, change_percent
from delivery.rules.states import DeliverableState

PLENTY = 60  # percent of the hours; when fewer were used, a question about the rest is suggested


def comment(shot: dict[str, Any], language: str) -> str:
    """Return two or three sentences on what was delivered; empty when nothing happened."""
    with translation.override(language):
        return " ".join(
            sentence for sentence in (_delivered(shot), _best(shot), _behind(shot)) if sentence
        )


def next_steps(shot: dict[str, Any], language: str) -> str:
    """Return what the next period brings: what is carried over, promised, and still requested."""
    with translation.override(language):
        items = [_count(item, item["promised"]) for item in shot["next"] or shot["deliverables"]]
        lines = [", ".join(items) + "."] if items and not shot["ended_on"] else []
        lines += (
            [_("Still open: %(list)s.") % {"list": ", ".join(shot["requests"]["open"])}]
            if shot["requests"]["open"]
            else []
        )
        return "\n".join(lines)


def decisions(shot: dict[str, Any], language: str) -> list[str]:
    """Return questions that one word answers, the most pressing first.

    The freelancer picks one of them or writes another.
    """
    if shot["ended_on"]:
        return []
    with translation.override(language):
        hours, questions = shot["hours"], []
        if hours["remaining"] < 0:
            values = {"hours": formats.hours(-hours["remaining"])}
            questions.append(
                _(
                    "We needed %(hours)s more than the retainer includes. Shall we talk about a "
                    "larger tier?"
                )
                % values
            )
        elif hours["available"] and hours["used"] * 100 < hours["available"] * PLENTY:
            values = {"hours": formats.hours(hours["remaining"])}
            questions.append(
                _("%(hours)s were not used. Shall we put them into something that was put off?")
                % values
            )
        behind = [
            kpi["name"] for kpi in shot["kpis"] if kpi["pace"] == Pace.BEHIND and kpi["shown"]
        ]
        questions += [
            _("Shall we put more of next month's time into “%(kpi)s”?") % {"kpi": name}
            for name in behind
        ]
        questions.append(_("Shall we go on in the same way next month?"))
        return questions[:3]


def _delivered(shot: dict[str, Any]) -> str:
    """Return a sentence about what was delivered and what is missing."""
    done = [_count(item, item["done"]) for item in shot["deliverables"] if item["done"]]
    if not done:
        return ""
    short = [item for item in shot["deliverables"] if item["done"] < item["promised"]]
    missing = [
        _count(item, item["promised"] - item["done"])
        for item in short
        if item["state"] != DeliverableState.WAIVED
    ]
    values = {"list": ", ".join(done), "missing": ", ".join(missing)}
    if missing:
        return _("Delivered: %(list)s; still missing: %(missing)s.") % values
    return (
        _("Delivered: %(list)s.") if short else _("Everything promised was delivered: %(list)s.")
    ) % values


def _best(shot: dict[str, Any]) -> str:
    """Return a sentence about the KPI that improved most since the period before."""
    moved: list[tuple[Decimal, str]] = []
    for kpi in shot["kpis"]:
        before = [value for _day, value in kpi["history"][:-1] if value]
        start = Decimal(before[-1] if before else kpi["baseline"])
        percent = change_percent(start, Decimal(kpi["value"])) if kpi["value"] else None
        if percent is not None and kpi["pace"] != Pace.BEHIND:
            moved.append((-percent if kpi["less_is_better"] else percent, kpi["name"]))
    if not moved or max(moved)[0] <= 0:
        return ""
    percent, name = max(moved)
    return _("%(kpi)s moved most: %(change)s %% this month.") % {
        "kpi": name,
        "change": f"+{formats.number(percent)}",
    }


def _behind(shot: dict[str, Any]) -> str:
    """Return a sentence about the KPIs that did not reach their targets."""
    behind = [kpi["name"] for kpi in shot["kpis"] if kpi["pace"] == Pace.BEHIND]
    if not behind:
        return ""
    template = ngettext(
        "%(list)s did not reach its target.", "%(list)s did not reach their targets.", len(behind)
    )
    return template % {"list": ", ".join(behind)}


def _count(item: dict[str, Any], n: int) -> str:
    """Return a deliverable with its count, or its title alone when one was promised."""
    return f"{n} × {item['title']}" if item["promised"] != 1 else str(item["title"])

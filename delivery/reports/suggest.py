"""First drafts of a report's words, from its figures: the freelancer reads and changes them before anybody else."""

from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import formats
from delivery.rules.kpi_pace import Pace, change
from delivery.rules.states import DeliverableState

PLENTY = 60  # percent: fewer hours used than this, and the rest is worth a word


def comment(shot: dict[str, Any], language: str) -> str:
    """Two or three sentences on what the fee bought; empty where nothing happened."""
    with translation.override(language):
        return " ".join(said for said in (_delivered(shot), _best(shot), _behind(shot)) if said)


def next_steps(shot: dict[str, Any], language: str) -> str:
    """What the next period brings: what is carried, what is promised, what is still asked for."""
    with translation.override(language):
        words = [_count(one, one["promised"]) for one in shot["next"] or shot["deliverables"]]
        said = [", ".join(words) + "."] if words and not shot["ended_on"] else []
        said += (
            [_("Still open: %(list)s.") % {"list": ", ".join(shot["requests"]["open"])}]
            if shot["requests"]["open"]
            else []
        )
        return "\n".join(said)


def decisions(shot: dict[str, Any], language: str) -> list[str]:
    """Questions that one word answers, the most pressing first; the freelancer picks one or writes another."""
    if shot["ended_on"]:
        return []
    with translation.override(language):
        stated, found = shot["hours"], []
        if stated["remaining"] < 0:
            over = {"hours": formats.hours(-stated["remaining"])}
            found.append(
                _(
                    "We needed %(hours)s more than the retainer holds. Shall we talk about a larger tier?"
                )
                % over
            )
        elif stated["available"] and stated["used"] * 100 < stated["available"] * PLENTY:
            left = {"hours": formats.hours(stated["remaining"])}
            found.append(
                _("%(hours)s were not used. Shall we put them into something that was put off?")
                % left
            )
        late = [row["name"] for row in shot["kpis"] if row["pace"] == Pace.BEHIND and row["shown"]]
        found += [
            _("Shall we put more of next month's time into “%(kpi)s”?") % {"kpi": name}
            for name in late
        ]
        found.append(_("Shall we go on in the same way next month?"))
        return found[:3]


def _delivered(shot: dict[str, Any]) -> str:
    done = [_count(one, one["done"]) for one in shot["deliverables"] if one["done"]]
    if not done:
        return ""
    short = [one for one in shot["deliverables"] if one["done"] < one["promised"]]
    missing = [
        _count(one, one["promised"] - one["done"])
        for one in short
        if one["state"] != DeliverableState.WAIVED
    ]
    words = {"list": ", ".join(done), "missing": ", ".join(missing)}
    if missing:
        return _("Delivered: %(list)s; still missing: %(missing)s.") % words
    return (
        _("Delivered: %(list)s.") if short else _("Everything promised was delivered: %(list)s.")
    ) % words


def _best(shot: dict[str, Any]) -> str:
    """The figure that moved most in the right direction, from where the period before left it."""
    moved: list[tuple[Decimal, str]] = []
    for row in shot["kpis"]:
        before = [value for _day, value in row["history"][:-1] if value]
        start = Decimal(before[-1] if before else row["baseline"])
        percent = change(start, Decimal(row["value"])) if row["value"] else None
        if percent is not None and row["pace"] != Pace.BEHIND:
            moved.append((-percent if row["less_is_better"] else percent, row["name"]))
    if not moved or max(moved)[0] <= 0:
        return ""
    percent, name = max(moved)
    return _("%(kpi)s moved most: %(change)s %% this month.") % {
        "kpi": name,
        "change": f"+{formats.number(percent)}",
    }


def _behind(shot: dict[str, Any]) -> str:
    late = [row["name"] for row in shot["kpis"] if row["pace"] == Pace.BEHIND]
    if not late:
        return ""
    said = ngettext(
        "%(list)s did not reach its target.", "%(list)s did not reach their targets.", len(late)
    )
    return said % {"list": ", ".join(late)}


def _count(one: dict[str, Any], n: int) -> str:
    return f"{n} × {one['title']}" if one["promised"] != 1 else str(one["title"])

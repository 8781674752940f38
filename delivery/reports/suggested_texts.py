"""Suggests the texts of a report from its figures, for the freelancer to edit.

Every function takes the snapshot of a report (`shot`) and the language to write in; `turn` chooses
among the phrasings.
"""

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from core import formats
from delivery.reports.sentences import writers
from delivery.rules.kpi_pace import Pace

PLENTY = 60  # percent of the hours; when fewer were used, a question about the rest is suggested


def comment(shot: dict[str, Any], language: str, turn: int) -> str:
    """Return what was delivered and how the KPIs moved; empty when nothing happened."""
    return writers.first_words(shot, language, turn)


def next_steps(shot: dict[str, Any], language: str, turn: int) -> str:
    """Return what the next period brings: what is carried over, promised, and still requested.

    The freelancer reads it first, so a next period that is not there yet is taken to be the same.
    """
    return writers.next_steps(shot, language, turn, is_guess=True)


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

"""Writes the sentences of a report in a language without a grammar of its own, by translation.

The translations of these short sentences fit any language: a list of counts needs no plural of a
name that somebody typed.
"""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from core import formats
from delivery.reports.sentences.changes import Change, Kind
from delivery.reports.sentences.subjects import Piece, Subjects


def opening(about: Subjects, turn: int) -> str:
    """Return how the period went, in a sentence."""
    if about.verdict.is_good:
        return _("Everything promised was delivered, and the numbers are on target.")
    if about.verdict.is_mixed:
        return _("Most of it went as planned, and what did not is listed below.")
    return _("The targets were missed. What comes next is at the end of this report.")


def first_words(about: Subjects, turn: int) -> str:
    """Return what was delivered, what is missing, and which KPIs are behind."""
    said = []
    if done := [_count(piece, piece.done) for piece in about.pieces if piece.done]:
        said.append(_("Delivered: %(list)s.") % {"list": ", ".join(done)})
    if missing := [
        _count(piece, piece.missing)
        for piece in about.pieces
        if piece.missing and not piece.is_waived
    ]:
        said.append(_("Still missing: %(list)s.") % {"list": ", ".join(missing)})
    if behind := [kpi.name for kpi in about.behind]:
        said.append(_("Behind target: %(list)s.") % {"list": ", ".join(behind)})
    return " ".join(said)


def next_steps(about: Subjects, turn: int) -> str:
    """Return what the next period brings, and which requests are open."""
    said = []
    if coming := [_count(piece, piece.promised) for piece in about.coming]:
        said.append(_("Planned: %(list)s.") % {"list": ", ".join(coming)})
    if about.open_requests:
        said.append(_("Still open: %(list)s.") % {"list": ", ".join(about.open_requests)})
    return " ".join(said)


def hours(about: Subjects) -> str:
    """Return how many hours were used, of how many, and what becomes of the rest."""
    counts = about.hours
    said = _("%(used)s of %(available)s used") % {
        "used": formats.hours(counts["used"]),
        "available": formats.hours(counts["available"]),
    }
    if counts["rolled_out"]:
        carried = _("%(hours)s carry over into the next period")
        said += ", " + carried % {"hours": formats.hours(counts["rolled_out"])}
    return said


def changed(since: str, changes: Sequence[Change]) -> str:
    """Return in one line what changed since the report before."""
    told = [
        f"{change.name or _('Hours')} {_amount(change, change.before)} → "
        f"{_amount(change, change.now)}"
        for change in changes
    ]
    return _("Since %(month)s: %(list)s") % {"month": since, "list": ", ".join(told) or "="}


def _amount(change: Change, value: object) -> str:
    if change.kind == Kind.HOURS:
        return formats.hours_number(int(str(value)))
    return f"{formats.number(value)} {change.unit}".strip()


def _count(piece: Piece, n: int) -> str:
    return f"{n} × {piece.title}"

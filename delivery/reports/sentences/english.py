"""Writes the sentences of a report in English.

Each function takes what the report is about and the turn of its period, which chooses among the
phrasings, so that two months that follow each other never begin alike.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from core import formats
from delivery.reports.sentences import english_nouns as nouns
from delivery.reports.sentences.changes import Change, Kind
from delivery.reports.sentences.subjects import Measure, Piece, Subjects, in_turn


def opening(about: Subjects, turn: int) -> str:
    """Return how the period went, in a sentence or two."""
    month = formats.month_name(about.month) if about.month else ""
    this, what = (month, "month") if month else ("This period", "period")
    well = _well(about)
    missed = " What comes next is at the end of this report." if about.looks_ahead else ""
    if about.verdict.is_good:
        variants = (
            f"A good {what}{well}.",
            f"{this} went as planned{well}.",
            f"All went well in {month or 'this period'}{well}.",
            f"{this} was a strong {what}{well}.",
        )
    elif about.verdict.is_mixed:
        variants = (
            f"A mixed {what}: most of it went as planned, and what did not is listed below.",
            f"{this} mostly went as planned. What did not is listed below.",
            f"Most of {month or 'this period'} worked out; the rest is explained below.",
            f"{this} had two sides: most targets were met, and some were not.",
        )
    else:
        variants = (
            f"This {what} fell short of its targets.{missed}",
            f"{this} did not go as planned.{missed}",
            f"We missed targets in {month or 'this period'}.{missed}",
            f"{this} ended behind target.{missed}",
        )
    return in_turn(variants, turn)


def first_words(about: Subjects, turn: int) -> str:
    """Return what was delivered and how the KPIs moved; empty when nothing can be said."""
    sentences = [*_delivered(about, turn), *_measured(about, turn)]
    return " ".join(nouns.capital(sentence) for sentence in sentences)


def next_steps(about: Subjects, turn: int) -> str:
    """Return what the next period brings, and which requests are open."""
    sentences = []
    if said := [piece for piece in about.coming if not nouns.is_awkward(piece.title)]:
        sentences.append(_coming(about, said, turn))
    sentences += [
        f"{nouns.quoted(piece.title)} is planned."
        if piece.promised == 1
        else f"{nouns.quoted(piece.title)}: {nouns.number(piece.promised)} are planned."
        for piece in about.coming
        if nouns.is_awkward(piece.title)
    ]
    titles = [nouns.quoted(title) for title in about.open_requests]
    if len(titles) == 1:
        sentences.append(f"Your request {titles[0]} is still open.")
    elif titles:
        sentences.append(f"Your requests {nouns.listed(titles)} are still open.")
    return " ".join(sentences)


def hours(about: Subjects) -> str:
    """Return how many hours were used, of how many, and what becomes of the rest."""
    counts = about.hours
    available = max(0, counts["available"])
    if not available and not counts["used"]:
        return "No hours are included."
    used = f"{formats.hours_number(counts['used'])} of {_hours(available)} used"
    parts = [used]
    if counts["remaining"] < 0:
        parts.append(f"{_hours(-counts['remaining'])} more than included")
    if counts["rolled_in"]:
        parts.append(f"including {formats.hours_number(counts['rolled_in'])} carried over")
    if counts["deficit_in"]:
        parts.append(f"after {_hours(counts['deficit_in'])} used ahead in the period before")
    if counts["adjusted"]:
        what = "removed" if counts["adjusted"] < 0 else "added"
        parts.append(f"with {_hours(abs(counts['adjusted']))} {what} by a correction")
    if counts["approved"]:
        parts.append(f"with {_hours(counts['approved'])} extra approved")
    said = ", ".join(parts)
    if over := counts["rolled_out"]:
        carry = "carries" if over == 60 else "carry"
        said += f"; {formats.hours_number(over)} {carry} over into {_following(about)}"
    return f"{said}."


def changed(since: str, changes: Sequence[Change]) -> str:
    """Return in one line what changed since the report before."""
    if not changes:
        return f"The same numbers as in {since}."
    return f"Compared with {since}: {', '.join(map(_change, changes))}."


def _change(change: Change) -> str:
    if change.kind == Kind.HOURS:
        return (
            f"{_hours(int(change.now))} used instead of {formats.hours_number(int(change.before))}"
        )
    if change.kind == Kind.WORK:
        if nouns.is_awkward(change.name):
            name = nouns.quoted(change.name)
        else:
            name = (nouns.singular if change.now == 1 else nouns.plural)(change.name)
        return f"{change.now} {name} instead of {change.before}"
    return (
        f"{change.name} {_value(change.now, change.unit)} instead of "
        f"{_value(change.before, change.unit)}"
    )


def _well(about: Subjects) -> str:
    """Return what was good about a good period, after a colon; only what its numbers say."""
    parts = ["everything promised was delivered"] if about.owed else []
    parts += ["the numbers are on target"] if about.measures else []
    return f": {', and '.join(parts)}" if parts else ""


def _delivered(about: Subjects, turn: int) -> list[str]:
    """Return sentences about the deliverables: first what is missing, then what is complete."""
    pieces = [piece for piece in about.pieces if piece.promised or piece.done]
    full = [piece for piece in pieces if not piece.missing]
    short = [piece for piece in pieces if piece.missing]
    said = [piece for piece in full if not nouns.is_awkward(piece.title)]
    sentences = [_short(about, piece, turn + n) for n, piece in enumerate(short)]
    if said:
        is_all = not short and len(said) == len(full)
        sentences.append(_complete(about, said, turn + len(short), is_all=is_all))
    sentences += [
        f"{nouns.quoted(piece.title)} is done."
        if piece.promised == 1
        else f"{nouns.quoted(piece.title)}: all {nouns.number(piece.promised)} are done."
        for piece in full
        if nouns.is_awkward(piece.title) and piece.promised
    ]
    return sentences


def _complete(about: Subjects, pieces: Sequence[Piece], turn: int, *, is_all: bool) -> str:
    """Return a sentence about deliverables of which nothing is missing."""
    groups = groupby(pieces, key=lambda piece: nouns.verb(piece.title)[0])
    done = nouns.listed([f"{verb} {nouns.listed([*map(_whole, group)])}" for verb, group in groups])
    everything = nouns.listed([_whole(piece) for piece in pieces])
    where = _in_month(about)
    return in_turn(
        (
            f"we {done}.",
            f"everything promised is done: {everything}." if is_all else f"complete: {everything}.",
            f"{where} we {done}.",
        ),
        turn,
    )


def _whole(piece: Piece) -> str:
    """Return a complete deliverable: "all 20 posts", "both videos", "the growth review"."""
    if piece.extra:
        name = nouns.plural(piece.title)
        extra = f"{nouns.number(piece.extra)} more than promised" if piece.promised else "extra"
        return f"{nouns.number(piece.done)} {name} ({extra})"
    if piece.promised == 1:
        return nouns.single(piece.title)
    count = "both" if piece.promised == 2 else f"all {nouns.number(piece.promised)}"
    return f"{count} {nouns.plural(piece.title)}"


def _short(about: Subjects, piece: Piece, turn: int) -> str:
    """Return a sentence about a deliverable of which some or all is missing."""
    if nouns.is_awkward(piece.title):
        count = f"{nouns.number(piece.done, piece.promised)} of {nouns.number(piece.promised)}"
        done = f"{count} done" if piece.done else "not done yet"
        return f"{nouns.quoted(piece.title)}: {done}; {_rest(about, piece)}."
    if not piece.done:
        return _nothing(about, piece)
    name, verb = nouns.plural(piece.title), nouns.verb(piece.title)[0]
    done = nouns.number(piece.done, piece.promised)
    promised = nouns.number(piece.promised, piece.done)
    count, rest = f"{done} of {promised} {name}", _rest(about, piece)
    variants = (
        f"we {verb} {count}; {rest}.",
        f"of {promised} {name} we {verb} {done}; {rest}.",
        f"{_in_month(about)} we {verb} {count}; {rest}.",
    )
    return in_turn(variants, turn)


def _nothing(about: Subjects, piece: Piece) -> str:
    """Return a sentence about a deliverable of which nothing was done."""
    if piece.promised == 1:
        name, is_plural = nouns.single(piece.title), nouns.is_plural(piece.title)
    else:
        name = f"the {nouns.number(piece.promised)} {nouns.plural(piece.title)}"
        is_plural = True
    return f"{name} {_fate(about, piece, is_plural=is_plural)}."


def _rest(about: Subjects, piece: Piece) -> str:
    """Return what becomes of the missing ones: "the last one moves to December"."""
    if not piece.done and piece.promised == 1:
        return f"it {_fate(about, piece, is_plural=False)}"
    which = "other" if piece.missing > piece.done else "last"
    is_all = not piece.done
    if piece.missing == 1:
        return f"the {which} one {_fate(about, piece, is_plural=False)}"
    count = nouns.number(piece.missing)
    name = "they" if is_all else f"the {which} {count}"
    return f"{name} {_fate(about, piece, is_plural=True)}"


def _fate(about: Subjects, piece: Piece, *, is_plural: bool) -> str:
    """Return what happens to what is missing, with its reason."""
    if piece.is_carried:
        said = f"{'move' if is_plural else 'moves'} to {_following(about)}"
    elif piece.is_waived:
        said = f"{'were' if is_plural else 'was'} dropped"
    else:
        return f"{'are' if is_plural else 'is'} still to come"
    reason = nouns.reason(piece.because)
    if reason.startswith(("because ", "since ")):
        return f"{said} {reason}"
    return f"{said} ({reason})" if reason else said


def _measured(about: Subjects, turn: int) -> list[str]:
    """Return sentences about the KPI that improved most and those behind their targets."""
    sentences = [_moved(about.best, turn)] if about.best else []
    if behind := about.behind:
        sentences.append(_moved(behind[0], turn + 1))
    if others := behind[1:]:
        names = nouns.listed([one.name for one in others])
        several = len(others) > 1 or nouns.is_plural(others[0].name)
        verb, target = ("are", "their targets") if several else ("is", "its target")
        sentences.append(f"{names} {verb} behind {target} as well.")
    return sentences


def _moved(kpi: Measure, turn: int) -> str:
    """Return a sentence about where a KPI went and how it stands against its target."""
    value, target = _value(kpi.value, kpi.unit), _value(kpi.target, kpi.unit)
    is_are = "are" if nouns.is_plural(kpi.name) else "is"
    stands = _standing(kpi, target, is_are)
    if kpi.is_count or (kpi.before_on is None and not kpi.before):
        before = (
            f" after {_value(kpi.before, kpi.unit)} in {formats.month_name(kpi.before_on)}"
            if kpi.before_on
            else ""
        )
        return f"{kpi.name} came to {value}{before}{stands}."
    if not kpi.direction:
        return f"{kpi.name} stayed at {value}{stands}."
    verbs = (
        ("rose", "went up", "climbed") if kpi.direction > 0 else ("fell", "went down", "dropped")
    )
    since = "" if kpi.before_on else " at the start"
    start = _value(kpi.before, kpi.unit)
    return f"{kpi.name} {in_turn(verbs, turn)} from {start}{since} to {value}{stands}."


def _standing(kpi: Measure, target: str, is_are: str) -> str:
    """Return how a value stands against its target, as the end of a sentence."""
    side = "below" if kpi.less_is_better else "above"
    if kpi.is_behind:
        missed = "above" if kpi.less_is_better else "short of"
        still = "still " if kpi.gain > 0 or kpi.less_is_better else ""
        return f", {still}{missed} the target of {target}"
    if kpi.value == kpi.target:
        return f" and {is_are} on the target of {target}"
    now = "still" if kpi.was_there_before else "now"
    return f" and {is_are} {now} {side} the target of {target}"


def _coming(about: Subjects, pieces: Sequence[Piece], turn: int) -> str:
    """Return a sentence about what is planned for the next period."""
    month = formats.month_name(about.next_month) if about.next_month else ""
    groups = groupby(pieces, key=lambda piece: nouns.verb(piece.title)[1])
    doing = nouns.listed([f"{verb} {nouns.listed([*map(_due, group)])}" for verb, group in groups])
    brings = nouns.listed([_due(piece) for piece in pieces])
    variants = (
        f"In {month or 'the next period'} we {doing}.",
        f"{month or 'The next period'} brings {brings}.",
        f"Next up: {brings}.",
    )
    return in_turn(variants, turn)


def _due(piece: Piece) -> str:
    """Return a deliverable that is planned: "20 posts", "the growth review"."""
    if piece.promised == 1:
        return nouns.single(piece.title)
    return f"{nouns.number(piece.promised)} {nouns.plural(piece.title)}"


def _following(about: Subjects) -> str:
    """Return the name of the next period."""
    return formats.month_name(about.next_month) if about.next_month else "the next period"


def _in_month(about: Subjects) -> str:
    """Return when it was, to begin a sentence with."""
    return f"in {formats.month_name(about.month)}" if about.month else "in this period"


def _hours(minutes: int) -> str:
    """Return minutes as hours with their word: "40 hours", "1 hour", "0.5 hours"."""
    return f"{formats.hours_number(minutes)} {'hour' if minutes == 60 else 'hours'}"


def _value(value: Any, unit: str) -> str:
    """Return a value of a KPI with its unit, which stays on the same line."""
    return f"{formats.number(value)}\N{NO-BREAK SPACE}{unit}".strip()

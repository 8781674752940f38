"""Writes the sentences of a report in Thai.

Sentences have no full stop and are set apart by a space, as Thai is written. Each function takes
what the report is about and the turn of its period, which chooses among the phrasings.
"""

from collections.abc import Sequence
from typing import Any

from core import formats
from delivery.reports.sentences import thai_nouns as nouns
from delivery.reports.sentences.changes import Change, Kind
from delivery.reports.sentences.subjects import Measure, Piece, Subjects, in_turn
from delivery.reports.sentences.thai_nouns import joined


def opening(about: Subjects, turn: int) -> str:
    """Return how the period went, in a sentence or two."""
    this = "เดือนนี้" if about.month else "งวดนี้"
    named = _month(about.month) or "งวดที่ผ่านมา"
    well = _well(about)
    missed = " สิ่งที่จะทำต่อไปอยู่ท้ายรายงาน" if about.looks_ahead else ""
    if about.verdict.is_good:
        variants = (
            f"{this}เป็นไปตามแผน{well}",
            f"ภาพรวม{named}เป็นไปด้วยดี{well}",
            f"{named}ผ่านไปด้วยดี{well}",
            f"ผลงาน{named}น่าพอใจ{well}",
        )
    elif about.verdict.is_mixed:
        variants = (
            f"{this}ส่วนใหญ่เป็นไปตามแผน ส่วนที่ยังไม่เป็นไปตามแผนอยู่ด้านล่าง",
            f"ภาพรวม{named}เป็นไปตามแผนเป็นส่วนใหญ่ รายการที่ยังขาดอยู่ด้านล่าง",
            f"งาน{named}ส่วนใหญ่เรียบร้อยตามแผน บางส่วนยังต้องดำเนินการต่อ",
            f"{named}มีทั้งส่วนที่ถึงเป้าและส่วนที่ยังไม่ถึง รายละเอียดอยู่ด้านล่าง",
        )
    else:
        variants = (
            f"{this}ยังไม่ถึงเป้าที่ตั้งไว้{missed}",
            f"ภาพรวม{named}ยังไม่เป็นไปตามแผน{missed}",
            f"ผลงาน{named}ต่ำกว่าเป้า{missed}",
            f"{named}ทำได้น้อยกว่าที่ตั้งใจไว้{missed}",
        )
    return in_turn(variants, turn)


def first_words(about: Subjects, turn: int) -> str:
    """Return what was delivered and how the KPIs moved; empty when nothing can be said."""
    return " ".join([*_delivered(about, turn), *_measured(about, turn)])


def next_steps(about: Subjects, turn: int) -> str:
    """Return what the next period brings, and which requests are open."""
    sentences = []
    if about.coming:
        month = _month(about.next_month) or "งวดหน้า"
        due = nouns.listed([_due(piece) for piece in about.coming])
        variants = (
            joined(f"{month}จะส่งมอบ", due),
            joined(f"แผน{month}คือ", due),
            joined("งานลำดับถัดไปคือ", due),
        )
        sentences.append(in_turn(variants, turn))
    if titles := [f"“{title}”" for title in about.open_requests]:
        sentences.append(f"คำขอที่ยังดำเนินการอยู่: {nouns.listed(titles)}")
    return " ".join(sentences)


def hours(about: Subjects) -> str:
    """Return how many hours were used, of how many, and what becomes of the rest."""
    counts = about.hours
    if counts["available"] <= 0 and not counts["used"]:
        return "ไม่มีชั่วโมงที่รวมไว้"
    available = formats.hours_number(max(0, counts["available"]))
    parts = [f"ใช้ไป {formats.hours_number(counts['used'])} จาก {available} ชั่วโมง"]
    if counts["rolled_in"]:
        parts.append(f"รวมที่ยกมาจากงวดก่อน {_hours(counts['rolled_in'])}")
    if counts["deficit_in"]:
        parts.append(f"หักที่ใช้ล่วงหน้าในงวดก่อน {_hours(counts['deficit_in'])}")
    if counts["adjusted"]:
        word = "ลด" if counts["adjusted"] < 0 else "เพิ่ม"
        parts.append(f"ปรับ{word} {_hours(abs(counts['adjusted']))}")
    if counts["approved"]:
        parts.append(f"อนุมัติเพิ่ม {_hours(counts['approved'])}")
    if counts["remaining"] < 0:
        parts.append(f"เกินจากที่รวมไว้ {_hours(-counts['remaining'])}")
    if counts["rolled_out"]:
        month = _month(about.next_month) or "งวดหน้า"
        parts.append(f"ยกไปใช้ต่อใน{month} {_hours(counts['rolled_out'])}")
    return " ".join(parts)


def changed(since: str, changes: Sequence[Change]) -> str:
    """Return in one line what changed since the report before."""
    has_days = any(sign.isdigit() for sign in since)
    named = f" {since}" if has_days else f"เดือน{since}"
    if not changes:
        return f"ตัวเลขเท่ากับ{named}"
    return f"เทียบกับ{named}: {' · '.join(map(_change, changes))}"


def _change(change: Change) -> str:
    if change.kind == Kind.HOURS:
        before, now = (formats.hours_number(int(n)) for n in (change.before, change.now))
        return f"ใช้เวลา {now} ชั่วโมง (เดิม {before})"
    if change.kind == Kind.WORK:
        return joined(
            nouns.name(change.name),
            f"{nouns.counted(int(change.now), change.name)} (เดิม {change.before})",
        )
    now, before = (_value(value, change.unit) for value in (change.now, change.before))
    return joined(change.name, f"{now} (เดิม {before})")


def _well(about: Subjects) -> str:
    """Return what was good about a good period, after a space; only what its numbers say."""
    parts = ["ส่งมอบงานครบตามที่ตกลงไว้"] if about.owed else []
    parts += ["ตัวเลขถึงเป้าทุกตัว"] if about.measures else []
    return f" {' และ'.join(parts)}" if parts else ""


def _delivered(about: Subjects, turn: int) -> list[str]:
    """Return sentences about the deliverables: first what is missing, then what is complete."""
    pieces = [piece for piece in about.pieces if piece.promised or piece.done]
    short = [piece for piece in pieces if piece.missing]
    full = [piece for piece in pieces if not piece.missing]
    sentences = [_short(about, piece, turn + n) for n, piece in enumerate(short)]
    if full:
        sentences.append(_complete(about, full, turn + len(short), is_all=not short))
    return sentences


def _complete(about: Subjects, pieces: Sequence[Piece], turn: int, *, is_all: bool) -> str:
    """Return a sentence about deliverables of which nothing is missing."""
    month = _month(about.month) or "งวดนี้"
    done = nouns.listed([_whole(piece) for piece in pieces])
    everything = "งานที่ตกลงไว้ครบแล้ว:" if is_all else "ส่วนที่ครบแล้ว:"
    variants = (
        f"{done}แล้ว" if nouns.THAI.match(done[-1:]) else f"{done} เรียบร้อยแล้ว",
        f"{everything} {nouns.listed([_due(piece, piece.done) for piece in pieces])}",
        f"ใน{month} {done}",
    )
    return in_turn(variants, turn)


def _whole(piece: Piece) -> str:
    """Return what was done with a complete deliverable: "เผยแพร่โพสต์ครบ 20 โพสต์"."""
    verb, name = nouns.kind(piece.title)[1], nouns.name(piece.title)
    done = joined(verb, name)
    if piece.extra:
        extra = f"มากกว่าที่ตกลงไว้ {nouns.counted(piece.extra, piece.title)}"
        told = (
            f"{nouns.counted(piece.done, piece.title)} {extra}"
            if piece.promised
            else (f"เพิ่มให้ {nouns.counted(piece.done, piece.title)}")
        )
        return joined(done, f" {told}")
    if piece.promised == 1:
        return joined(done, "เรียบร้อย")
    return joined(done, "ครบ", nouns.counted(piece.promised, piece.title))


def _short(about: Subjects, piece: Piece, turn: int) -> str:
    """Return a sentence about a deliverable of which some or all is missing."""
    name, (classifier, verb) = nouns.name(piece.title), nouns.kind(piece.title)
    fate = _fate(about, piece)
    if not piece.done:
        count = nouns.counted(piece.promised, piece.title) if piece.promised > 1 else ""
        return joined(name, count, fate)
    of = f"{piece.done:,} จาก {piece.promised:,} {classifier}"
    rest = joined(f"อีก {nouns.counted(piece.missing, piece.title)}", fate)
    month = _month(about.month) or "งวดนี้"
    variants = (
        f"{joined(verb, name, 'แล้ว', of)} {rest}",
        f"{joined(name, 'เสร็จ', of)} {rest}",
        f"ใน{month} {joined(verb, name, 'ได้', of)} {rest}",
    )
    return in_turn(variants, turn)


def _fate(about: Subjects, piece: Piece) -> str:
    """Return what happens to what is missing, with its reason."""
    if piece.is_carried:
        said = f"เลื่อนไป{_month(about.next_month) or 'งวดหน้า'}"
    elif piece.is_waived:
        said = "ตกลงตัดออก"
    else:
        return "ยังอยู่ระหว่างดำเนินการ"
    reason = piece.because
    for word in ("เพราะว่า", "เพราะ", "เนื่องจาก"):
        reason = reason.removeprefix(word).strip()
    if not reason:
        return said
    return f"{said} ({reason})" if not nouns.THAI.match(reason) else f"{said} เนื่องจาก{reason}"


def _measured(about: Subjects, turn: int) -> list[str]:
    """Return sentences about the KPI that improved most and those behind their targets."""
    sentences = [_moved(about.best, turn)] if about.best else []
    if behind := about.behind:
        sentences.append(_moved(behind[0], turn + 1))
    if others := [one.name for one in behind[1:]]:
        sentences.append(joined(nouns.listed(others), "ก็ยังไม่ถึงเป้าเช่นกัน"))
    return sentences


def _moved(kpi: Measure, turn: int) -> str:
    """Return a sentence about where a KPI went and how it stands against its target."""
    value, stands = _value(kpi.value, kpi.unit), _standing(kpi)
    start = _value(kpi.before, kpi.unit)
    if kpi.is_count or (kpi.before_on is None and not kpi.before):
        before = f" ({_month(kpi.before_on)} {start})" if kpi.before_on else ""
        return f"{joined(kpi.name, 'อยู่ที่', value)}{before} {stands}"
    if not kpi.direction:
        return f"{joined(kpi.name, 'คงที่ที่', value)} {stands}"
    verbs = ("เพิ่มขึ้น", "สูงขึ้น", "ขยับขึ้น") if kpi.direction > 0 else ("ลดลง", "ปรับลดลง")
    since = "" if kpi.before_on else "ตอนเริ่มต้น"
    return f"{joined(kpi.name, in_turn(verbs, turn) + 'จาก' + since, start, 'เป็น', value)} {stands}"


def _standing(kpi: Measure) -> str:
    """Return how a value stands against its target."""
    target = _value(kpi.target, kpi.unit)
    if kpi.is_behind:
        return f"{'ยังสูงกว่า' if kpi.less_is_better else 'ยังไม่ถึง'}เป้าที่ {target}"
    if kpi.value == kpi.target:
        return f"ตรงตามเป้าที่ {target}"
    side = "ต่ำกว่า" if kpi.less_is_better else "สูงกว่า"
    return f"{'ยังคง' if kpi.was_there_before else ''}{side}เป้าที่ {target}"


def _due(piece: Piece, count: int = 0) -> str:
    """Return a deliverable with its number: "โพสต์ 20 โพสต์", "growth review"."""
    n = count or piece.promised
    name = nouns.name(piece.title)
    return name if n == 1 else joined(name, nouns.counted(n, piece.title))


def _month(day: Any) -> str:
    """Return a month as it is said: "เดือนธันวาคม"; empty without one."""
    return f"เดือน{formats.month_name(day)}" if day else ""


def _hours(minutes: int) -> str:
    """Return minutes as hours with their word."""
    return f"{formats.hours_number(minutes)} ชั่วโมง"


def _value(value: Any, unit: str) -> str:
    """Return a value of a KPI with its unit, which stays on the same line."""
    return f"{formats.number(value)}\N{NO-BREAK SPACE}{unit}".strip()

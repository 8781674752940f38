"""What a quarterly review says, as plain JSON: three periods of an agreement, from the ledger."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from statistics import median
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.models import Agreement, Period
from agreements.rules.states import AmendmentState
from core import charts, formats
from core.dates import local_day, local_instant, whole_months
from delivery.hours import hours_left
from delivery.kpis import figures
from delivery.kpis.figures import Figure
from delivery.models import Deliverable, Overage, Report, Request
from delivery.models.report import ANSWERS
from delivery.rules.kpi_pace import Pace, change
from delivery.rules.states import DeliverableState, OverageState, ReportState, RequestState

LONG = 3  # periods


def ended(agreement: Agreement, today: date) -> list[Period]:
    """Its periods that are over, the newest first."""
    return list(
        Period.objects.filter(agreement=agreement, ends_on__lte=today).order_by("-starts_on")
    )


def snapshot(agreement: Agreement, periods: Sequence[Period], outlook: str) -> dict[str, Any]:
    """Everything the client reads: integers, ISO dates and text; formatted by locale where it is shown. `periods`
    follow each other, oldest first."""
    first, last = periods[0].starts_on, periods[-1].ends_on
    stated = hours_left.of_agreements([agreement])
    delivered = _delivered(periods)
    return {
        "business": agreement.business.name,
        "client": agreement.client.name,
        "title": agreement.title,
        "starts_on": first.isoformat(),
        "ends_on": last.isoformat(),
        "periods": [
            {
                "starts_on": row.starts_on.isoformat(),
                "ends_on": row.ends_on.isoformat(),
                "used": stated[row.pk].used,
                "available": stated[row.pk].available,
                "rolled_in": stated[row.pk].rolled_in,
                "deliverables": delivered[row.pk],
            }
            for row in periods
        ],
        "kpis": _kpis(periods),
        "requests": _requests(agreement, first, last),
        "decisions": _decisions(agreement, periods, first, last),
        "value_adds": [
            one
            for one in agreement.terms.get("value_adds") or []
            if one["ends_on"] >= first.isoformat()
        ],
        "outlook": outlook,
    }


def _delivered(periods: Sequence[Period]) -> dict[Any, list[dict[str, Any]]]:
    """The checklists. `owed` counts as promised: not what was waived, nor what a later row here owes again."""
    found: dict[Any, list[dict[str, Any]]] = {row.pk: [] for row in periods}
    rows = Deliverable.objects.filter(period__in=periods).annotate(
        carried_into=F("carried_to__period")
    )
    for item in rows.order_by("position"):
        is_let_off = item.state == DeliverableState.WAIVED or item.carried_into in found
        found[item.period_id].append(
            {
                "title": item.title,
                "promised": item.promised,
                "done": item.done,
                "state": item.state,
                "because": item.because,
                "owed": min(item.done, item.promised) if is_let_off else item.promised,
            }
        )
    return found


def _kpis(periods: Sequence[Period]) -> list[dict[str, Any]]:
    """Each KPI from where the quarter began to where it ended; one that was never read in it is left out."""
    by_kpi: dict[Any, list[Figure]] = {}
    for found in figures.of_periods(periods).values():
        for one in found:
            by_kpi.setdefault(one.kpi.pk, []).append(one)
    rows = []
    for own in by_kpi.values():
        read = [one.value for one in own if one.value is not None]
        if read:
            about = own[0].kpi
            before = [value for _day, value in own[0].history[:-1] if value is not None]
            start = before[-1] if before else about.baseline
            rows.append(
                {
                    "name": about.name,
                    "unit": about.unit,
                    "shape": about.shape,
                    "target": str(about.target),
                    "start": str(start),
                    "end": str(read[-1]),
                    "change": _text(change(start, read[-1])),
                    "reached": sum(one.pace == Pace.REACHED for one in own),
                    "judged": len(read),
                    "values": [_text(one.value) for one in own],
                    "history": [[day.isoformat(), _text(value)] for day, value in own[-1].history],
                }
            )
    return rows


def _text(value: Decimal | None) -> str:
    return "" if value is None else str(value)


def _requests(agreement: Agreement, first: date, last: date) -> dict[str, Any]:
    """How many were asked, done, and answered in the promised time; the usual wait in minutes."""
    asked = Request.objects.filter(
        agreement=agreement, created_at__range=_instants(agreement, first, last)
    )
    rows = list(asked.exclude(state=RequestState.WITHDRAWN))
    waits = [
        int((row.responded_at - row.created_at).total_seconds()) // 60
        for row in rows
        if row.responded_at
    ]
    return {
        "asked": len(rows),
        "done": sum(row.state == RequestState.DONE for row in rows),
        "answered": len(waits),
        "in_time": sum(
            row.responded_at is not None and row.responded_at <= row.respond_by for row in rows
        ),
        "usual": int(median(waits)) if waits else None,
    }


def _decisions(
    agreement: Agreement, periods: Sequence[Period], first: date, last: date
) -> list[dict[str, str]]:
    """What the client decided: answers to reports, signed changes of terms, more hours."""
    answers, zone = dict(ANSWERS), agreement.time_zone
    reports = Report.objects.filter(
        period__in=periods, state=ReportState.SENT, answered_at__isnull=False
    )
    found = [
        {
            "on": local_day(row.answered_at, zone).isoformat(),
            "what": row.snapshot.get("decision") or row.decision,
            "how": str(answers.get(row.answer, "")),
            "words": row.answer_words,
        }
        for row in reports
        if row.answered_at
    ]
    inside = _instants(agreement, first, last)
    changes = agreement.amendments.filter(state=AmendmentState.SIGNED, signed_at__range=inside)
    found += [
        {
            "on": local_day(row.signed_at, zone).isoformat(),
            "what": str(row.get_kind_display()),
            "how": str(row.tier["name"]),
            "words": "",
        }
        for row in changes
        if row.signed_at
    ]
    more = Overage.objects.filter(period__in=periods, state=OverageState.APPROVED, by_terms=False)
    found += [
        {
            "on": local_day(row.decided_at, zone).isoformat(),
            "what": _("More hours"),
            "how": formats.hours(row.minutes),
            "words": "",
        }
        for row in more
        if row.decided_at
    ]
    return sorted(found, key=lambda one: one["on"])


def _instants(agreement: Agreement, first: date, last: date) -> tuple[datetime, datetime]:
    """From the morning of `first` to that of `last`, on the client's wall."""
    return local_instant(first, 0, agreement.time_zone), local_instant(last, 0, agreement.time_zone)


def title(shot: dict[str, Any]) -> str:
    """ "Review of August to October 2026", in the active language."""
    first, last = shot["periods"][0]["starts_on"], shot["periods"][-1]["starts_on"]
    end = date.fromisoformat(shot["periods"][-1]["ends_on"])
    if whole_months(date.fromisoformat(last), end) > 1:  # periods of a quarter or of a year
        return _("Review of %(first)s") % {"first": formats.months(date.fromisoformat(first), end)}
    if first[:7] == last[:7]:
        return _("Review of %(first)s") % {"first": formats.month(first)}
    same_year = first[:4] == last[:4]
    words = {
        "first": formats.month_name(first) if same_year else formats.month(first),
        "last": formats.month(last),
    }
    return _("Review of %(first)s to %(last)s") % words


def with_words(shot: dict[str, Any]) -> dict[str, Any]:
    """What templates need beside the snapshot, in the active language: sums, sentences and the charts."""
    months = [formats.month_short(row["starts_on"]) for row in shot["periods"]]
    items = [item for row in shot["periods"] for item in row["deliverables"]]
    promised, done = (
        sum(one["owed"] for one in items),
        sum(min(one["done"], one["owed"]) for one in items),
    )
    return {
        "snapshot": shot,
        "title": title(shot),
        "months": months,
        "used": sum(row["used"] for row in shot["periods"]),
        "promised": promised,
        "done": done,
        "reached": sum(row["reached"] for row in shot["kpis"]),
        "judged": sum(row["judged"] for row in shot["kpis"]),
        "kpis": [_with_chart(row) for row in shot["kpis"]],
        "settled": [
            item | {"state": DeliverableState(item["state"])} for item in items if item["because"]
        ],
        "answers": _answers(shot["requests"]),
    }


def _with_chart(row: dict[str, Any]) -> dict[str, Any]:
    points = [
        (formats.month_short(day), Decimal(value) if value else None)
        for day, value in row["history"]
    ]
    words = {
        "name": row["name"],
        "start": formats.number(row["start"]),
        "end": formats.number(row["end"]),
        "target": formats.number(row["target"]),
        "unit": row["unit"],
    }
    said = _("%(name)s: from %(start)s to %(end)s %(unit)s, target %(target)s") % words
    course = charts.line(points, target=Decimal(row["target"]), show=formats.number, height=170)
    target = f"{words['target']} {row['unit']}".strip()
    return row | {
        "course": course,
        "target_text": target,
        "said": " ".join(said.split()),
        "since": _since(row["change"]),
    }


def _since(percent: str) -> str:
    return f"{formats.signed(Decimal(percent))} %" if percent else _("from 0")


def _answers(found: dict[str, Any]) -> str:
    """How requests were answered, in a sentence; "" where nothing was asked."""
    if not found["asked"]:
        return ""
    said = ngettext(
        "%(n)s request was asked, %(done)s done.",
        "%(n)s requests were asked, %(done)s done.",
        found["asked"],
    )
    words = said % {"n": found["asked"], "done": found["done"]}
    if not found["answered"]:
        return words
    timely = _("%(n)s of %(of)s answers came in the promised time, usually after %(wait)s.")
    wait = formats.hours(found["usual"])
    return f"{words} {timely % {'n': found['in_time'], 'of': found['answered'], 'wait': wait}}"

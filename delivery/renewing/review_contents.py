"""Composes the contents of a quarterly review as plain JSON, and the texts that go with it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.models import Agreement, Period
from agreements.rules.states import AmendmentState
from agreements.running import added_for_a_time
from core import charts, formats
from core.dates import local_day, local_instant, whole_months
from delivery.hours import hours_left
from delivery.kpis import figures_by_period
from delivery.kpis.change_texts import within_months
from delivery.kpis.figures_by_period import Figure
from delivery.models import Deliverable, Overage, Report, Request
from delivery.models.report import ANSWERS
from delivery.rules.kpi_pace import Pace, change_percent
from delivery.rules.states import DeliverableState, OverageState, ReportState, RequestState

PERIODS_IN_REVIEW = 3  # periods in a review


def ended_periods(agreement: Agreement, today: date) -> list[Period]:
    """Return the periods of an agreement that are over, the newest first."""
    return list(
        Period.objects.filter(agreement=agreement, ends_on__lte=today).order_by("-starts_on")
    )


def snapshot(agreement: Agreement, periods: Sequence[Period], outlook: str) -> dict[str, Any]:
    """Return everything the client reads: integers, ISO dates and texts.

    `periods` follow each other, oldest first. `outlook` is the freelancer's text about what comes
    next. Dates and figures are formatted for the language where they are shown.
    """
    first, last = periods[0].starts_on, periods[-1].ends_on
    statements = hours_left.statements_of([agreement])
    delivered = _delivered(periods)
    return {
        "business": agreement.business.name,
        "client": agreement.client.name,
        "title": agreement.title,
        "starts_on": first.isoformat(),
        "ends_on": last.isoformat(),
        "periods": [
            {
                "starts_on": period.starts_on.isoformat(),
                "ends_on": period.ends_on.isoformat(),
                "used": statements[period.pk].used,
                "available": statements[period.pk].available,
                "rolled_in": statements[period.pk].rolled_in,
                "deliverables": delivered[period.pk],
            }
            for period in periods
        ],
        "kpis": _kpis(periods),
        "requests": _requests(agreement, first, last),
        "decisions": _decisions(agreement, periods, first, last),
        "value_adds": added_for_a_time.as_facts(
            added_for_a_time.within(agreement, first, last - timedelta(days=1))
        ),
        "outlook": outlook,
    }


def _delivered(periods: Sequence[Period]) -> dict[Any, list[dict[str, Any]]]:
    """Return the deliverables of each period.

    `owed` is what counts as promised: not what was waived, and not what a later period of the
    review owes again because it was carried over.
    """
    by_period: dict[Any, list[dict[str, Any]]] = {period.pk: [] for period in periods}
    deliverables = Deliverable.objects.filter(period__in=periods).annotate(
        carried_into=F("carried_to__period")
    )
    for item in deliverables.order_by("position"):
        is_excused = item.state == DeliverableState.WAIVED or item.carried_into in by_period
        by_period[item.period_id].append(
            {
                "title": item.title,
                "promised": item.promised,
                "done": item.done,
                "state": item.state,
                "because": item.because,
                "owed": min(item.done, item.promised) if is_excused else item.promised,
            }
        )
    return by_period


def _kpis(periods: Sequence[Period]) -> list[dict[str, Any]]:
    """Return each KPI from its value before the review to its last one.

    A KPI without a reading in these periods is left out.
    """
    by_kpi: dict[Any, list[Figure]] = {}
    for period_figures in figures_by_period.figures_of(periods).values():
        for figure in period_figures:
            by_kpi.setdefault(figure.kpi.pk, []).append(figure)
    rows = []
    for kpi_figures in by_kpi.values():
        values = [figure.value for figure in kpi_figures if figure.value is not None]
        if values:
            kpi = kpi_figures[0].kpi
            earlier = [value for _day, value in kpi_figures[0].history[:-1] if value is not None]
            start = earlier[-1] if earlier else kpi.baseline
            rows.append(
                {
                    "name": kpi.name,
                    "unit": kpi.unit,
                    "shape": kpi.shape,
                    "target": str(kpi.target),
                    "start": str(start),
                    "end": str(values[-1]),
                    "change": _text(change_percent(start, values[-1])),
                    "reached": sum(figure.pace == Pace.REACHED for figure in kpi_figures),
                    "judged": len(values),
                    "values": [_text(figure.value) for figure in kpi_figures],
                    "history": [
                        [day.isoformat(), _text(value)] for day, value in kpi_figures[-1].history
                    ],
                }
            )
    return rows


def _text(value: Decimal | None) -> str:
    """Return a value as text, empty for None."""
    return "" if value is None else str(value)


def _requests(agreement: Agreement, first: date, last: date) -> dict[str, Any]:
    """Return how many requests were asked, done, and answered within the promised time.

    `usual` is the median time to the first answer in minutes, None without an answer.
    """
    matching = Request.objects.filter(
        agreement=agreement, created_at__range=_instants(agreement, first, last)
    )
    requests = list(matching.exclude(state=RequestState.WITHDRAWN))
    waiting_minutes = [
        int((request.responded_at - request.created_at).total_seconds()) // 60
        for request in requests
        if request.responded_at
    ]
    return {
        "asked": len(requests),
        "done": sum(request.state == RequestState.DONE for request in requests),
        "answered": len(waiting_minutes),
        "in_time": sum(
            request.responded_at is not None and request.responded_at <= request.respond_by
            for request in requests
        ),
        "usual": int(median(waiting_minutes)) if waiting_minutes else None,
    }


def _decisions(
    agreement: Agreement, periods: Sequence[Period], first: date, last: date
) -> list[dict[str, str]]:
    """Return the client's decisions: answers to reports, signed amendments, more hours."""
    answers, zone = dict(ANSWERS), agreement.time_zone
    reports = Report.objects.filter(
        period__in=periods, state=ReportState.SENT, answered_at__isnull=False
    )
    decisions = [
        {
            "on": local_day(row.answered_at, zone).isoformat(),
            "what": row.snapshot.get("decision") or row.decision,
            "how": str(answers.get(row.answer, "")),
            "words": row.answer_words,
        }
        for row in reports
        if row.answered_at
    ]
    span = _instants(agreement, first, last)
    amendments = agreement.amendments.filter(state=AmendmentState.SIGNED, signed_at__range=span)
    decisions += [
        {
            "on": local_day(row.signed_at, zone).isoformat(),
            "what": str(row.get_kind_display()),
            "how": str(row.tier["name"]),
            "words": "",
        }
        for row in amendments
        if row.signed_at
    ]
    overages = Overage.objects.filter(
        period__in=periods, state=OverageState.APPROVED, by_terms=False
    )
    decisions += [
        {
            "on": local_day(row.decided_at, zone).isoformat(),
            "what": _("More hours"),
            "how": formats.hours(row.minutes),
            "words": "",
        }
        for row in overages
        if row.decided_at
    ]
    return sorted(decisions, key=lambda decision: decision["on"])


def _instants(agreement: Agreement, first: date, last: date) -> tuple[datetime, datetime]:
    """Return the beginnings of the days `first` and `last` in the client's time zone."""
    return local_instant(first, 0, agreement.time_zone), local_instant(last, 0, agreement.time_zone)


def review_title(shot: dict[str, Any]) -> str:
    """Return "Review of August to October 2026" in the active language."""
    first, last = shot["periods"][0]["starts_on"], shot["periods"][-1]["starts_on"]
    end = date.fromisoformat(shot["periods"][-1]["ends_on"])
    if whole_months(date.fromisoformat(last), end) > 1:  # periods of a quarter or of a year
        return _("Review of %(first)s") % {"first": formats.months(date.fromisoformat(first), end)}
    if first[:7] == last[:7]:
        return _("Review of %(first)s") % {"first": formats.month(first)}
    same_year = first[:4] == last[:4]
    values = {
        "first": formats.month_name(first) if same_year else formats.month(first),
        "last": formats.month(last),
    }
    return _("Review of %(first)s to %(last)s") % values


def template_context(shot: dict[str, Any]) -> dict[str, Any]:
    """Return what the templates need: the snapshot, and sums, texts and charts for it."""
    months = [formats.month_short(row["starts_on"]) for row in shot["periods"]]
    items = [item for row in shot["periods"] for item in row["deliverables"]]
    promised = sum(item["owed"] for item in items)
    done = sum(min(item["done"], item["owed"]) for item in items)
    return {
        "snapshot": shot,
        "title": review_title(shot),
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
    """Return a KPI of the snapshot with its chart and its texts."""
    points = [
        (formats.month_short(day), Decimal(value) if value else None)
        for day, value in row["history"]
    ]
    values = {
        "name": row["name"],
        "start": formats.number(row["start"]),
        "end": formats.number(row["end"]),
        "target": formats.number(row["target"]),
        "unit": row["unit"],
    }
    template = _("%(name)s: from %(start)s to %(end)s %(unit)s, target %(target)s") % values
    course = charts.line(points, target=Decimal(row["target"]), show=formats.number, height=170)
    target = f"{values['target']} {row['unit']}".strip()
    return row | {
        "course": course,
        "target_text": target,
        "said": " ".join(template.split()),
        "since": within_months(
            Decimal(row["start"]),
            Decimal(row["end"]),
            Decimal(row["change"]) if row["change"] else None,
        ),
    }


def _answers(requests: dict[str, Any]) -> str:
    """Return how requests were answered, in a sentence; empty where nothing was asked."""
    if not requests["asked"]:
        return ""
    asked_template = ngettext(
        "%(n)s request was asked, %(done)s done.",
        "%(n)s requests were asked, %(done)s done.",
        requests["asked"],
    )
    sentence = asked_template % {"n": requests["asked"], "done": requests["done"]}
    if not requests["answered"]:
        return sentence
    answered_template = _(
        "%(n)s of %(of)s answers came in the promised time, usually after %(wait)s."
    )
    answered = answered_template % {
        "n": requests["in_time"],
        "of": requests["answered"],
        "wait": formats.hours(requests["usual"]),
    }
    return f"{sentence} {answered}"

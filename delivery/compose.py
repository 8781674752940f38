"""What a report says, as plain JSON: computed from the ledger, the checklist and the readings (rule 38)."""

from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from delivery import hours, kpi
from delivery.kpi import Pace, Verdict
from delivery.models import Report


def snapshot(report: Report) -> dict[str, Any]:
    """Everything the client reads: integers, ISO dates and text; formatted by locale where it is shown."""
    period = report.period
    stated = hours.of_period(period)
    items = list(period.deliverables.order_by("position").values("title", "promised", "done"))
    figures = _figures(report)
    promised = sum(item["promised"] for item in items)
    done = sum(min(item["done"], item["promised"]) for item in items)
    verdict = kpi.verdict([Pace(row["pace"]) for row in figures], promised, done)
    return {
        "business": period.business.name,
        "client": report.client.name,
        "title": period.agreement.title,
        "period": {"starts_on": period.starts_on.isoformat(), "ends_on": period.ends_on.isoformat()},
        "measure": period.agreement.terms.get("trial_measure", "") if period.agreement.is_trial else "",
        "verdict": verdict.value,
        "hours": {
            "granted": stated.granted,
            "rolled_in": stated.rolled_in,
            "used": stated.used,
            "remaining": stated.remaining,
            "available": stated.available,
        },
        "deliverables": items,
        "kpis": figures,
        "entries": [
            {"on": row.on.isoformat(), "note": row.note, "minutes": row.minutes}
            for row in period.time_entries.filter(billable=True).order_by("on", "created_at", "id")
        ],
        "comment": report.comment,
        "next_text": report.next_text,
    }


def _figures(report: Report) -> list[dict[str, Any]]:
    read = {row.kpi_id: row.value for row in report.period.readings.order_by("on")}
    return [
        {
            "name": row.name,
            "unit": row.unit,
            "baseline": str(row.baseline),
            "target": str(row.target),
            "value": str(read[row.pk]) if row.pk in read else "",
            "pace": kpi.pace(
                row.baseline, row.target, read.get(row.pk), Fraction(1), less_is_better=row.less_is_better
            ).value,
        }
        for row in report.period.agreement.kpis.order_by("created_at", "name")
    ]


def verdict_words(code: str) -> str:
    """The verdict in a sentence."""
    return {
        Verdict.GOOD: _("A good month: everything promised was delivered, and the figures are where they should be."),
        Verdict.MIXED: _("A mixed month: most of it went as planned, and what did not is listed below."),
        Verdict.OFF: _("This month fell short of its targets. What happens next is at the end of this report."),
    }[Verdict(code)]


def pace_words(code: str) -> str:
    """A KPI against its target, in a word or two."""
    return {
        Pace.REACHED: _("Reached"),
        Pace.ON_TRACK: _("On track"),
        Pace.BEHIND: _("Behind"),
        Pace.UNKNOWN: _("Not measured"),
    }[Pace(code)]


def with_words(shot: dict[str, Any]) -> dict[str, Any]:
    """What templates need beside the snapshot, in the active language."""
    figures = [row | {"pace_text": pace_words(row["pace"])} for row in shot["kpis"]]
    return {"snapshot": shot, "kpis": figures, "verdict_text": verdict_words(shot["verdict"])}

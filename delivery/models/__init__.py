"""What is delivered for the fee: hours, work, requests, KPIs and reports, each of one period."""

from delivery.models.day import DayNote, PlannedTime
from delivery.models.devices import TimerDay, TimerEvent, TimerRun
from delivery.models.hours import Adjustment, Overage, TimeEntry, TimeImport, Timer
from delivery.models.kpi import Kpi, Reading
from delivery.models.report import (
    EarlyWarning,
    MutedItem,
    OffMonthRule,
    QuarterlyReview,
    Report,
    ReportCorrection,
    ReportRun,
    WarningDigest,
)
from delivery.models.request import Request, RequestMessage
from delivery.models.work import Deliverable, Handover, WorkAnswer

__all__ = [
    "Adjustment",
    "DayNote",
    "Deliverable",
    "EarlyWarning",
    "Handover",
    "Kpi",
    "MutedItem",
    "OffMonthRule",
    "Overage",
    "PlannedTime",
    "QuarterlyReview",
    "Reading",
    "Report",
    "ReportCorrection",
    "ReportRun",
    "Request",
    "RequestMessage",
    "TimeEntry",
    "TimeImport",
    "Timer",
    "TimerDay",
    "TimerEvent",
    "TimerRun",
    "WarningDigest",
    "WorkAnswer",
]

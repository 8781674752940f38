"""What was done for the fee: one file per noun; everything hangs on a period."""

from delivery.models.adjustment import Adjustment
from delivery.models.api_key import ApiKey
from delivery.models.deliverable import Deliverable
from delivery.models.early_warning import EarlyWarning
from delivery.models.export import Export
from delivery.models.handover import Handover
from delivery.models.kpi import Kpi, Reading
from delivery.models.overage import Overage
from delivery.models.quarterly_review import QuarterlyReview
from delivery.models.report import Report
from delivery.models.report_run import ReportRun
from delivery.models.request import Request, RequestMessage
from delivery.models.time_entry import TimeEntry
from delivery.models.time_import import TimeImport
from delivery.models.timer import Timer

__all__ = [
    "Adjustment", "ApiKey", "Deliverable", "EarlyWarning", "Export", "Handover", "Kpi", "Overage", "QuarterlyReview",
    "Reading", "Report", "ReportRun", "Request", "RequestMessage", "TimeEntry", "TimeImport", "Timer",
]  # fmt: skip

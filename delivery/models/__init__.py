"""What was done for the fee: one file per noun; everything hangs on a period."""

from delivery.models.adjustment import Adjustment
from delivery.models.deliverable import Deliverable
from delivery.models.export import Export
from delivery.models.kpi import Kpi, Reading
from delivery.models.overage import Overage
from delivery.models.report import Report
from delivery.models.report_run import ReportRun
from delivery.models.time_entry import TimeEntry

__all__ = ["Adjustment", "Deliverable", "Export", "Kpi", "Overage", "Reading", "Report", "ReportRun", "TimeEntry"]

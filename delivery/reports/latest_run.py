"""What the job did last, for the page that shows it."""

from delivery.models import ReportRun


def last_run() -> ReportRun | None:
    """The latest walk."""
    return ReportRun.objects.order_by("-started_at", "-pk").first()

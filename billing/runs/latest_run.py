"""What the job did last, for the page that shows it."""

from billing.models import BillingRun
from billing.runs.run import AUDIT


def last_run() -> BillingRun | None:
    """The latest walk."""
    return BillingRun.objects.exclude(door=AUDIT).order_by("-started_at", "-pk").first()

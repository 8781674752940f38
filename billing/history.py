"""What the job did last, for the page that shows it."""

from billing.models import BillingRun


def last_run() -> BillingRun | None:
    """The latest walk."""
    return BillingRun.objects.order_by("-started_at", "-pk").first()

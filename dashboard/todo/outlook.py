"""What comes next once nothing waits: the next reports and the next payment."""

from datetime import timedelta

from django.utils.translation import gettext as _

from agreements.models import Agreement, Period
from agreements.rules.states import AgreementState
from billing.emails import next_payments
from core import formats
from dashboard.page import DashboardView

AHEAD = timedelta(days=62)
READ = 50  # running agreements that are looked at


def coming(view: DashboardView) -> list[str]:
    """Return sentences about what comes next, each with its day."""
    lines = []
    running = view.rows(Agreement).filter(state=AgreementState.ACTIVE).select_related("client")
    period = (
        view.rows(Period)
        .filter(agreement__in=running, ends_on__gt=view.today, ends_on__lte=view.today + AHEAD)
        .select_related("agreement__client")
        .order_by("ends_on", "pk")
        .first()
    )
    if period:
        facts = {"day": formats.day(period.ends_on), "client": period.agreement.client.name}
        lines.append(_("The next report to review: %(client)s, from %(day)s.") % facts)
    payments = next_payments.next_payments(running.order_by("pk")[:READ], view.today)
    if payment := next((one for one in payments if one.due_on >= view.today), None):
        facts = {
            "client": payment.client.name,
            "amount": formats.money(payment.to_pay, payment.currency),
            "day": formats.day(payment.due_on),
        }
        lines.append(_("The next payment: %(amount)s from %(client)s on %(day)s.") % facts)
    return lines

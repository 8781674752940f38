"""What an owner chose for the reports of off months: for all agreements, or for one (rule 66)."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from agreements.models import Agreement
from core.models import Business
from delivery.models import OffMonthRule, Report
from delivery.rules.off_months import OffMonth
from delivery.rules.states import ReportState


def set_rule(
    *,
    business: Business,
    choice: OffMonth | None,
    now: datetime,
    agreement: Agreement | None = None,
) -> None:
    """Choose what happens to off months of a business, or of one of its agreements.

    None takes the choice back. A report that only waited for the owner is looked at anew.
    """
    with transaction.atomic():
        Business.objects.select_for_update(no_key=True).get(pk=business.pk)
        rules = OffMonthRule.objects.filter(business=business, agreement=agreement)
        if choice is None:
            rules.delete()
        elif not rules.update(choice=choice):
            OffMonthRule.objects.create(
                business=business, agreement=agreement, choice=choice, created_at=now
            )
        waiting = Report.objects.filter(
            business=business, state=ReportState.DRAFT, held_at__isnull=False, send_at__isnull=True
        )
        if agreement:
            waiting = waiting.filter(period__agreement=agreement)
        waiting.update(send_at=now, held_at=None)


def rules_of(reports: Iterable[Report]) -> dict[UUID, OffMonth]:
    """Return the rule of each report; load them with their periods."""
    found = list(reports)
    rows = OffMonthRule.objects.filter(
        Q(agreement__isnull=True) | Q(agreement__in={one.period.agreement_id for one in found}),
        business__in={one.business_id for one in found},
    )
    rules: dict[tuple[UUID, UUID | None], OffMonth] = {
        (business, agreement): OffMonth(choice)
        for business, agreement, choice in rows.values_list("business", "agreement", "choice")
    }
    return {
        report.pk: rules.get((report.business_id, report.period.agreement_id))
        or rules.get((report.business_id, None), OffMonth.HOLD)
        for report in found
    }


def rule_of_business(business: Business) -> OffMonth:
    """Return the rule of the agreements of a business that have none of their own."""
    row = OffMonthRule.objects.filter(business=business, agreement__isnull=True).first()
    return OffMonth(row.choice) if row else OffMonth.HOLD


def own_rule(agreement: Agreement) -> OffMonth | None:
    """Return the rule of one agreement; None where it follows that of its business."""
    row = OffMonthRule.objects.filter(agreement=agreement).first()
    return OffMonth(row.choice) if row else None

"""Upgrades that apply now: whether one is possible, its sums, and the row that is billed (rule 9).

Only billing knows whether a period was paid, so `billing.invoices.upgrade_invoice` passes the paid
amount. The row is created when the amendment is signed.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from agreements.models import Agreement, Amendment, Period, Upgrade
from agreements.rules.errors import NotOpen
from agreements.rules.intervals import Interval
from agreements.rules.schedule import cycle_of
from agreements.rules.upgrade_proration import Proration
from agreements.running.periods import period_on


@dataclass(frozen=True)
class UpgradeSums:
    """The sums of an upgrade in the middle of `period`; `total` is the amount to pay, with tax."""

    period: Period
    sums: Proration
    total: int

    def frozen(self) -> dict[str, Any]:
        """The sums as JSON for the amendment's terms, so that what is signed is what is charged."""
        sums = self.sums
        return {
            "period": str(self.period.pk),
            "starts_on": self.period.starts_on.isoformat(),
            "ends_on": self.period.ends_on.isoformat(),
            "days": sums.days,
            "paid": sums.paid,
            "paid_days": sums.paid_days,
            "fee": sums.fee,
            "cycle_days": sums.cycle_days,
            "difference": sums.difference,
            "credit": sums.credit,
            "charge": sums.charge,
            "amount": sums.amount,
            "minutes": sums.minutes,
            "total": self.total,
        }


def upgradable_period(agreement: Agreement, today: date) -> Period:
    """The period that an upgrade today would apply to.

    Raises NotOpen where there is none, where it was upgraded today already, or where billing is on
    hold.
    """
    period = period_on(agreement, today)
    if period is None or agreement.interval == Interval.ONCE:
        raise NotOpen(_("No period runs today that could be upgraded."))
    if agreement.parked_because:
        raise NotOpen(_("Billing has stopped for this agreement. Please decide about that first."))
    if period.upgrades.filter(starts_on__gte=today).exists():
        raise NotOpen(
            _(
                "This agreement was already upgraded today. Another upgrade can apply from "
                "tomorrow on."
            )
        )
    return period


def prorate_upgrade(
    period: Period,
    today: date,
    *,
    paid: tuple[int, int],
    before: tuple[int, int],
    after: tuple[int, int],
) -> Proration:
    """The sums of an upgrade of `period` that applies from `today` on.

    `paid` is the amount that was paid and the number of days that it pays for; `before` and `after`
    are the fee and the minutes of a whole period. Amounts are minor units before tax. Raises
    NotOpen where the change is no upgrade, or costs nothing more.
    """
    agreement, more_minutes = period.agreement, after[1] - before[1]
    if after[0] <= before[0] or more_minutes < 0:
        raise NotOpen(
            _(
                "Only an upgrade can apply now: a higher fee, and no fewer hours. Anything else "
                "begins with a period."
            )
        )
    cycle = cycle_of(
        agreement.starts_on, agreement.anchor_day, Interval(agreement.interval), period.index
    )
    sums = Proration((period.ends_on - today).days, *paid, after[0], cycle.days, more_minutes)
    if sums.amount <= 0:
        raise NotOpen(
            _("It costs nothing more for the remaining days. Please start it with the next period.")
        )
    return sums


def create_upgrade(amendment: Amendment, now: datetime) -> Upgrade | None:
    """Create the upgrade that is billed, in the transaction of the last signature.

    Returns None for an amendment that starts with a period.
    """
    sums = amendment.now
    if sums is None:
        return None
    return Upgrade.objects.create(
        business_id=amendment.business_id,
        agreement_id=amendment.agreement_id,
        period_id=sums["period"],
        amendment=amendment,
        starts_on=amendment.effective_on,
        ends_on=amendment.bills_from,
        due_at=now,
        currency=amendment.terms["currency"],
        credit=sums["credit"],
        charge=sums["charge"],
        amount=sums["amount"],
        minutes=sums["minutes"],
        created_at=now,
    )

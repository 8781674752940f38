"""What an upgrade in the middle of a period costs: unused days back, the new tier's days charged (rules 7, 9). Pure.

THB 30,000 → 50,000 on 15 January, paid in advance
credit   17 of 31 days × 30,000.00 = 16,451.61
charge   17 of 31 days × 50,000.00 = 27,419.35
to pay   17 of 31 days × 20,000.00 = 10,967.74
"""

from dataclasses import dataclass

from core.money import prorate


@dataclass(frozen=True)
class Proration:
    """Amounts are minor units before tax; `days` are those that are left, the day of the change among them.

    `paid` was charged and paid for a span of `paid_days` that ends with the period; `fee` is the new tier's for a
    whole cycle of `cycle_days`, and `more_minutes` what it includes beyond the old one's in such a cycle.
    """

    days: int
    paid: int
    paid_days: int
    fee: int
    cycle_days: int
    more_minutes: int

    @property
    def credit(self) -> int:
        """For the days that were paid for and are not used, rounded once."""
        return prorate(self.paid, self.days, self.paid_days)

    @property
    def charge(self) -> int:
        """For the same days of the new tier, rounded once."""
        return prorate(self.fee, self.days, self.cycle_days)

    @property
    def amount(self) -> int:
        """What is to pay."""
        return self.charge - self.credit

    @property
    def minutes(self) -> int:
        """By how much the included time of this period grows, rounded once."""
        return prorate(self.more_minutes, self.days, self.cycle_days)

    @property
    def difference(self) -> int | None:
        """The one fee whose share is exactly `amount`; None where it takes two lines to say it."""
        between = self.fee - self.paid
        same = (
            self.paid_days == self.cycle_days
            and prorate(between, self.days, self.cycle_days) == self.amount
        )
        return between if same else None

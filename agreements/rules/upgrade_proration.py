"""Prorates an upgrade in the middle of a period (rules 7 and 9). Pure.

The unused days of the old fee are credited, and the same days are charged at the new tier's fee:

THB 30,000 → 50,000 on 15 January, paid in advance
credit   17 of 31 days × 30,000.00 = 16,451.61
charge   17 of 31 days × 50,000.00 = 27,419.35
to pay   17 of 31 days × 20,000.00 = 10,967.74
"""

from dataclasses import dataclass

from core.money import prorate


@dataclass(frozen=True)
class Proration:
    """The figures of one upgrade. Amounts are minor units, before tax.

    `days` are the days left in the period, the day of the change included. `paid` is what the
    client has paid for the last `paid_days` days of the period. `fee` is the new tier's fee for a
    full cycle of `cycle_days`, and `more_minutes` the minutes that the new tier includes in such a
    cycle beyond those of the old tier.
    """

    days: int
    paid: int
    paid_days: int
    fee: int
    cycle_days: int
    more_minutes: int

    @property
    def credit(self) -> int:
        """The credit for the days that were paid for and are not used, rounded once."""
        return prorate(self.paid, self.days, self.paid_days)

    @property
    def charge(self) -> int:
        """The new tier's fee for the same days, rounded once."""
        return prorate(self.fee, self.days, self.cycle_days)

    @property
    def amount(self) -> int:
        """The amount to pay."""
        return self.charge - self.credit

    @property
    def minutes(self) -> int:
        """The minutes that are added to the included time of this period, rounded once."""
        return prorate(self.more_minutes, self.days, self.cycle_days)

    @property
    def difference(self) -> int | None:
        """The difference of the two fees if its prorated share is exactly `amount`, or None.

        With a difference the sum can be printed as "17 of 31 days × 20,000.00 = 10,967.74". Without
        one it needs two lines, because the credit and the new fee are each rounded.
        """
        fee_difference = self.fee - self.paid
        is_exact = (
            self.paid_days == self.cycle_days
            and prorate(fee_difference, self.days, self.cycle_days) == self.amount
        )
        return fee_difference if is_exact else None

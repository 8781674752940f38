"""How certain the income to come is, and how long what is owed covers the costs (rule 61). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from core.dates import add_months

HORIZON = 12  # months that are looked ahead
ENOUGH = 10  # proposals that were answered, before a closing rate says anything


class Certainty(StrEnum):
    """Why a fee will come, the most certain first.

    INVOICED: an open invoice. OWED: it begins before the agreement could end if notice were given
    today. RECURRING: nobody has given notice, and there is a way to pay. NO_WAY: the same, but no
    card is saved or the last payment is late. RENEWING: after the end of a term that can renew.
    """

    INVOICED = "invoiced"
    OWED = "owed"
    RECURRING = "recurring"
    NO_WAY = "no_way"
    RENEWING = "renewing"


#: What a contract owes, whoever gives notice today.
BY_CONTRACT = (Certainty.INVOICED, Certainty.OWED)


def certainty_of(
    starts_on: date, *, owed_until: date, renews_on: date | None, can_pay: bool
) -> Certainty:
    """How certain the fee of a period is that begins on `starts_on`.

    `owed_until` is the earliest day, exclusive, on which the agreement can end if notice is given
    today, and `renews_on` the end of its term, None where it has none.
    """
    if starts_on < owed_until:
        return Certainty.OWED
    if renews_on and starts_on >= renews_on:
        return Certainty.RENEWING
    return Certainty.RECURRING if can_pay else Certainty.NO_WAY


def covered_until(amount: int, monthly_costs: int, today: date) -> date | None:
    """The last day whose costs `amount` covers, counted from today; None where that is not one day.

    Both are minor units of one currency, and costs count by the day of each month. It is never
    later than the end of the horizon, so that a small cost does not lead to another century.
    """
    if monthly_costs <= 0 or amount <= 0:
        return None
    months = min(amount // monthly_costs, HORIZON)
    reached = add_months(today, months)
    if months < HORIZON:
        next_month = (add_months(today, months + 1) - reached).days
        reached += timedelta(days=(amount - months * monthly_costs) * next_month // monthly_costs)
    return reached - timedelta(days=1) if reached > today else None


def closing_rate(won: int, answered: int) -> Fraction | None:
    """The share of answered proposals that were won; None while there are fewer than ten."""
    return Fraction(won, answered) if answered >= ENOUGH else None


@dataclass(frozen=True)
class Movement:
    """What changed the monthly income in one month, in minor units of one currency.

    `began` + `new` + `up` + `down` + `paused` + `lost` is what the month ends with. Losses are
    negative; `new` includes retainers that were taken up again.
    """

    month: date
    began: int = 0
    new: int = 0
    up: int = 0
    down: int = 0
    paused: int = 0
    lost: int = 0

    @property
    def ended(self) -> int:
        """The monthly income at the end of the month."""
        return self.began + self.new + self.up + self.down + self.paused + self.lost


def movement(
    month: date,
    before: Mapping[object, int],
    after: Mapping[object, int],
    paused: frozenset[object] = frozenset(),
) -> Movement:
    """What changed between the fees `before` a month and at its end, both by agreement.

    `paused` are the agreements that are paused at its end.
    """
    found = dict.fromkeys(("new", "up", "down", "paused", "lost"), 0)
    for key in {*before, *after}:
        had, has = before.get(key, 0), after.get(key, 0)
        if not had:
            kind = "new"
        elif not has:
            kind = "paused" if key in paused else "lost"
        else:
            kind = "up" if has > had else "down"
        found[kind] += has - had
    return Movement(month, began=sum(before.values()), **found)

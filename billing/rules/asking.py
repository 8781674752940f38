"""What an invoice asks of its client now, and what happens next (rules 18 to 20 and 41). Pure.

Amounts are minor units of the invoice's currency; days are days of the agreement's time zone.
Every page, email, document and code reads this answer, and none computes its own. It adds up:

    total = paid + from_credit + credited + certified + written_off + withheld + to_pay

THB 32,100.00 with 900.00 withheld   paid        to_pay      withheld   what happens next
nothing came                         0           31,200.00   900.00     transfer
10,700.00 came                       10,700.00   20,500.00   900.00     transfer
31,200.00 came                       31,200.00   0           900.00     certificate
the certificate came                 31,200.00   0           0          nothing: it is paid
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from billing.rules.states import CollectionState, InvoiceState
from core.money import prorate

#: The reason of a collection whose direct debit was paid and then returned by the bank.
RETURNED = "returned"
#: The reason of a collection whose invoice was charged for less than it asks, which can only happen
#: after the database went back. No second charge is made: the rest is transferred, or closed.
PART_PAID = "part_paid"
#: The reason of a collection whose client has not saved a card yet.
NO_METHOD = "no_method"


class Way(StrEnum):
    """How the client pays: by the saved card, by direct debit, or by a transfer of their own."""

    CARD = "card"
    DEBIT = "debit"
    TRANSFER = "transfer"


class Step(StrEnum):
    """What happens next.

    TRANSFER waits for the client's transfer, which is OVERDUE after its due day. CERTIFICATE: the
    money has come, and the withholding certificate has not. CHARGE charges the card on a day, and
    RETRY does so again after a decline; SAVE_CARD needs another card first; a direct debit is
    charged, tried again and replaced in the same steps. CONFIRM waits for the client at the bank's
    page, CONFIRMING for the gateway, ON_ITS_WAY for the days that a bank takes for a direct debit,
    and CANCELLING until the gateway has cancelled. REST: a charge took less than is asked, and the
    client transfers what is left. NOTHING: the invoice is closed.
    """

    TRANSFER = "transfer"
    OVERDUE = "overdue"
    CERTIFICATE = "certificate"
    CHARGE = "charge"
    RETRY = "retry"
    SAVE_CARD = "save_card"
    CONFIRM = "confirm"
    CONFIRMING = "confirming"
    ON_ITS_WAY = "on_its_way"
    CANCELLING = "cancelling"
    REST = "rest"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Facts:
    """What is stored about an invoice.

    `withholding` is what the client may withhold of the whole invoice. `noted` is the sum of its
    credit notes, also of the part that became client credit; `settled` holds the sum of its
    allocations by what they are: "payment", "reversal" (negative: a payment taken back), "balance"
    (client credit), "credit_note", "certificate" or "write_off".
    `next_on` is the day of the next charge. `reason` is the code of the last decline. `may_confirm`
    says whether the bank waits for the client on a page of its own. `expected_on` is the day on
    which a direct debit that the bank has is usually paid; None if there is none on its way.
    """

    total: int
    tax: int
    withholding: int
    noted: int
    settled: Mapping[str, int]
    state: InvoiceState
    way: Way
    collection: CollectionState
    due_on: date
    today: date
    next_on: date | None = None
    reason: str = ""
    may_confirm: bool = False
    expected_on: date | None = None


@dataclass(frozen=True)
class Asked:
    """What an invoice asks now.

    `to_pay` is the money that is still to come: it is charged, transferred, and in the code.
    `withheld` is the tax that the client keeps for the tax office, and for which a certificate is
    still to come; it is never asked for in money. `left` is both. `on` is the day of the step, if
    it has one: the due day of a transfer, the day of a charge, or that on which a direct debit is
    usually paid. `late` is the number of days since the due day. `reminder_on` is the day of the
    next reminder of a transfer, if one is left.
    """

    total: int
    tax: int
    paid: int
    from_credit: int
    credited: int
    certified: int
    written_off: int
    withheld: int
    to_pay: int
    due_on: date
    way: Way
    step: Step
    on: date | None
    late: int
    reason: str
    state: InvoiceState
    reminder_on: date | None = None

    @property
    def left(self) -> int:
        """What is not settled: the money that is still to come, and the tax that was withheld."""
        return self.to_pay + self.withheld

    @property
    def settled(self) -> int:
        """What is settled, in whatever way."""
        return self.total - self.left

    @property
    def by_transfer(self) -> bool:
        """Whether money is to be transferred now, so that bank details and a code are shown."""
        return self.way == Way.TRANSFER and self.to_pay > 0

    @property
    def by_debit(self) -> bool:
        """Whether the client's bank account is debited."""
        return self.way == Way.DEBIT

    @property
    def is_on_its_way(self) -> bool:
        """Whether a bank has the direct debit, and takes its days."""
        return self.step == Step.ON_ITS_WAY

    @property
    def waits_for_bank(self) -> bool:
        """Whether the client has to confirm the charge on a page of their bank."""
        return self.step == Step.CONFIRM

    @property
    def needs_card(self) -> bool:
        """Whether another card, or another account to debit, would help."""
        return self.step in (Step.SAVE_CARD, Step.RETRY)

    @property
    def is_undecided(self) -> bool:
        """Whether the owner has to decide although no charge was declined.

        That is so after a recorded transfer was taken back, and in rows that are older than the
        reasons: nobody knows what the client was told.
        """
        return self.step == Step.SAVE_CARD and not self.reason

    @property
    def is_rest(self) -> bool:
        """Whether a charge took less than is asked, so that the client transfers the rest."""
        return self.step == Step.REST

    @property
    def is_changed(self) -> bool:
        """Whether something was settled already, so that less than the total is asked."""
        return self.settled > 0


def ask(facts: Facts) -> Asked:
    """Say what an invoice asks now."""
    parts = {name: facts.settled.get(name, 0) for name in _PARTS}
    left = facts.total - sum(parts.values())
    withheld = min(left, withheld_of(facts)) if facts.state == InvoiceState.OPEN else 0
    to_pay = left - withheld
    step = _step(facts, to_pay)
    on = facts.next_on if step in (Step.CHARGE, Step.RETRY) else None
    if step == Step.ON_ITS_WAY:
        on = facts.expected_on
    if step in (Step.TRANSFER, Step.OVERDUE):
        on = facts.due_on
    return Asked(
        total=facts.total,
        tax=facts.tax,
        paid=parts["payment"] + parts["reversal"],
        from_credit=parts["balance"],
        credited=parts["credit_note"],
        certified=parts["certificate"],
        written_off=parts["write_off"],
        withheld=withheld,
        to_pay=to_pay,
        due_on=facts.due_on,
        way=facts.way,
        step=step,
        on=on,
        late=max(0, (facts.today - facts.due_on).days) if to_pay else 0,
        reason=facts.reason if step in (Step.RETRY, Step.SAVE_CARD) else "",
        state=facts.state,
        reminder_on=facts.next_on if step in (Step.TRANSFER, Step.OVERDUE) else None,
    )


_PARTS = ("payment", "reversal", "balance", "credit_note", "certificate", "write_off")


def withheld_of(facts: Facts) -> int:
    """Return the tax for which a certificate may still come, in proportion to the credit notes.

    A card or a bank account is charged the whole sum, so nothing is withheld from it. The exception
    is an invoice whose money was transferred although a card was to pay it: its collection waits
    for the rest.
    """
    if facts.way != Way.TRANSFER and facts.collection != CollectionState.SENT:
        return 0
    allowed = prorate(facts.withholding, facts.total - facts.noted, facts.total)
    return max(0, allowed - facts.settled.get("certificate", 0))


def _step(facts: Facts, to_pay: int) -> Step:
    if facts.state != InvoiceState.OPEN:
        return Step.NOTHING
    if facts.collection == CollectionState.VOIDING:
        return Step.CANCELLING
    if not to_pay:
        return Step.CERTIFICATE
    if facts.collection == CollectionState.SENT or facts.way == Way.TRANSFER:
        return Step.OVERDUE if facts.today > facts.due_on else Step.TRANSFER
    if facts.collection == CollectionState.WAIT:
        if facts.expected_on:
            return Step.ON_ITS_WAY
        return Step.CONFIRM if facts.may_confirm else Step.CONFIRMING
    if facts.collection == CollectionState.DUNNING:
        return Step.REST if facts.reason == PART_PAID else Step.SAVE_CARD
    return Step.RETRY if facts.reason else Step.CHARGE


def credit_spent(held: int, total: int, smallest: int) -> int:
    """Return what a client's credit of `held` pays of `total`; all amounts are minor units.

    What is left to charge is nothing, or at least `smallest`, the gateway's minimum (rule 14).
    """
    return total if held >= total else max(0, min(held, total - smallest))

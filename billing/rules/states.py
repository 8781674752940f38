"""States of invoices, collections, charges, refunds and disputes, and the moves between them. Pure.

Each table below maps a state to the states that may follow it (docs/charging.md).

collection   ready → wait → done | ready (again on a date) | dunning
             ready → sent (an invoice to be paid by transfer) → done
             dunning → ready when a new card is saved or the owner tries again
             any but done → voiding → done | ready, sent (if a part was paid another way)
             voiding → dunning (if a charge took a part, and the rest is still owed)
             done → sent, dunning (only if a payment is reversed: recorded by mistake, or returned)
charge       sent, unknown, processing, requires_action → succeeded | failed | void
             succeeded → returned, where a bank returns a direct debit that it had paid (rule 53)
refund       sent, unknown, pending → succeeded | failed
             succeeded → failed, where the bank sends the money back later
dispute      inquiry → closed | open → won | lost | returned
"""

from enum import StrEnum

#: Value of a `gateway` column where the client pays by bank transfer.
BANK_TRANSFER = "transfer"


class InvoiceState(StrEnum):
    """OPEN is owed. WRITTEN_OFF was owed and is booked as a loss; it and VOID are final.

    PAID stays paid, unless a payment is reversed: a transfer that was recorded by mistake, or a
    direct debit that the bank returned.
    """

    OPEN = "open"
    PAID = "paid"
    VOID = "void"
    WRITTEN_OFF = "written_off"


class CollectionState(StrEnum):
    """What the collection of an invoice does next.

    READY waits for its date. WAIT has a charge that may have moved money, and asks the gateway
    about it. SENT waits for a bank transfer. DUNNING needs a person. VOIDING is being cancelled at
    the gateway.
    """

    READY = "ready"
    WAIT = "wait"
    SENT = "sent"
    DUNNING = "dunning"
    VOIDING = "voiding"
    DONE = "done"


class ChargeState(StrEnum):
    """Outcome of one attempt to charge an invoice.

    SENT is committed before the call to the gateway. Only an object fetched from the gateway moves
    a charge out of UNKNOWN (rule 21). PROCESSING: the bank has it, for days if it is a direct
    debit. VOID: the charge was never executed, or was cancelled. RETURNED: a direct debit that
    succeeded, and that the bank returned later.
    """

    SENT = "sent"
    UNKNOWN = "unknown"
    PROCESSING = "processing"
    REQUIRES_ACTION = "requires_action"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    VOID = "void"
    RETURNED = "returned"


class FeeOf(StrEnum):
    """What a gateway took a fee for: a payment, its refund, or its dispute."""

    PAYMENT = "payment"
    REFUND = "refund"
    DISPUTE = "dispute"


class RefundState(StrEnum):
    """Outcome of a refund.

    SENT is committed before the call to the gateway. UNKNOWN: the answer was lost. PENDING: the
    refund is with the bank.
    """

    SENT = "sent"
    UNKNOWN = "unknown"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class DisputeState(StrEnum):
    """Outcome of a dispute. While the dispute is OPEN, the bank holds the money.

    INQUIRY: the bank asks, and has withdrawn nothing. CLOSED: it ended without a decision, and
    nothing is withdrawn any more. RETURNED: the bank returned a direct debit, which is final; its
    payment is reversed, and nothing of it is held any more.
    """

    INQUIRY = "inquiry"
    OPEN = "open"
    WON = "won"
    LOST = "lost"
    CLOSED = "closed"
    RETURNED = "returned"


_I, _S, _C, _R, _D = InvoiceState, CollectionState, ChargeState, RefundState, DisputeState

INVOICE: dict[InvoiceState, frozenset[InvoiceState]] = {
    _I.OPEN: frozenset({_I.PAID, _I.VOID, _I.WRITTEN_OFF}),
    _I.PAID: frozenset(),
    _I.VOID: frozenset(),
    _I.WRITTEN_OFF: frozenset(),
}

COLLECTION: dict[CollectionState, frozenset[CollectionState]] = {
    _S.READY: frozenset({_S.WAIT, _S.SENT, _S.DUNNING, _S.VOIDING, _S.DONE}),
    _S.WAIT: frozenset({_S.DONE, _S.READY, _S.DUNNING, _S.VOIDING}),
    _S.SENT: frozenset({_S.DONE, _S.VOIDING}),
    _S.DUNNING: frozenset({_S.READY, _S.VOIDING, _S.DONE}),
    _S.VOIDING: frozenset({_S.DONE, _S.READY, _S.SENT, _S.DUNNING}),
    _S.DONE: frozenset(),
}

#: The moves back when a payment is reversed: a transfer that was recorded by mistake, or a direct
#: debit that the bank returned; for nothing else.
INVOICE_REOPENED: dict[InvoiceState, frozenset[InvoiceState]] = {_I.PAID: frozenset({_I.OPEN})}
COLLECTION_REOPENED: dict[CollectionState, frozenset[CollectionState]] = {
    _S.DONE: frozenset({_S.SENT, _S.DUNNING})
}
CHARGE_RETURNED: dict[ChargeState, frozenset[ChargeState]] = {
    ChargeState.SUCCEEDED: frozenset({ChargeState.RETURNED})
}

_CHARGE_OUTCOMES = frozenset({_C.PROCESSING, _C.REQUIRES_ACTION, _C.SUCCEEDED, _C.FAILED, _C.VOID})

CHARGE: dict[ChargeState, frozenset[ChargeState]] = {
    _C.SENT: _CHARGE_OUTCOMES | {_C.UNKNOWN},
    _C.UNKNOWN: _CHARGE_OUTCOMES,
    _C.PROCESSING: _CHARGE_OUTCOMES - {_C.PROCESSING},
    _C.REQUIRES_ACTION: _CHARGE_OUTCOMES - {_C.REQUIRES_ACTION},
    _C.SUCCEEDED: frozenset(),
    _C.FAILED: frozenset(),
    _C.VOID: frozenset(),
    _C.RETURNED: frozenset(),
}

_REFUND_OUTCOMES = frozenset({_R.PENDING, _R.SUCCEEDED, _R.FAILED})

REFUND: dict[RefundState, frozenset[RefundState]] = {
    _R.SENT: _REFUND_OUTCOMES | {_R.UNKNOWN},
    _R.UNKNOWN: _REFUND_OUTCOMES,
    _R.PENDING: _REFUND_OUTCOMES - {_R.PENDING},
    _R.SUCCEEDED: frozenset({_R.FAILED}),
    _R.FAILED: frozenset(),
}

DISPUTE: dict[DisputeState, frozenset[DisputeState]] = {
    _D.INQUIRY: frozenset({_D.OPEN, _D.CLOSED}),
    _D.OPEN: frozenset({_D.WON, _D.LOST, _D.CLOSED, _D.RETURNED}),
    _D.WON: frozenset(),
    _D.LOST: frozenset(),
    _D.CLOSED: frozenset(),
    _D.RETURNED: frozenset(),
}

#: Disputes whose money the bank has withdrawn and not returned.
WITHDRAWN = (_D.OPEN, _D.LOST)

#: Charges whose outcome is not known yet.
IN_FLIGHT = (_C.SENT, _C.UNKNOWN, _C.PROCESSING, _C.REQUIRES_ACTION)

#: While a charge is in one of these states, the database allows no second charge of its invoice.
LIVE = (*IN_FLIGHT, _C.SUCCEEDED)

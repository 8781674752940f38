"""The states of an invoice, its collection, its charges and refunds (docs/charging.md). Pure.

collection   ready → wait → done | ready (again on a date) | dunning
             ready → sent (an invoice to be paid by transfer) → done
             dunning → ready when a new method is saved or the owner presses retry
             any but done → voiding → done | ready, sent (when it was partly paid another way)
charge       sent, unknown, processing, requires_action → succeeded | failed | void
refund       sent, unknown, pending → succeeded | failed
"""

from enum import StrEnum

#: What stands in place of a gateway's name where the client pays by bank transfer.
BANK_TRANSFER = "transfer"


class InvoiceState(StrEnum):
    """OPEN is owed; the others are final. WRITTEN_OFF was owed and given up."""

    OPEN = "open"
    PAID = "paid"
    VOID = "void"
    WRITTEN_OFF = "written_off"


class CollectionState(StrEnum):
    """READY waits for its date; WAIT may have moved money and asks the gateway; SENT waits for a transfer;
    DUNNING needs a person; VOIDING is being cancelled at the gateway."""

    READY = "ready"
    WAIT = "wait"
    SENT = "sent"
    DUNNING = "dunning"
    VOIDING = "voiding"
    DONE = "done"


class ChargeState(StrEnum):
    """SENT is written before the call; UNKNOWN is left only by an object fetched from the gateway (rule 21)."""

    SENT = "sent"
    UNKNOWN = "unknown"
    PROCESSING = "processing"
    REQUIRES_ACTION = "requires_action"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    VOID = "void"


class RefundState(StrEnum):
    """As a charge's: SENT before the call, UNKNOWN when its answer was lost, PENDING at the bank."""

    SENT = "sent"
    UNKNOWN = "unknown"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class DisputeState(StrEnum):
    """While it is OPEN the bank holds the money."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


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
    _S.VOIDING: frozenset({_S.DONE, _S.READY, _S.SENT}),
    _S.DONE: frozenset(),
}

_ANSWERS = frozenset({_C.PROCESSING, _C.REQUIRES_ACTION, _C.SUCCEEDED, _C.FAILED, _C.VOID})

CHARGE: dict[ChargeState, frozenset[ChargeState]] = {
    _C.SENT: _ANSWERS | {_C.UNKNOWN},
    _C.UNKNOWN: _ANSWERS,
    _C.PROCESSING: _ANSWERS - {_C.PROCESSING},
    _C.REQUIRES_ACTION: _ANSWERS - {_C.REQUIRES_ACTION},
    _C.SUCCEEDED: frozenset(),
    _C.FAILED: frozenset(),
    _C.VOID: frozenset(),
}

_FOUND = frozenset({_R.PENDING, _R.SUCCEEDED, _R.FAILED})

REFUND: dict[RefundState, frozenset[RefundState]] = {
    _R.SENT: _FOUND | {_R.UNKNOWN},
    _R.UNKNOWN: _FOUND,
    _R.PENDING: _FOUND - {_R.PENDING},
    _R.SUCCEEDED: frozenset(),
    _R.FAILED: frozenset(),
}

DISPUTE: dict[DisputeState, frozenset[DisputeState]] = {
    _D.OPEN: frozenset({_D.WON, _D.LOST}),
    _D.WON: frozenset(),
    _D.LOST: frozenset(),
}

#: Charges whose outcome is not known yet.
IN_FLIGHT = (_C.SENT, _C.UNKNOWN, _C.PROCESSING, _C.REQUIRES_ACTION)

#: While a charge is in one of these the database allows no second one for its invoice.
LIVE = (*IN_FLIGHT, _C.SUCCEEDED)

"""The states of an invoice, its collection and its charges (CHARGES.md). Pure.

collection   ready → wait → done | ready (again on a date) | dunning
             dunning → ready when a new method is saved or the owner presses retry
             any but done → voiding → done
charge       sent, unknown, processing, requires_action → succeeded | failed | void
"""

from enum import StrEnum


class InvoiceState(StrEnum):
    """OPEN is owed; PAID and VOID are final."""

    OPEN = "open"
    PAID = "paid"
    VOID = "void"


class CollectionState(StrEnum):
    """READY waits for its date; WAIT may have moved money and asks the gateway; DUNNING needs a person."""

    READY = "ready"
    WAIT = "wait"
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


_I, _S, _C = InvoiceState, CollectionState, ChargeState

INVOICE: dict[InvoiceState, frozenset[InvoiceState]] = {
    _I.OPEN: frozenset({_I.PAID, _I.VOID}),
    _I.PAID: frozenset(),
    _I.VOID: frozenset(),
}

COLLECTION: dict[CollectionState, frozenset[CollectionState]] = {
    _S.READY: frozenset({_S.WAIT, _S.DUNNING, _S.VOIDING}),
    _S.WAIT: frozenset({_S.DONE, _S.READY, _S.DUNNING, _S.VOIDING}),
    _S.DUNNING: frozenset({_S.READY, _S.VOIDING}),
    _S.VOIDING: frozenset({_S.DONE}),
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

#: While a charge is in one of these the database allows no second one for its invoice.
LIVE = (_C.SENT, _C.UNKNOWN, _C.PROCESSING, _C.REQUIRES_ACTION, _C.SUCCEEDED)

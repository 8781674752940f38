"""Says the log of an invoice's collection in the reader's language."""

import re

from django.utils.translation import gettext as _

from billing.books.queries import decline_message
from billing.models import Transition
from billing.models.collection import CHARGE_STATES, COLLECTION_STATES


def change(row: Transition) -> str:
    """What changed: "Attempt 1: Being confirmed → Paid"."""
    names = dict(COLLECTION_STATES if row.what == "collection" else CHARGE_STATES)
    states = " → ".join(str(names.get(state, state)) for state in (row.old, row.new) if state)
    number = row.what.removeprefix("charge ")
    what = _("Invoice") if row.what == "collection" else _("Attempt %(n)s") % {"n": number}
    return f"{what}: {states}"


def reason(row: Transition) -> str:
    """Why it changed: a sentence, or the person who asked for it. "" where none was kept."""
    sentences = {
        "issued": _("The invoice was issued."),
        "paid from credit": _("Paid from the client's credit."),
        "nothing is owed": _("Nothing is owed any more."),
        "paid": _("Paid in full."),
        "charge sent": _("The charge was sent to the gateway."),
        "no answer": _("The gateway has not answered yet."),
        "new card": _("The client saved a new card."),
        "new card meanwhile": _("The client saved a new card meanwhile."),
        "never executed": _("The charge was never carried out."),
        "cancelled": _("The charge was cancelled at the gateway."),
        "void": _("The invoice is voided."),
        "write_off": _("The invoice is written off."),
        "payment": _("A payment was recorded."),
        "taken_back": _("A payment was taken back:"),
        "returned": _("The bank returned the direct debit:"),
    }
    kept, _colon, detail = row.why.partition(": ")
    if kept in sentences:
        return f"{sentences[kept]} {detail}".strip()
    return decline_message(kept) if re.fullmatch(r"[a-z_]+", kept) else row.why

"""Adds lines to an agreement's next invoice, for what was agreed beyond the fee (rule 27)."""

from datetime import date, datetime

from agreements.models import Agreement
from billing.models import NextLine
from core.models import Document


def add_next_line(
    *,
    agreement: Agreement,
    kind: str,
    ref: str,
    description: str,
    starts_on: date,
    ends_on: date,
    amount: int,
    now: datetime,
    document: Document | None = None,
    actor: str = "",
) -> NextLine:
    """Add a line; it waits for the agreement's next invoice. `amount` is minor units before tax.

    `kind` and `ref` identify what is billed. A second call with the same two returns the first
    line unchanged. `document` is a receipt for it, `actor` the person who added it.
    """
    line, _made = NextLine.objects.get_or_create(
        kind=kind,
        ref=ref,
        defaults={
            "business_id": agreement.business_id,
            "agreement": agreement,
            "description": description[:300],
            "starts_on": starts_on,
            "ends_on": ends_on,
            "amount": amount,
            "document": document,
            "actor": actor[:200],
            "created_at": now,
        },
    )
    return line

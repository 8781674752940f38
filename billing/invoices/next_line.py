"""Adds lines to an agreement's next invoice, for what was agreed beyond the fee (rule 27)."""

from datetime import date, datetime

from agreements.models import Agreement
from billing.models import NextLine


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
) -> NextLine:
    """Add a line; it waits for the agreement's next invoice. `amount` is minor units before tax.

    `kind` and `ref` identify what is billed. A second call with the same two returns the first
    line unchanged.
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
            "created_at": now,
        },
    )
    return line

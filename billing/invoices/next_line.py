"""Puts a line on an agreement's next invoice: what was agreed with the client beyond the fee (rule 27)."""

from datetime import date, datetime

from agreements.models import Agreement
from billing.models import NextLine


def add(
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
    """`amount` in minor units before tax; `ref` names the fact, once per kind: the second time the first is found."""
    row, _made = NextLine.objects.get_or_create(
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
    return row

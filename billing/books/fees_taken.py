"""Books what was taken of a payment on its way: by a gateway, or by a bank (rule 69).

Everything is written in the caller's transaction.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from billing.books import ledger
from billing.models import GatewayFee, JournalEntry, Payment
from billing.models.journal import Account
from billing.rules.states import FeeOf
from core.dates import local_day


def book(fees: Sequence[GatewayFee], zones: Iterable[str], now: datetime) -> None:
    """Insert fees with their journal entries; `zones` are those of their businesses."""
    GatewayFee.objects.bulk_create(fees)
    ledger.append_entries(_entry(fee, zone, now) for fee, zone in zip(fees, zones, strict=True))


def of_transfer(payment: Payment, amount: int, now: datetime) -> GatewayFee:
    """Build what a bank took off a transfer, in minor units of its currency."""
    return GatewayFee(
        business_id=payment.business_id,
        client_id=payment.client_id,
        payment=payment,
        gateway=payment.gateway,
        handle=str(payment.pk),
        of=FeeOf.PAYMENT,
        currency=payment.currency,
        amount=amount,
        moved=payment.amount,
        settled=payment.amount,
        taken_at=payment.received_at,
        created_at=now,
    )


def give_back(payment: Payment, zone: str, now: datetime) -> None:
    """Book backwards what a bank took off a transfer that was recorded by mistake."""
    taken = GatewayFee.objects.filter(payment=payment, handle=str(payment.pk)).first()
    if taken is None:
        return
    back = of_transfer(payment, -taken.amount, now)
    back.handle, back.taken_at = f"{payment.pk}:back", now
    book([back], [zone], now)


def _entry(fee: GatewayFee, zone: str, now: datetime) -> JournalEntry | None:
    """Build the entry of a fee on the day it was taken; one that was given back goes backwards."""
    accounts = (Account.FEES, Account.GATEWAY)
    debit, credit = accounts if fee.amount > 0 else accounts[::-1]
    on = local_day(fee.taken_at, zone)
    return ledger.build_entry(fee, "fee", fee.pk, debit, credit, abs(fee.amount), on, now)

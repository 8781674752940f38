"""Another account takes the place of the one that a business had connected (rule 54).

What was made at one account exists nowhere else: objects, cards and payments. So nothing may be
under way at the account that goes, and what was prepared or saved there is let go.
"""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import F, Max, Q
from django.utils.translation import ngettext

from billing.gateways import unknown_payments
from billing.models import (
    Charge,
    Collection,
    FoundObject,
    GatewayAccount,
    GatewayEvent,
    Payment,
    PaymentMethod,
    Refund,
)
from billing.rules.errors import OtherAccount, UnderWay
from billing.rules.states import IN_FLIGHT, ChargeState, CollectionState

#: A request that was given up does not arrive any later. The simulation delays them by 30 hours; at
#: a direct gateway they arrive within its `keys_last`, which may not be longer.
ARRIVES_WITHIN = timedelta(days=2)
INSTANT = timedelta(microseconds=1)


def exchanged_at(name: str, business: uuid.UUID | None) -> datetime | None:
    """Return when the account took the place of another one; None if it never did, or is shared.

    A worker that read another time before has the gateway of an account that is gone.
    """
    if business is None:
        return None
    rows = GatewayAccount.objects.filter(gateway=name, business=business)
    return rows.values_list("exchanged_at", flat=True).first()


def hold(business: uuid.UUID) -> None:
    """Let no account of a business be exchanged until the transaction ends. Lock it first."""
    rows = GatewayAccount.objects.select_for_update(no_key=True).filter(business=business)
    list(rows.order_by("pk").values_list("pk"))


def is_at_former_account(payment: Payment) -> bool:
    """Whether the account that a payment came in at was exchanged since.

    Nothing can be asked of that account any more, and no refund can be sent by it.
    """
    exchanged = GatewayAccount.objects.filter(
        business=payment.business_id,
        gateway=payment.gateway,
        exchanged_at__gte=payment.created_at,
    )
    return exchanged.exists()


def knows_ours(account: GatewayAccount, knows: Callable[[str], bool]) -> bool | None:
    """Return whether a new key knows a card or an object that was made at the connected account.

    None if nothing was made there. It calls the gateway. Raises GatewayUnknown and NotConnected.
    """
    here = {"business": account.business_id, "gateway": account.gateway}
    cards = PaymentMethod.objects.filter(**here, removed_at__isnull=True)
    prepared = Collection.objects.filter(**here, handle__isnull=False)
    paid = Payment.objects.filter(**here)
    if account.exchanged_at:
        paid = paid.filter(created_at__gt=account.exchanged_at)
    made = (
        cards.values_list("token", flat=True).first()
        or prepared.exclude(state=CollectionState.DONE).values_list("handle", flat=True).first()
        or paid.order_by("-created_at").values_list("reference", flat=True).first()
    )
    return knows(made) if made else None


def is_other(
    account: GatewayAccount, *, account_id: str, is_live: bool, is_known: bool | None
) -> bool:
    """Whether a key is another account's, or for other money, than the connected one's.

    Their ids decide. If one of them is not known, it is another account if its key does not know
    what was made at the connected one (`is_known`).
    """
    if account.is_live != is_live:
        return True
    if account.account_id and account_id:
        return account.account_id != account_id
    return is_known is False


def let_go(account: GatewayAccount, *, confirmed: bool, now: datetime) -> datetime:
    """Drop what was prepared and saved at an account; return the instant of its exchange.

    The caller has locked the account and stores the instant. Every worker that has claimed a
    collection loses it, and so binds and arms nothing that it prepared at the old account. Raises
    UnderWay, and OtherAccount if clients lose their cards and nobody has confirmed that.
    """
    here = {"business": account.business_id, "gateway": account.gateway}
    rows = Collection.objects.select_for_update().filter(**here)
    unpaid = list(rows.exclude(state=CollectionState.DONE).order_by("pk"))
    _require_nothing_under_way(account, unpaid, now)
    cards = PaymentMethod.objects.filter(**here, removed_at__isnull=True)
    if not confirmed and (count := cards.count()):
        raise OtherAccount(_question(count), field="secret")
    for row in unpaid:
        fresh = row.no_handle() if row.handle else {}
        at = now if row.state == CollectionState.READY else row.next_at
        Collection.objects.filter(pk=row.pk).update(
            **fresh, next_at=at, fence=uuid.uuid4(), lease_until=None
        )
    cards.update(removed_at=now)
    # What these webhooks tell of cannot be asked of the new account.
    GatewayEvent.objects.filter(account=account, done_at__isnull=True).update(done_at=now)
    newest: datetime | None = Payment.objects.filter(**here).aggregate(at=Max("created_at"))["at"]
    earlier = account.exchanged_at + INSTANT if account.exchanged_at else now
    return max(now, newest or now, earlier)


def _question(count: int) -> str:
    return ngettext(
        "Cards saved at the present account cannot be charged with this key. Tick this box to use "
        "it all the same: %(count)d client will be asked to save a payment method again.",
        "Cards saved at the present account cannot be charged with this key. Tick this box to use "
        "it all the same: %(count)d clients will be asked to save a payment method again.",
        count,
    ) % {"count": count}


def _require_nothing_under_way(
    account: GatewayAccount, unpaid: list[Collection], now: datetime
) -> None:
    """Raise UnderWay while money may still move at the account, or has moved for nothing here."""
    if count := _charges_under_way(unpaid, now):
        text = ngettext(
            "%(count)d payment is still being confirmed at the account that is connected now. "
            "Please wait until it is done, or enter a key of that account.",
            "%(count)d payments are still being confirmed at the account that is connected now. "
            "Please wait until they are done, or enter a key of that account.",
            count,
        )
    elif count := _refunds_under_way(account):
        text = ngettext(
            "%(count)d refund is still on its way from the account that is connected now. "
            "Please wait until it is done, or enter a key of that account.",
            "%(count)d refunds are still on their way from the account that is connected now. "
            "Please wait until they are done, or enter a key of that account.",
            count,
        )
    elif count := _found(account):
        text = ngettext(
            "%(count)d payment was found at the account that is connected now, and no invoice "
            "here is for it. Please deal with it under System status first.",
            "%(count)d payments were found at the account that is connected now, and no invoice "
            "here is for them. Please deal with them under System status first.",
            count,
        )
    else:
        return
    raise UnderWay(text % {"count": count}, field="secret")


def _charges_under_way(unpaid: list[Collection], now: datetime) -> int:
    """Return how many collections may still be charged at the account that prepared them.

    A charge that was never executed leaves a request behind that may arrive late. A charge that was
    declined was executed, and its request does nothing a second time.
    """
    late = Q(
        state=ChargeState.VOID, handle=F("collection__handle"), sent_at__gt=now - ARRIVES_WITHIN
    )
    charged = Charge.objects.filter(late | Q(state__in=IN_FLIGHT), collection__in=unpaid)
    asked = {
        row.pk for row in unpaid if row.state in (CollectionState.WAIT, CollectionState.VOIDING)
    }
    return len(asked | set(charged.values_list("collection", flat=True)))


def _refunds_under_way(account: GatewayAccount) -> int:
    """Return how many refunds are sent or looked up; for others nobody asks any more."""
    sent = Refund.objects.filter(business=account.business_id, next_at__isnull=False)
    return sent.filter(payment__gateway=account.gateway).count()


def _found(account: GatewayAccount) -> int:
    """Return how many payments were found for invoices that these books had lost (rule 46)."""
    rows = FoundObject.objects.filter(
        business=account.business_id, gateway=account.gateway, taken_at__isnull=True
    )
    return unknown_payments.nobodys(rows).exclude(reference="").count()

"""Processes stored webhooks: the object's present state is fetched from the gateway (rule 22)."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from billing.charging import disputes, refund, settle
from billing.gateways.accounts import gateway
from billing.gateways.base import GatewayUnknown
from billing.models import Collection, GatewayAccount, GatewayEvent, Payment, Refund
from billing.rules.errors import NotConnected
from core.jobs import batches
from core.jobs.set_aside import Step, without_waiting

APPLY = Step(
    "apply_events",
    "billing.tasks.resolve",
    _("Process a webhook of the payment gateway"),
    GatewayEvent,
    business="account__business_id",
    title="gateway",
    page=("", "pk"),
)


def apply_events(*, now: datetime, limit: int = 500) -> int:
    """Fetch the object of every stored webhook that is not done yet; return the number done.

    A webhook that cannot be read is set aside, with a growing wait. An account that does not answer
    is asked once in a run.
    """
    silent = set[tuple[str, object]]()

    def apply(pk: int) -> int:
        event = GatewayEvent.objects.select_related("account").get(pk=pk)
        account = (event.gateway, event.account_id)
        if account in silent:
            return 0  # it stays undone and is fetched by the next run
        try:
            read_gateway_object(event.gateway, event.handle, account=event.account, now=now)
        except (GatewayUnknown, NotConnected):
            silent.add(account)
            return 0
        return GatewayEvent.objects.filter(pk=event.pk, done_at__isnull=True).update(done_at=now)

    waiting = without_waiting(GatewayEvent.objects.filter(done_at__isnull=True), APPLY, now)
    oldest = list(waiting.order_by("pk").values_list("pk", flat=True)[:limit])
    return batches.run_each(APPLY, oldest, apply, now=now, atomic=False)


def read_gateway_object(
    name: str, handle: str, *, account: GatewayAccount | None, now: datetime
) -> None:
    """Fetch a payment object with its refunds and disputes, and store their present states.

    An object that belongs to none of our collections is ignored. A webhook of one business's
    `account` cannot change another business's rows. Raises GatewayUnknown and NotConnected.
    """
    row = Collection.objects.filter(gateway=name, handle=handle).select_related("business").first()
    if row is None or not handle or (account and account.business_id != row.business_id):
        return
    its_gateway = gateway(name, row.business_id)
    settle.settle(row, its_gateway.lookup(handle), now=now)
    payment = (
        Payment.objects.filter(gateway=name, reference=handle)
        .select_related("business__owner")
        .first()
    )
    if payment is None:
        return
    ours = {str(row.id): row for row in Refund.objects.filter(payment=payment)}
    for fetched in its_gateway.refunds(handle):
        if fetched.key in ours:
            refund.apply_refund(ours[fetched.key], fetched, now=now)
    for dispute in its_gateway.disputes(handle):
        disputes.apply_dispute(payment, dispute, now=now)

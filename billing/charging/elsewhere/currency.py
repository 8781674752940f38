"""Refuses money that the gateway has in another currency than we do."""

from django.utils.translation import gettext as _

from billing.gateways.base import GatewayDispute, GatewayRefund
from billing.models import Payment
from billing.rules.errors import OtherCurrency


def require_same_currency(payment: Payment, theirs: GatewayRefund | GatewayDispute) -> None:
    """Raise OtherCurrency if a refund or dispute is in another currency than its payment.

    Its amount means nothing in our books then; a person has to book it.
    """
    if theirs.currency != payment.currency:
        raise OtherCurrency(
            _("The gateway has %(theirs)s for payment %(number)s, which is in %(ours)s.")
            % {
                "theirs": theirs.currency,
                "number": payment.receipt_number,
                "ours": payment.currency,
            }
        )

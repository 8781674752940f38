"""Finds taxes that nothing was ever taxed with, and deletes one that was added by mistake."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import Agreement, Proposal
from billing.models import Invoice
from core.errors import NotAllowedNow
from core.models import Business, TaxRate


def unused(business: Business, rates: Iterable[TaxRate]) -> list[TaxRate]:
    """Return those of `rates` that no proposal, agreement or invoice ever had."""
    used = {(rate["name"], str(rate["percent"])) for rate in _frozen_rates(business)}
    return [rate for rate in rates if (rate.name, f"{rate.percent.normalize():f}") not in used]


def delete(rate: TaxRate) -> None:
    """Delete a tax that was never used. Raises NotAllowedNow for one that was."""
    with transaction.atomic():
        locked = TaxRate.objects.select_for_update().select_related(None).get(pk=rate.pk)
        if not unused(rate.business, [locked]):
            raise NotAllowedNow(
                _("%(tax)s was used, so it stays in your books. Turn it off instead.")
                % {"tax": locked}
            )
        locked.delete()


def _frozen_rates(business: Business) -> Iterator[dict[str, Any]]:
    """Return every tax with which something was sent, signed or invoiced."""
    lists = [
        Agreement.objects.filter(business=business).order_by().values_list("taxes", flat=True),
        Invoice.objects.filter(business=business).order_by().values_list("taxes", flat=True),
    ]
    for taxes in (taxes for rows in lists for taxes in rows.distinct()):
        yield from taxes
    sent = Proposal.objects.filter(business=business).exclude(snapshot={})
    for snapshot in sent.order_by().values_list("snapshot", flat=True).iterator():
        yield from snapshot["terms"].get("tax", {}).get("rates", [])

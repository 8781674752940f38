"""A business's taxes: what new agreements carry. Those that were signed keep what they were signed with."""

from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.errors import RuleError
from core.models import Business, TaxRate


def add(*, business: Business, name: str, percent: Decimal) -> TaxRate:
    """One more, in use at once. Raises RuleError where it is there already."""
    try:
        with transaction.atomic():
            return TaxRate.objects.create(business=business, name=name, percent=percent)
    except IntegrityError:
        raise RuleError(
            _("This tax is there already, or its rate is not between 0 and 100."), field="name"
        ) from None


def use(rate: TaxRate, is_used: bool) -> None:
    """Whether new agreements carry it."""
    TaxRate.objects.filter(pk=rate.pk).update(is_used=is_used)

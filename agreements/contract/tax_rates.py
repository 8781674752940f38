"""The tax rates that a business uses for new agreements. Signed agreements keep their rates."""

from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.errors import RuleError
from core.models import Business, TaxRate


def add(*, business: Business, name: str, percent: Decimal) -> TaxRate:
    """Add a tax rate and use it for new agreements from now on.

    Raises RuleError where it exists already or `percent` is out of range.
    """
    try:
        with transaction.atomic():
            return TaxRate.objects.create(business=business, name=name, percent=percent)
    except IntegrityError:
        raise RuleError(
            _("This tax is there already, or its rate is not between 0 and 100."), field="name"
        ) from None


def set_used(rate: TaxRate, is_used: bool) -> None:
    """Set whether new agreements use this tax rate."""
    TaxRate.objects.filter(pk=rate.pk).update(is_used=is_used)

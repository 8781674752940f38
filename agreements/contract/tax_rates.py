"""The tax rates that a business uses for new agreements. Signed agreements keep their rates."""

from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.errors import RuleError
from core.models import Business, TaxRate
from core.places.usual_taxes import UsualTax


def add(*, business: Business, name: str, percent: Decimal) -> TaxRate:
    """Add a tax rate and use it for new agreements from now on.

    Raises RuleError where it exists already, where another tax of that name is in use, or where
    `percent` is out of range.
    """
    _require_one_of_a_name(business, name)
    try:
        with transaction.atomic():
            return TaxRate.objects.create(business=business, name=name, percent=percent)
    except IntegrityError:
        raise RuleError(
            _("This tax is there already, or its rate is not between 0 and 100."), field="name"
        ) from None


def use_usual(*, business: Business, usual: UsualTax | None) -> None:
    """Use the usual tax of a country for new agreements, or with None no tax at all.

    Where a tax of that name is in use already, its rate stays.
    """
    rates = TaxRate.objects.filter(business=business)
    with transaction.atomic():
        if usual is None:
            rates.filter(is_used=True).update(is_used=False)
            return
        if not rates.filter(is_used=True, name__iexact=usual.name).exists():
            rates.update_or_create(
                business=business,
                name=usual.name,
                percent=usual.percent,
                defaults={"is_used": True},
            )
        if usual.on_payment:
            Business.objects.filter(pk=business.pk).update(tax_on_payment=True)


def set_used(rate: TaxRate, is_used: bool) -> None:
    """Set whether new agreements use this tax rate. Raises RuleError as `add` does."""
    if is_used:
        _require_one_of_a_name(rate.business, rate.name, besides=rate)
    TaxRate.objects.filter(pk=rate.pk).update(is_used=is_used)


def _require_one_of_a_name(business: Business, name: str, besides: TaxRate | None = None) -> None:
    """Raise RuleError where another tax of this name is in use: an invoice would list it twice."""
    used = TaxRate.objects.filter(business=business, is_used=True, name__iexact=name.strip())
    if (used.exclude(pk=besides.pk) if besides else used).exists():
        raise RuleError(
            _("A tax of this name is in use. Turn it off first, then add the new rate."),
            field="name",
        )

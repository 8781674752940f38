"""The packages of a business, built in or its own, and the form values that they start with."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext as _

from agreements.contract.library.packages import BUILT_IN, USUAL, BuiltIn
from agreements.models import Package
from agreements.proposals.drafting import draft_rules
from agreements.rules.cumulative_tiers import TierDraft
from agreements.rules.errors import NotOpen
from core import formats, money
from core.lists.name_order import by_name
from core.models import Business


def offered(business: Business) -> list[Package]:
    """The business's own packages that are not archived, by name."""
    return by_name(Package.objects.filter(business=business, retired_at__isnull=True))


def choices(business: Business) -> list[tuple[str, list[tuple[str, str]]]]:
    """All packages as the grouped choices (key, name) of a select; the business's own first."""
    own = [(str(row.pk), row.name) for row in offered(business)]
    built_in = [(key, make().name) for key, make in BUILT_IN.items()]
    return [*([(_("Your own"), own)] if own else []), (_("Built in"), built_in)]


def find_package(business: Business, key: str) -> Package | BuiltIn:
    """The package with this key, in the active language; the usual one where there is none.

    The fees of a built-in package are in the business's currency.
    """
    if key in BUILT_IN:
        return BUILT_IN[key]().priced_in(business.currency)
    try:
        own = Package.objects.filter(
            business=business, retired_at__isnull=True, pk=UUID(key)
        ).first()
    except ValueError:
        own = None
    return own or BUILT_IN[USUAL]().priced_in(business.currency)


def usual_key(business: Business) -> str:
    """The key of the package that a new proposal starts with: the newest of the business's own."""
    own = Package.objects.filter(business=business, retired_at__isnull=True)
    newest = own.order_by("-created_at", "-id").first()
    return str(newest.pk) if newest else USUAL


def built_in(business: Business) -> list[BuiltIn]:
    """The built-in packages with fees in the business's currency."""
    return [make().priced_in(business.currency) for make in BUILT_IN.values()]


def key_of(package: Package | BuiltIn) -> str:
    """The key of a package, as `find` takes it."""
    return str(package.pk) if isinstance(package, Package) else package.key


def form_values(package: Package | BuiltIn | str, currency: str) -> dict[str, Any]:
    """The form values of a package: `tiers` (as `tier_values` returns them), `kpis` and `service`.

    A string is the key of a built-in package, whose fees are those that are usual in `currency`.
    Where the package is in another currency, the fees are left empty: nothing is converted (rule
    13).
    """
    found = BUILT_IN[package]().priced_in(currency) if isinstance(package, str) else package
    tiers = [tier_values(draft, found.currency) for draft in found.drafts]
    if found.currency != currency:
        tiers = [tier | {"fee": ""} for tier in tiers]
    return {"tiers": tiers, "kpis": list(found.kpis), "service": found.service}


def foreign_fees_sentence(package: Package | BuiltIn, currency: str) -> str:
    """A sentence that names fees in another currency, which the form leaves empty; or ""."""
    if package.currency == currency:
        return ""
    fees = ", ".join(formats.money(draft.amount, package.currency) for draft in package.drafts)
    facts = {"theirs": package.currency, "fees": fees, "yours": currency}
    return _("This package's fees are in %(theirs)s: %(fees)s. Write yours in %(yours)s.") % facts


def tier_values(draft: Any, currency: str) -> dict[str, Any]:
    """A Tier or a TierDraft as form values: the fee in major units of `currency`, time as h:mm."""
    fee = money.to_decimal(draft.amount, currency)
    return {
        "name": draft.name,
        "tagline": draft.tagline,
        "fee": int(fee) if fee == int(fee) else fee,
        "hours": f"{draft.minutes // 60}:{draft.minutes % 60:02}" if draft.minutes else "",
        "response_hours": draft.response_hours,
        "adds": "\n".join(draft.adds),
        "deliverables": "\n".join(
            f"{item['promised']} {item['title']}" for item in draft.deliverables
        ),
        "is_recommended": draft.is_recommended,
    }


def add(*, business: Business, tiers: Sequence[TierDraft], now: datetime, **fields: Any) -> Package:
    """Create a package of the business's own. Raises NotCumulative.

    `fields` are name, service, currency and kpis.
    """
    draft_rules.require_cumulative(tiers)
    return Package.objects.create(
        business=business, rungs=[asdict(tier) for tier in tiers], created_at=now, **fields
    )


def change(*, package: Package, tiers: Sequence[TierDraft], version: int, **fields: Any) -> Package:
    """Save a package over its version `version`; existing proposals do not change.

    Raises NotCumulative, and NotOpen where someone else has saved a newer version.
    """
    draft_rules.require_cumulative(tiers)
    unchanged = Package.objects.filter(pk=package.pk, version=version)
    rungs = [asdict(tier) for tier in tiers]
    if not unchanged.update(rungs=rungs, version=F("version") + 1, **fields):
        raise NotOpen(
            _("This package was changed in another tab in the meantime. Please reload it.")
        )
    package.refresh_from_db()
    return package


def archive(*, package: Package, now: datetime | None) -> None:
    """Archive a package, so that it is no longer offered; with `now` None, offer it again."""
    Package.objects.filter(pk=package.pk, retired_at__isnull=now is not None).update(retired_at=now)

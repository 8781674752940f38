"""The gateways: a folder each, and a line in GATEWAYS. No other module names a gateway."""

from functools import cache
from importlib import import_module

from billing.gateways.base import GatewayKind

#: Folders that are Django apps; each has a module `kind` whose KIND describes its gateway
#: (docs/gateways.md).
GATEWAYS = (
    "billing.gateways.sandbox",
    "billing.gateways.sandbox_direct",
    "billing.gateways.stripe",
)


def kinds() -> dict[str, GatewayKind]:
    """Return every gateway by its name, in the order of GATEWAYS."""
    return {kind.name: kind for kind in map(kind_in, GATEWAYS)}


@cache
def kind_in(folder: str) -> GatewayKind:
    """Return the gateway of one folder, which is named like a package."""
    kind: GatewayKind = import_module(f"{folder}.kind").KIND
    return kind


def connectable() -> list[GatewayKind]:
    """Return the gateways at which a business can connect its own account."""
    return [kind for kind in kinds().values() if kind.card]


def smallest(name: str, currency: str) -> int:
    """Return the gateway's minimum for a card, in minor units; 1 for an unknown gateway."""
    kind = kinds().get(name)
    return kind.smallest(currency) if kind else 1

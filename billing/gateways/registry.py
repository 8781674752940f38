"""Which gateways there are: a folder each, and a line in GATEWAYS. Nothing else in the project names one."""

from functools import cache
from importlib import import_module

from billing.gateways.base import GatewayKind

#: Folders that are Django apps; each has a module `kind` whose KIND describes its gateway (docs/gateways.md).
GATEWAYS = (
    "billing.gateways.sandbox",
    "billing.gateways.sandbox_direct",
    "billing.gateways.stripe",
)


def kinds() -> dict[str, GatewayKind]:
    """Every gateway by its name, in the order of the list."""
    return {kind.name: kind for kind in map(kind_in, GATEWAYS)}


@cache
def kind_in(folder: str) -> GatewayKind:
    """The gateway of one folder, which is named as a package."""
    kind: GatewayKind = import_module(f"{folder}.kind").KIND
    return kind


def connectable() -> list[GatewayKind]:
    """The gateways at which a business connects an account of its own."""
    return [kind for kind in kinds().values() if kind.card]


def smallest(name: str, currency: str) -> int:
    """What that gateway charges a card at least, in minor units; 1 where nobody knows the gateway any more."""
    kind = kinds().get(name)
    return kind.smallest(currency) if kind else 1

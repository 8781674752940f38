"""The sandbox's entry in the registry: a gateway of the installation, for demo and tests."""

from typing import TYPE_CHECKING, Any

from billing.gateways.base import GatewayKind
from billing.gateways.sandbox.cards import OFFERED as DEBITS
from billing.gateways.sandbox.declines import is_hard
from billing.gateways.sandbox.minimums import smallest

if TYPE_CHECKING:
    from billing.gateways.sandbox.gateway import Sandbox
    from billing.models import GatewayAccount


def _build(account: "GatewayAccount | None") -> "Sandbox":
    from billing.gateways.sandbox.gateway import Sandbox

    return Sandbox()


def _save_test_card(**card: Any) -> str:
    from billing.gateways.sandbox.gateway import Sandbox

    return Sandbox.save_test_card(**card)


KIND = GatewayKind(
    name="sandbox",
    label="Sandbox",
    build=_build,
    is_hard=is_hard,
    smallest=smallest,
    is_shared=True,
    is_pretended=True,
    debits=DEBITS,
    address="sandbox/",
    save_test_card=_save_test_card,
)

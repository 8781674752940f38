"""The direct sandbox's entry in the registry, for the demo and for tests."""

from typing import TYPE_CHECKING, Any

from billing.gateways.base import GatewayKind
from billing.gateways.sandbox.cards import OFFERED as DEBITS
from billing.gateways.sandbox.declines import is_hard
from billing.gateways.sandbox.minimums import smallest

if TYPE_CHECKING:
    from billing.gateways.sandbox_direct.gateway import SandboxDirect
    from billing.models import GatewayAccount


def _build(account: "GatewayAccount | None") -> "SandboxDirect":
    from billing.gateways.sandbox_direct.gateway import SandboxDirect

    return SandboxDirect()


def _save_test_card(**card: Any) -> str:
    from billing.gateways.sandbox_direct.gateway import SandboxDirect

    return SandboxDirect.save_test_card(**card)


KIND = GatewayKind(
    name="sandbox_direct",
    label="Sandbox, direct",
    build=_build,
    is_hard=is_hard,
    smallest=smallest,
    is_shared=True,
    is_pretended=True,
    debits=DEBITS,
    address="sandbox-direct/",
    save_test_card=_save_test_card,
)

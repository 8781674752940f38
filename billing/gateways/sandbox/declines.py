"""What the sandbox's decline codes mean. Pure."""

from billing.gateways.sandbox.cards import Behaviour


def is_hard(code: str) -> bool:
    """Whether the same card cannot succeed any more."""
    return code == Behaviour.HARD

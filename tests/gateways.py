"""Puts gateways into the registry for a test, or in the place of the ones that are there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from billing.gateways import registry
from billing.gateways.base import GatewayKind


def kind(
    name: str, build: Callable[[], Any], *, like: str = "sandbox", **fields: Any
) -> GatewayKind:
    """A gateway of that name, described as the one that it is like, but built by `build`."""
    return replace(registry.kinds()[like], name=name, build=lambda account: build(), **fields)


@contextmanager
def registered(*added: GatewayKind) -> Iterator[None]:
    """The registry knows these as well, until this is left."""
    with patch.object(registry, "kinds", registry.kinds):
        register(*added)
        yield


def register(*added: GatewayKind) -> None:
    """The registry knows these as well, in this process."""
    kinds = registry.kinds() | {each.name: each for each in added}
    registry.kinds = lambda: kinds

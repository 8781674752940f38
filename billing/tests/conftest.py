"""What tests of billing share: a business whose tax falls due on payment."""

import pytest

from tests.world import World


@pytest.fixture
def thai(world: World) -> World:
    """A business whose tax falls due on payment."""
    world.business.tax_on_payment = True
    world.business.save()
    return world

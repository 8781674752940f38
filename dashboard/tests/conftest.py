"""What tests of the dashboard share: the owner's browser."""

import pytest
from django.test import Client as Browser

from tests.browsers import logged_in
from tests.world import World


@pytest.fixture
def owner(world: World) -> Browser:
    """The owner's browser, signed in."""
    return logged_in(world.business.owner)

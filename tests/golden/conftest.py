"""Makes all emails and documents once for the tests of this folder, and adds `--accept`."""

from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from tests.golden.made import Made, everything


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--accept", action="store_true", help="keep what is made now as the golden files"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Words do not depend on the database: they are compared on one."""
    if config.getoption("--database"):
        ours = [item for item in items if item.path.is_relative_to(Path(__file__).parent)]
        config.hook.pytest_deselected(items=ours)
        items[:] = [item for item in items if item not in set(ours)]


@pytest.fixture(scope="session")
def made(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Made:
    """What the product makes now."""
    with django_db_blocker.unblock():
        return everything(tmp_path_factory.mktemp("golden"))

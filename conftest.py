"""What every test stands on: a Chromium, a world with one business, and databases that can be emptied."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

hypothesis_settings.register_profile("house", deadline=None)  # a busy machine is no defect
hypothesis_settings.load_profile("house")
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", action="store_true", help="only the tests that ask a database")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What asks no database need not be told twice that it holds on another one."""
    if config.getoption("--database"):
        asks = [item for item in items if is_about_a_database(item)]
        config.hook.pytest_deselected(items=[item for item in items if item not in set(asks)])
        items[:] = asks


def is_about_a_database(item: pytest.Item) -> bool:
    """It uses one, or starts processes that do; what runs the commands of the documents brings its own."""
    if item.get_closest_marker("commands"):
        return False
    fixtures = {"db", "transactional_db", "django_db_setup"} & set(getattr(item, "fixturenames", ()))
    return bool(fixtures) or any(item.get_closest_marker(name) for name in ("django_db", "processes"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's own Chromium."""
    flags = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"]
    return {**browser_type_launch_args, "executable_path": shutil.which("chromium"), "args": flags}


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A browser asks from several threads at once: SQLite in memory locks its tables then, a file waits its turn."""
    from django.conf import settings

    if settings.IS_SQLITE and any(item.get_closest_marker("browser") for item in request.session.items):
        path = tmp_path_factory.mktemp("database") / "browser.sqlite3"
        settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = str(path)


@pytest.fixture(autouse=True, scope="session")
def _emptying_lifts_the_triggers() -> Iterator[None]:
    """A transactional test empties the database afterwards; frozen rows must let go for that moment."""
    from django.test import TransactionTestCase

    from core.immutable import lifted

    original = TransactionTestCase._fixture_teardown

    def teardown(self: TransactionTestCase) -> None:
        with lifted():
            original(self)

    TransactionTestCase._fixture_teardown = teardown
    yield
    TransactionTestCase._fixture_teardown = original


@pytest.fixture(autouse=True)
def _own_folders(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Files of a test stay with the test; jobs run at once, in the test's own thread."""
    from django.core.cache import cache

    settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")
    settings.KEPT_PAPERS = "/dev/null/nowhere"  # every paper of a test is really made
    cache.clear()


pytest_plugins = ["tests.world", "tests.at_once"]

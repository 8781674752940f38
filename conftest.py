"""What every test stands on: a Chromium, a world with one business, and databases that can be emptied."""

import gc
import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

hypothesis_settings.register_profile(
    "house", deadline=None, print_blob=True
)  # a busy machine is no defect
hypothesis_settings.register_profile(
    "quick", hypothesis_settings.get_profile("house"), max_examples=25
)
hypothesis_settings.load_profile("house")
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
TESTS = count()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        action="store_true",
        help="only what another database could answer differently",
    )
    parser.addoption(
        "--share",
        default="0/1",
        help='of the files, those whose place modulo 5 is 0, 1 or 2: "012/5"',
    )
    parser.addoption(
        "--every-day",
        action="store_true",
        help="tests of a year let the jobs run on every single day",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if commits(item) or item.get_closest_marker("processes"):
            item.add_marker("proof")
    places, of = config.getoption("--share").split("/")
    files = {
        path: str(n % int(of)) for n, path in enumerate(dict.fromkeys(item.path for item in items))
    }
    wanted = [item for item in items if files[item.path] in places]
    if config.getoption("--database"):
        wanted = [item for item in wanted if is_about_a_database(item)]
    config.hook.pytest_deselected(items=list(set(items) - set(wanted)))
    items[:] = wanted


def commits(item: pytest.Item) -> bool:
    """Others see what it writes: its threads, or processes that are killed."""
    asked = item.get_closest_marker("django_db")
    return "transactional_db" in getattr(item, "fixturenames", ()) or bool(
        asked and asked.kwargs.get("transaction")
    )


def is_about_a_database(item: pytest.Item) -> bool:
    """Another database could answer it differently: it uses one, or starts processes that do, and renders nothing."""
    fixtures = {"db", "transactional_db", "django_db_setup"} & set(
        getattr(item, "fixturenames", ())
    )
    asks = bool(fixtures) or any(
        item.get_closest_marker(name) for name in ("django_db", "processes")
    )
    return asks and not any(item.get_closest_marker(name) for name in ("rendering", "commands"))


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What is loaded by now stays: not looking at it again and again makes the tests a seventh faster."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's own Chromium."""
    flags = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"]
    return {**browser_type_launch_args, "executable_path": shutil.which("chromium"), "args": flags}


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """On SQLite the tests use the copy that django_db_modify_db_settings makes; PostgreSQL migrates its own."""
    from django.conf import settings

    return bool(settings.IS_SQLITE)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """A copy of an empty, migrated database: in memory, or in a file for a browser.

    A browser asks from several threads at once: SQLite in memory locks its tables then, a file waits its turn.
    """
    from django.conf import settings

    from tests.migrated import copy_to

    if not settings.IS_SQLITE:
        yield
        return
    name = "file:memorydb_default?mode=memory&cache=shared"
    if any(item.get_closest_marker("browser") for item in request.session.items):
        name = str(tmp_path_factory.mktemp("database") / "browser.sqlite3")
    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = name
    with closing(copy_to(name)):  # what is in memory goes when nobody holds it any more
        yield


@pytest.fixture(autouse=True, scope="session")
def _emptying_lifts_the_triggers() -> Iterator[None]:
    """A transactional test empties the database afterwards; frozen rows must let go for that moment."""
    from django.test import TransactionTestCase

    from core.database.frozen_rows import lifted

    original = TransactionTestCase._fixture_teardown

    def teardown(self: TransactionTestCase) -> None:
        with lifted():
            original(self)

    TransactionTestCase._fixture_teardown = teardown
    yield
    TransactionTestCase._fixture_teardown = original


@pytest.fixture(autouse=True)
def _own_folders(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Files and cached answers of a test stay with the test: no folder and no Redis is emptied under anybody."""
    own = tmp_path_factory.getbasetemp() / f"test-{next(TESTS)}"
    settings.MEDIA_ROOT = own / "media"
    settings.KEPT_PAPERS = "/dev/null/nowhere"  # every paper of a test is really made
    place = (
        {"KEY_PREFIX": f"{os.getpid()}-{own.name}"}
        if settings.REDIS_URL
        else {"LOCATION": own / "cache"}
    )
    settings.CACHES = {"default": settings.CACHES["default"] | place}


pytest_plugins = ["tests.world", "tests.at_once"]

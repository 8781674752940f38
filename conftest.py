"""Configures the tests: options, marks, Chromium, and databases that can be emptied."""

import gc
import inspect
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from typing import Any

import pytest
from hypothesis import Phase
from hypothesis import settings as hypothesis_settings

# No deadline: a busy machine is no defect.
hypothesis_settings.register_profile("house", deadline=None, print_blob=True)
hypothesis_settings.register_profile(
    "few", hypothesis_settings.get_profile("house"), max_examples=25
)
hypothesis_settings.register_profile(
    "unshrunk",
    hypothesis_settings.get_profile("house"),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
hypothesis_settings.load_profile("house")
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
TESTS = count()
CLOSE = re.compile(
    r"\b(connection|transaction|atomic|execute|bulk_\w+|select_for_\w+|annotate|aggregate)\b"
    r"|\b(Integrity|Database|Operational|Programming)Error"
    r"|(constraint|trigger|the_database|at_once|same_time)"
)
#: How many queries a page takes is the same on every database.
COUNTING = re.compile(r"CaptureQueriesContext\(\s*connection,?\s*\)")


#: The options that are given or not.
SWITCHES = {
    "--every-width": "make each journey in both widths, and check the accessibility of every page "
    "there",
    "--every-value": "put each of the strange values into every address and form, not one by turns",
    "--every-figure": "compare the figures of all kinds of invoices on every surface, not of a "
    "sample",
    "--few": "take the smallest samples: of invoices' figures one in which each value occurs, of a "
    "property 25 examples",
    "--unshrunk": "do not look for the smallest example that breaks a property: that one does is "
    "enough",
    "--every-day": "run the jobs on every day in the tests of a year",
}
#: The options that are a number, with what holds where none is given.
SIZES = {
    "--lives": (6, "how many lives of the two retainers whose money must add up"),
    "--seed": (None, "chooses these lives; without it they are always the same"),
    "--interleavings": (
        200,
        "how many days of three devices whose timers are merged in any order",
    ),
    "--rows": (
        300,
        "how many rows more the lists have when their queries are counted again",
    ),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=["all", "close"],
        help="run only tests whose result another database could change: all of them, or those "
        "that are close to the database",
    )
    parser.addoption(
        "--share",
        default="0/1",
        help='run a share of the files: "012/5" takes those whose position modulo 5 is 0, 1 or 2',
    )
    for name, what in SWITCHES.items():
        parser.addoption(name, action="store_true", help=what)
    for name, (default, what) in SIZES.items():
        parser.addoption(name, type=int, default=default, help=what)


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--few"):
        hypothesis_settings.load_profile("few")
    if config.getoption("--unshrunk"):
        hypothesis_settings.load_profile("unshrunk")
    from django.conf import settings

    # Each test client starts the middleware anew. This way it looks static files up when they are
    # asked for, instead of reading all their folders: a seventh of the time of tests of pages.
    settings.WHITENOISE_AUTOREFRESH = True


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    from tests import slow

    known = slow.known()
    for item in items:
        marked = any(map(item.get_closest_marker, ("processes", "commands")))
        if marked or commits(item) or slow.name(item) in known:
            item.add_marker("proof")
    places, of = config.getoption("--share").split("/")
    files = {
        path: str(n % int(of)) for n, path in enumerate(dict.fromkeys(item.path for item in items))
    }
    wanted = [item for item in items if files[item.path] in places]
    if which := config.getoption("--database"):
        wanted = [item for item in wanted if is_about_a_database(item)]
        if which == "close":
            wanted = [item for item in wanted if is_close_to_the_database(item)]
    config.hook.pytest_deselected(items=list(set(items) - set(wanted)))
    items[:] = wanted


def commits(item: pytest.Item) -> bool:
    """Whether the test commits what it writes, for threads or for processes that are killed."""
    mark = item.get_closest_marker("django_db")
    return "transactional_db" in getattr(item, "fixturenames", ()) or bool(
        mark and mark.kwargs.get("transaction")
    )


def is_about_a_database(item: pytest.Item) -> bool:
    """Whether another database could change the result.

    That is so when the test uses a database, or starts processes that do, and is not only about
    rendering.
    """
    fixtures = {"db", "transactional_db", "django_db_setup"} & set(
        getattr(item, "fixturenames", ())
    )
    uses_database = bool(fixtures) or any(
        item.get_closest_marker(name) for name in ("django_db", "processes")
    )
    return uses_database and not any(
        item.get_closest_marker(name) for name in ("rendering", "commands")
    )


def is_close_to_the_database(item: pytest.Item) -> bool:
    """Whether the test commits, or names what databases do differently.

    That is a transaction, a lock, a constraint, a trigger or the text of a query.
    """
    function = getattr(item, "function", None)
    return (
        commits(item)
        or item.get_closest_marker("processes") is not None
        or bool(function and CLOSE.search(COUNTING.sub("", inspect.getsource(function))))
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Exempt what is loaded by now from garbage collection: tests run a seventh faster."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Use the Chromium of Debian."""
    flags = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"]
    return {**browser_type_launch_args, "executable_path": shutil.which("chromium"), "args": flags}


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """On SQLite, keep the copy made by django_db_modify_db_settings; PostgreSQL is migrated."""
    from django.conf import settings

    return bool(settings.IS_SQLITE)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Copy an empty, migrated SQLite database: into memory, or into a file for browser tests.

    A browser causes queries from several threads. A database in memory then fails with locked
    tables, while a file waits for its turn.
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
    with closing(copy_to(name)):  # the database in memory lives as long as this connection
        yield


@pytest.fixture(autouse=True, scope="session")
def _databases_go_back() -> None:
    """Keep no marks outside the database, which goes back after each test."""
    from django.conf import settings

    settings.CONTINUITY = False


@pytest.fixture(autouse=True, scope="session")
def _folders() -> None:
    """Make the folders that the servers make before they serve."""
    from retainer_hub.start import make_folders

    make_folders()


@pytest.fixture(autouse=True, scope="session")
def _committed_rows_are_deleted() -> Iterator[None]:
    """Empty the database in our own way after a test that commits (tests.emptied)."""
    from django.test import TransactionTestCase

    from tests.emptied import empty

    original = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = lambda self: empty()
    yield
    TransactionTestCase._fixture_teardown = original


@pytest.fixture(autouse=True)
def _own_folders(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Give each test its own files, so that nothing shared is ever emptied."""
    folder = tmp_path_factory.getbasetemp() / f"test-{next(TESTS)}"
    settings.MEDIA_ROOT = folder / "media"
    settings.KEPT_PAPERS = "/dev/null/nowhere"  # no test finds the PDF of another


@pytest.fixture(autouse=True)
def _own_language() -> None:
    """Let each test begin in the usual language; a request leaves its own in the thread."""
    from django.utils import translation

    translation.deactivate()


pytest_plugins = ["tests.world", "tests.at_once", "tests.slow", "tests.cut_documents"]

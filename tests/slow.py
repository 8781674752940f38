"""The tests that `bin/test --quick` leaves out because of their time: tests/slow.txt.

`bin/test slow` measures every test and writes the list anew. What counts is processor time, which
other programs on the machine change little.
"""

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

LIST = Path(__file__).with_suffix(".txt")
STAY = "tests/house/"  # about every file, and asked between any two commits
LIMIT = 0.3  # seconds of processor time, for one case of a test with its own setup
_took: dict[str, float] = defaultdict(float)


def name(item: pytest.Item) -> str:
    """The test without its case, as the list has it."""
    return item.nodeid.partition("[")[0]


def known() -> set[str]:
    return {line.split()[1] for line in LIST.read_text().splitlines()}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--note-slow", action="store_true", help="write tests/slow.txt anew")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    began = _used()
    result = yield
    _took[name(item)] = max(_took[name(item)], _used() - began)
    return result


def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.config.getoption("--note-slow"):
        slow = sorted(
            (test, spent)
            for test, spent in _took.items()
            if spent > LIMIT and not test.startswith(STAY)
        )
        LIST.write_text("".join(f"{spent:.1f} {test}\n" for test, spent in slow))


def _used() -> float:
    """Seconds of this process and of those it has waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system

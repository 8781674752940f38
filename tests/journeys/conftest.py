"""A browser that checks every page for console errors, horizontal scrolling and accessibility."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

AXE = (Path(__file__).resolve().parents[1] / "vendor" / "axe.min.js").read_text()
expect.set_options(timeout=30_000)  # milliseconds: a busy machine is no defect
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(autouse=True)
def _jobs_run_at_once() -> Iterator[None]:
    """Run tasks in the web process; tests/test_processes.py uses a real worker."""
    from celery import current_app

    current_app.conf.task_always_eager = True
    yield
    current_app.conf.task_always_eager = False


@pytest.fixture
def watched(page: Page, request: pytest.FixtureRequest) -> Callable[[], None]:
    """Return a function that checks a page: no errors, no scrolling, no accessibility violation.

    A journey that is made at two widths has each page's accessibility checked at one of them, by
    turns: that takes a third of the time of all journeys. `bin/test browser` checks it at both.
    """
    noise: list[str] = []
    takes_turns = "width" in request.fixturenames and not request.config.getoption("--every-page")
    turns = count(int(takes_turns and request.getfixturevalue("width") > 1000))

    def hear(message: ConsoleMessage) -> None:
        if (
            message.type == "error" and "status of 422" not in message.text
        ):  # a refused form, said in the page
            noise.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: noise.append(str(error)))

    def look() -> None:
        page.wait_for_load_state("load")
        assert not noise, f"{page.url}: {noise}"
        wide = page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"
        )
        assert not wide, f"{page.url} scrolls sideways"
        if takes_turns and next(turns) % 2:
            return
        page.evaluate(AXE)
        found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
        faults = [(one["id"], one["nodes"][0]["html"][:160]) for one in found["violations"]]
        assert not faults, f"{page.url}: {faults}"

    return look

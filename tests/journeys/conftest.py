"""A browser that checks every page for console errors, horizontal scrolling and accessibility."""

from collections.abc import Callable, Iterator
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
def watched(page: Page) -> Callable[[], None]:
    """Return a function that checks a page: no errors, no scrolling, no accessibility violation."""
    noise: list[str] = []

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
        page.evaluate(AXE)
        found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
        faults = [(one["id"], one["nodes"][0]["html"][:160]) for one in found["violations"]]
        assert not faults, f"{page.url}: {faults}"

    return look

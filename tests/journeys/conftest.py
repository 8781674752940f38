"""A browser that checks every page for console errors, horizontal scrolling and accessibility."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Locator, Page, expect

AXE = (Path(__file__).resolve().parents[1] / "vendor" / "axe.min.js").read_text()
expect.set_options(timeout=30_000)  # milliseconds: a busy machine is no defect
WIDE, NARROW = 1440, 390  # pixels
ACTIONS = ("click", "fill", "check", "uncheck", "press", "select_option", "set_input_files")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
#: Texts in a column so narrow that few letters fit into a line: what stands beside took the room.
#: What is there for ears only, in a box of a pixel, is none of them.
SQUEEZED = """() => {
  const box = (element) => element.getBoundingClientRect();
  const isHidden = (element) =>
    element && (box(element).width <= 2 || isHidden(element.parentElement));
  const isSqueezed = (element) => {
    const size = parseFloat(getComputedStyle(element).fontSize);
    const text = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
    return text.some((node) => node.data.trim().length >= 10)
      && box(element).width < 3 * size && box(element).height > 5 * size && !isHidden(element);
  };
  const found = [...document.querySelectorAll("main *")].filter(isSqueezed);
  return found.map((element) => element.outerHTML.slice(0, 160));
}"""


@pytest.fixture(autouse=True)
def _jobs_run_at_once() -> Iterator[None]:
    """Run tasks in the web process; tests/test_processes.py uses a real worker."""
    from celery import current_app

    current_app.conf.task_always_eager = True
    yield
    current_app.conf.task_always_eager = False


@pytest.fixture(autouse=True, scope="session")
def _hands_are_slower_than_scripts() -> Iterator[None]:
    """Let each action wait until the scripts of its page have run, as a person's does.

    On a busy machine a button is there long before them. What a press does then is a test of its
    own (test_trying).
    """

    def patient(act: Callable[..., Any]) -> Callable[..., Any]:
        def wait_and_act(locator: Locator, *args: Any, **options: Any) -> Any:
            locator.page.wait_for_load_state("domcontentloaded")
            return act(locator, *args, **options)

        return wait_and_act

    with pytest.MonkeyPatch.context() as patch:
        for name in ACTIONS:
            patch.setattr(Locator, name, patient(getattr(Locator, name)))
        yield


@pytest.fixture
def site(live_server: Any, settings: Any) -> str:
    """The address of the product, to which the links in emails lead, too."""
    settings.SITE_URL = live_server.url
    return str(live_server.url)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep one width of each journey, by turns the wide and the narrow one.

    The pages are looked at in both widths on the way, see `watched`.
    """
    if config.getoption("--every-width"):
        return
    journeys: dict[tuple[Path, str], list[pytest.Item]] = {}
    for item in items:
        if isinstance(item, pytest.Function) and "width" in item.fixturenames:
            journeys.setdefault((item.path, item.originalname), []).append(item)
    kept = {both[n % len(both)] for n, both in enumerate(journeys.values())}
    left_out = [item for both in journeys.values() for item in both if item not in kept]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture
def watched(page: Page, request: pytest.FixtureRequest) -> Callable[[], None]:
    """Return a function that checks a page in both widths: no error, no scrolling sideways, and
    no accessibility violation.

    Accessibility, which takes a third of the time of all journeys, is checked in one of the two
    widths, by turns from page to page; with --every-width in the width of the journey.
    """
    noise: list[str] = []
    every_width = request.config.getoption("--every-width")
    turns = count()

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
        own = page.viewport_size
        assert own
        look_for_faults(page, accessibility=every_width or next(turns) % 2 == 0)
        if not every_width:
            page.set_viewport_size(own | {"width": WIDE if own["width"] == NARROW else NARROW})
            look_for_faults(page, accessibility=next(turns) % 2 == 0)
            page.set_viewport_size(own)

    return look


def look_for_faults(page: Page, *, accessibility: bool) -> None:
    """In the width that the page has now."""
    wide = page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"
    )
    assert not wide, f"{page.url} scrolls sideways at {page.viewport_size}"
    squeezed = page.evaluate(SQUEEZED)
    assert not squeezed, f"{page.url}: a letter a line at {page.viewport_size}: {squeezed}"
    if accessibility:
        page.evaluate(AXE)
        found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
        faults = [(one["id"], one["nodes"][0]["html"][:160]) for one in found["violations"]]
        assert not faults, f"{page.url}: {faults}"

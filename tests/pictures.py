"""bin/docs --pictures: the pictures of README and docs, taken anew from the demo.

The demo is loaded into a folder of its own and served; somebody looks at it in Chromium. Its days
depend on today, so two runs differ in dates.
"""

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from tests.copied import ROOT

FOLDER = ROOT / "docs/pictures"
PORT = 8461
SITE = f"http://127.0.0.1:{PORT}"
PATIENCE = 120  # seconds
COLOURS = 128
FREELANCER, PROSPECT, CLIENT = "Nan Kittisak", "Lanna Legal", "Baan Coffee Roasters"


@dataclass(frozen=True)
class Picture:
    """Who looks, how wide and high, on which page, and the links they press there."""

    name: str
    who: str
    path: str
    presses: Sequence[str] = ()
    size: tuple[int, int] = (1440, 1100)


PICTURES = (
    Picture("overview", FREELANCER, "/"),
    Picture("agreement", FREELANCER, "/agreements/", ["Social media retainer"]),
    Picture("tiers", PROSPECT, "/p/", ["Open the proposal", "See the tiers"]),
    Picture("client", CLIENT, "/p/", size=(390, 1100)),
)


def links(environment: dict[str, str]) -> dict[str, str]:
    """Fresh links of the demo's people, by name; each opens once."""
    command = [sys.executable, "manage.py", "demo", "--links"]
    said = subprocess.check_output(command, cwd=ROOT, env=environment, text=True)
    return dict(re.findall(r"^ +(.+) \(\w+\)\n +(http\S+)$", said, re.M))


def take(browser: Browser, link: str, picture: Picture) -> bytes:
    """Enter by a link, go to the page, press what is named, and return what is seen."""
    width, height = picture.size
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme="light")
    page = context.new_page()
    page.goto(link)
    if (enter := page.get_by_role("main").get_by_role("button")).count() == 1:
        enter.click()
    page.goto(SITE + picture.path)
    for press in picture.presses:
        page.get_by_role("main").get_by_role("link", name=press).first.click()
    page.wait_for_load_state("networkidle")
    return page.screenshot(animations="disabled")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"RH_VAR_DIR": folder, "DEBUG": "on", "SITE_URL": SITE}
        for words in (["migrate", "-v", "0"], ["demo"]):
            subprocess.run(
                [sys.executable, "manage.py", *words],
                cwd=ROOT,
                env=environment,
                check=True,
                stdout=subprocess.DEVNULL,
            )
        command = [sys.executable, "-m", "retainer_hub.serve", "--only", "web", "--port", str(PORT)]
        server = subprocess.Popen(command, cwd=ROOT, env=environment)
        try:
            _wait()
            FOLDER.mkdir(exist_ok=True)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
                for picture in PICTURES:
                    seen = take(browser, links(environment)[picture.who], picture)
                    file = FOLDER / f"{picture.name}.png"
                    Image.open(io.BytesIO(seen)).quantize(COLOURS).save(file, optimize=True)
                    sys.stdout.write(f"{file.relative_to(ROOT)}\n")
        finally:
            server.terminate()
            server.wait()


def _wait() -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            urllib.request.urlopen(f"{SITE}/health/live/")
            return
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > end:
                raise
            time.sleep(0.5)


if __name__ == "__main__":
    main()

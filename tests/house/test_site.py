"""docs/ is a site that can be read in a browser, and says what to do about every refusal."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.test_docs import DOCS, ROOT, files, page

ID = re.compile(r"\brh\.[EW]\d{3}\b")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as bin/docs does it."""
    folder = tmp_path_factory.mktemp("site")
    words = re.search(r"-m (sphinx .*)$", (ROOT / "bin/docs").read_text(), re.M)
    assert words
    command = words[1].replace("$site", str(folder)).replace('"', "")
    built = subprocess.run(
        [sys.executable, "-m", *command.split()], cwd=ROOT, capture_output=True, text=True
    )
    assert built.returncode == 0, built.stderr
    return folder


def test_every_page_is_in_the_site_and_no_link_leads_nowhere(site: Path) -> None:
    pages = {each.relative_to(DOCS).with_suffix(".html") for each in DOCS.rglob("*.md")}
    assert pages <= {each.relative_to(site) for each in site.rglob("*.html")}
    first = (site / "index.html").read_text()
    assert all(f'href="{each.as_posix()}"' in first for each in pages if each.name != "index.html")


def test_troubleshooting_says_what_to_do_about_every_refusal() -> None:
    code = [path for path in files(ROOT / "retainer_hub") if path.suffix == ".py"]
    ids = {each for path in code for each in ID.findall(path.read_text())}
    assert ids == set(ID.findall(page("troubleshooting")))

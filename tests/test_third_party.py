"""Whoever asks whose software this is gets the list of what is really shipped."""

import json

from tests.copied import ROOT
from tests.third_party import BOM, PAGE, VENDORED, bom, page


def test_the_page_and_the_bill_of_materials_are_those_of_the_pinned_packages() -> None:
    assert PAGE.read_text() == page(), "run bin/third-party"
    assert BOM.read_text() == bom(), "run bin/third-party"


def test_the_bill_names_every_package_with_a_version_and_a_licence() -> None:
    parts = json.loads(BOM.read_text())["components"]
    assert {"django", "weasyprint", "bootstrap"} <= {part["name"] for part in parts}
    assert all(part["licenses"] and part["purl"] for part in parts)


def test_what_is_vendored_is_listed_and_has_its_licence_beside_it() -> None:
    there = {path.relative_to(ROOT).as_posix() for path in (ROOT / "static/vendor").iterdir()}
    listed = {part.folder for part in VENDORED}
    assert there == {folder for folder in listed if folder.startswith("static/vendor/")}
    for folder in listed:
        assert [*(ROOT / folder).glob("LICENSE"), *(ROOT / folder).glob("OFL.txt")], folder

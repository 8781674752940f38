"""Templates can be reviewed: short lines, no states as text, documented components."""

import re
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

from django.template import engines

from core.templatetags.components import PARTS

ROOT = Path(__file__).resolve().parents[2] / "templates"
GATEWAYS = ROOT.parent / "billing" / "gateways"
LONGEST = 120
#: What a browser or a field holds, which is text.
TYPED = ("method", "level_tag", "value", "place", "type")
COMPARED = re.compile(r"\{% (?:el)?if [^%]*?\b[\w.]+\.(\w+) (?:==|!=) [\"']")


def files(folder: Path = ROOT, *endings: str) -> list[Path]:
    """Every template in the folder."""
    wanted = endings or (".html", ".txt")
    return [path for path in sorted(folder.rglob("*")) if path.suffix in wanted]


def lines(*endings: str) -> Iterator[tuple[str, str]]:
    """(place, line) of every template."""
    for path in files(ROOT, *endings):
        for number, line in enumerate(path.read_text().split("\n"), 1):
            yield f"{path.relative_to(ROOT)}:{number}", line


def test_no_line_of_a_template_is_longer_than_a_screen() -> None:
    assert not [place for place, line in lines() if len(line) > LONGEST]


def test_a_template_asks_its_models_and_compares_no_state_with_a_text() -> None:
    """`agreement.is_waiting`, not `agreement.state == "sent"`: a misspelt state is always false."""
    found = [
        (place, name)
        for place, line in lines()
        for name in COMPARED.findall(line)
        if name not in TYPED
    ]
    assert not found


def test_a_template_loads_only_what_it_uses() -> None:
    libraries = engines["django"].engine.template_libraries
    idle = []
    for path in [*files(), *files(GATEWAYS)]:
        text = path.read_text()
        used = {*re.findall(r"\{% *(\w+)", text), *re.findall(r"\|\s*(\w+)", text)}
        loaded = " ".join(re.findall(r"\{% *load ([^%]+)%\}", text)).split()
        idle += [
            f"{path.name}: {name}"
            for name in loaded
            if not used & {*libraries[name].tags, *libraries[name].filters}
        ]
    assert not idle


def test_line_breaks_that_are_shown_do_not_come_from_a_template() -> None:
    """rh-prose shows every line break of its text; one of the template would stand above it."""
    prose = re.compile(r"rh-(?:prose|letter)[^>]*>$")
    assert not [
        place for place, line in lines(".html") if prose.search(line.strip()) and "</" not in line
    ]


def test_the_first_lines_of_a_component_say_everything_it_takes() -> None:
    for name, parts in PARTS.items():
        written = (ROOT / "components" / f"{name}.html").read_text().split("\n")
        comment = " ".join(takewhile(lambda line: line.startswith("{#"), written))
        assert not [part for part in parts if f"`{part}`" not in comment], name

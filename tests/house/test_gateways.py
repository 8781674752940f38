"""A gateway is one folder and one line: nothing else in the project names it."""

import re

from billing.gateways import registry
from billing.gateways.base import is_direct
from tests.house.test_docs import ROOT, name, page, tree

FOLDER = ROOT / "billing" / "gateways"
#: Where a gateway may be named: what people read, what is installed, the line of the registry, and
#: the list of slow tests, the list of what others wrote, who may speak with the network, and which
#: addresses show no page.
MAY_NAME = re.compile(
    r"docs/|README\.md|CHANGELOG\.md|requirements(-dev)?\.(in|txt)|billing/gateways/registry\.py"
    r"|tests/slow\.txt|tests/third_party\.py|THIRD-PARTY\.md|sbom\.json"
    r"|tests/house/test_dangerous_calls\.py|tests/test_browser_rules\.py"
)
#: Folders whose names are words of the project's own as well.
OWN_WORDS = {"sandbox", "sandbox_direct"}


def test_nothing_outside_its_folder_names_a_gateway() -> None:
    wrong, inside = [], 0
    for kind in registry.kinds().values():
        if kind.name in OWN_WORDS:
            continue
        for path, text in tree().items():
            is_its_own = path.is_relative_to(FOLDER / kind.name)
            named = re.search(kind.name, text, re.I) or re.search(kind.label, text, re.I)
            inside += bool(is_its_own and named)
            if named and not is_its_own and not MAY_NAME.match(name(path)):
                wrong.append(f"{name(path)}: {kind.name}")
    assert not wrong
    assert inside, "nothing was looked at"


def test_the_registry_has_a_line_for_each_folder_and_no_other() -> None:
    folders = {f"billing.gateways.{path.parent.name}" for path in FOLDER.glob("*/kind.py")}
    assert folders == set(registry.GATEWAYS)
    for folder in registry.GATEWAYS:
        assert registry.kind_in(folder).name == folder.rpartition(".")[2]


def test_every_gateway_that_moves_real_money_has_tests_and_what_the_guide_asks_for() -> None:
    guide = page("gateways")
    asked = {"kind.py", "gateway.py", "declines.py", "minimums.py"}
    assert all(f"`{file}`" in guide for file in asked)
    for kind in registry.kinds().values():
        folder = FOLDER / kind.name
        if not kind.is_pretended:
            assert not {file for file in asked if not (folder / file).is_file()}
            assert list((folder / "tests").glob("test_*.py")), kind.name
        if kind.card:
            assert (folder / "templates" / kind.card.template).is_file()


def test_both_capabilities_have_a_sandbox() -> None:
    pretended = [kind.build(None) for kind in registry.kinds().values() if kind.is_shared]
    assert {is_direct(gateway) for gateway in pretended} == {True, False}

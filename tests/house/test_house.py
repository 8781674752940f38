"""The rules of the house that a machine can hold: one test a rule, over the whole tree."""

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

from billing.gateways.registry import kinds
from core import languages
from retainer_hub import development

ROOT = Path(__file__).resolve().parents[2]
GATEWAYS = list(kinds())  # their apps; all of them are folders of billing
#: From the bottom up; rooms of one line never import each other.
FLOORS = [
    ["core"],
    ["clients"],
    ["agreements"],
    ["billing", *GATEWAYS],
    ["delivery"],
    ["exports"],
    ["portal", "dashboard", "api"],
    ["retainer_hub"],
]
LEVEL = {room: level for level, floor in enumerate(FLOORS) for room in floor}
ROOMS = [room for room in LEVEL if (ROOT / room).is_dir()]
PURE = next(
    contract["source_modules"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ]
    if contract["name"] == "Pure modules know no Django"
)
MOST_MODULES = 15  # of one folder
MODULE_LINES, FUNCTION_LINES = 400, 47
DOORS = (
    "tasks.py",
    "admin.py",
    "apps.py",
    "settings.py",
    "health.py",
    "metrics.py",
    "beat.py",
    "serve.py",
    "account_adapter.py",
    "admin_site/rows.py",
    "safety/middleware.py",
    "safety/sign_ins.py",
    "portal/confirmation.py",
    "portal/front_page.py",
    "portal/security_txt.py",
    "checks.py",
    "tags.py",
)
OWN_CLOCK = {
    "billing/gateways/sandbox/ledger.py",  # plays somebody else
    "portal/sessions.py",  # belongs to the doors: it is handed a request
}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "services", "misc"}


@cache
def sources(tests: bool = False) -> tuple[tuple[str, ast.Module, str], ...]:
    """Every module of ours: its path, its tree and its text, read once."""
    return tuple(_read(tests))


def _read(tests: bool) -> Iterator[tuple[str, ast.Module, str]]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if "/migrations/" in name or ("/tests/" in name and not tests):
                continue
            yield _read_one(path)


def _read_one(path: Path) -> tuple[str, ast.Module, str]:
    text = path.read_text()
    return path.relative_to(ROOT).as_posix(), ast.parse(text), text


def templates() -> Iterator[tuple[str, str]]:
    of_gateways = (ROOT / "billing" / "gateways").rglob("*.html")
    for path in sorted([*(ROOT / "templates").rglob("*.html"), *of_gateways]):
        yield path.relative_to(ROOT).as_posix(), path.read_text()


def test_the_first_line_of_every_file_says_what_it_is_for() -> None:
    silent = [name for name, tree, _text in sources(tests=True) if not ast.get_docstring(tree)]
    silent += [name for name, text in templates() if not text.startswith("{# ")]
    assert not silent


def test_pure_modules_and_verbs_do_not_read_the_clock() -> None:
    reads = re.compile(r"timezone\.now\(\)|datetime\.now\(|date\.today\(|time\.time\(")
    found = []
    for name, _tree, text in sources():
        door = name.endswith(DOORS) or any(
            part in name
            for part in ("/views/", "/forms", "/commands/", "/models", "views.py", "dashboard/")
        )
        if not door and reads.search(text) and name not in OWN_CLOCK:
            found.append(name)
    assert not found, "Pass `now` in; only doors read the clock."


def test_pure_modules_know_no_django() -> None:
    for name, _tree, text in sources():
        module = name.removesuffix(".py").replace("/", ".")
        if any(module == pure or module.startswith(f"{pure}.") for pure in PURE):
            assert "django" not in text.split('"""', 2)[2], name


def test_floats_never_touch_money() -> None:
    exact = ("core/money.py", "agreements/rules/schedule.py", "delivery/rules/allowance.py")
    for name, tree, _text in sources():
        if name.startswith("billing/") or name in exact:
            floats = [
                n
                for n in ast.walk(tree)
                if isinstance(n, ast.Constant) and isinstance(n.value, float)
            ]
            calls = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id == "float"]
            assert not floats and not calls, f"{name} (rule 10)"


def test_nobody_assigns_a_state() -> None:
    for name, tree, _text in sources():
        for node in ast.walk(tree):
            targets = (
                node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            )
            for target in targets:
                assert not (isinstance(target, ast.Attribute) and target.attr == "state"), (
                    f"{name}:{node.lineno}"
                )


def test_no_state_or_choice_is_compared_with_a_text() -> None:
    """`invoice.state == InvoiceState.OPEN`: a misspelt text would be false and raise no error."""
    chosen = {"state", "interval", "kind", "renews", "collect_by", "rollover", "report_unreviewed"}
    found = []
    for name, tree, _text in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Compare):
                sides = [node.left, *node.comparators]
                asks = any(
                    isinstance(side, ast.Attribute) and side.attr in chosen for side in sides
                )
                asks |= any(
                    isinstance(side, ast.Subscript)
                    and isinstance(side.slice, ast.Constant)
                    and side.slice.value in chosen
                    for side in sides
                )
                texts = [each for side in sides for each in (side, *getattr(side, "elts", ()))]
                is_text = any(
                    isinstance(each, ast.Constant) and isinstance(each.value, str) for each in texts
                )
                found += [f"{name}:{node.lineno}"] if asks and is_text else []
            elif isinstance(node, ast.keyword) and node.arg in {"state", "state__in", "interval"}:
                texts = [node.value, *getattr(node.value, "elts", ())]
                found += [
                    f"{name}:{each.lineno}"
                    for each in texts
                    if isinstance(each, ast.Constant) and isinstance(each.value, str)
                ]
    assert not found


def test_desk_and_portal_never_touch_a_manager() -> None:
    for name, _tree, text in sources():
        if name.startswith(("dashboard/", "portal/", "api/")):
            text = text.replace(".objects.none()", "")  # of a form, until it knows its rows
            assert ".objects." not in text and "_default_manager" not in text, name


def test_query_strings_are_read_in_one_way() -> None:
    for name, _tree, text in sources():
        if name.startswith(("dashboard/", "portal/", "api/")):
            assert not re.search(r"\bGET(\.get(list)?\(|\[)", text), f"{name}: use query_string"


def test_nobody_asks_whether_this_is_a_test() -> None:
    for name, _tree, text in sources():
        assert not re.search(r"\bTESTING\b|sys\.argv.*test|PYTEST|\"pytest\"", text), name


def test_there_is_no_drawer() -> None:
    assert not [name for name, _tree, _text in sources() if Path(name).stem in FORBIDDEN_NAMES]


def test_no_folder_is_a_hall() -> None:
    modules = Counter(
        str(Path(name).parent)
        for name, _tree, _text in sources()
        if not name.endswith("__init__.py")
    )
    assert not {folder: count for folder, count in modules.items() if count > MOST_MODULES}


def test_foreign_keys_run_one_way() -> None:
    for model in apps.get_models():
        room = model._meta.app_label
        for field in model._meta.get_fields():
            other = getattr(field, "related_model", None)
            if room in LEVEL and field.concrete and other and other._meta.app_label in LEVEL:
                assert LEVEL[other._meta.app_label] <= LEVEL[room], f"{model.__name__}.{field.name}"


def test_pages_have_no_inline_script_or_style() -> None:
    for name, text in templates():
        if name.startswith(
            ("templates/emails/", "templates/documents/", "templates/account/email/")
        ):
            continue
        assert not re.search(r'style="|\son[a-z]+="|<style|javascript:', text), name
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), name


def test_every_journey_is_marked_so_that_no_other_test_runs_beside_its_browser() -> None:
    """Playwright leaves an event loop in its process, in which no document can be sealed."""
    journeys = list((ROOT / "tests" / "journeys").glob("test_*.py"))
    assert journeys
    assert not [path.name for path in journeys if "mark.browser" not in path.read_text()]


def test_every_test_that_reads_a_document_reads_the_whole() -> None:
    """For the others documents end below their first heading (tests/cut_documents.py)."""
    reads = re.compile(
        r'"pdf(totext|toppm|sig|info)"|PdfFileReader|^from .* import .*\btext_of', re.M
    )
    paths = [path for folder in [*ROOMS, "tests"] for path in (ROOT / folder).rglob("test_*.py")]
    readers = [path for path in paths if reads.search(path.read_text()) and path != Path(__file__)]
    assert readers
    assert not [path.name for path in readers if "whole_documents" not in path.read_text()]


def test_plain_text_is_written_as_it_is() -> None:
    """ "Baan & Co" in a subject is not "Baan &amp; Co": nothing there reads HTML."""
    letters = list((ROOT / "templates" / "emails").glob("*.txt"))
    assert letters
    assert not [path.name for path in letters if "{% autoescape off %}" not in path.read_text()]


def test_nothing_offers_a_discount() -> None:
    """Something is added instead (rule 34). Both files that name it say that one never gives it."""
    never = {"clients/playbook.py", "templates/dashboard/sales/objection.html"}
    texts = [*((name, text) for name, _tree, text in sources()), *templates()]
    word = re.compile(r"discount|rebate|coupon|promo.?code", re.I)
    assert {name for name, text in texts if word.search(text)} == never


def test_files_and_functions_stay_small() -> None:
    """A built-in package is one table, whatever its length; a docstring is never too long."""
    long = []
    for name, tree, text in [*sources(), _read_one(ROOT / "conftest.py")]:
        long += [name] if text.count("\n") > MODULE_LINES else []
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        if not name.startswith("agreements/contract/library/packages/"):
            long += [f"{name}: {one.name}" for one in functions if _length(one) > FUNCTION_LINES]
    assert not long


def _length(function: ast.FunctionDef) -> int:
    """The lines of a function without its docstring."""
    first = function.body[0]
    said = (first.end_lineno or 0) - first.lineno + 1 if ast.get_docstring(function) else 0
    return (function.end_lineno or 0) - function.lineno + 1 - said


def test_what_only_one_database_is_asked_has_nothing_to_do_with_databases() -> None:
    """`rendering` keeps a test off PostgreSQL, so it may not be about the database or threads."""
    about = re.compile(
        r"django\.db|\b(Integrity|Database|Operational)Error|\b(bulk_|select_for_|shoot)|"
        r"studio: World"
    )
    paths = [path for folder in [*ROOMS, "tests"] for path in (ROOT / folder).rglob("test_*.py")]
    once = [
        path
        for path in paths
        if "pytest.mark.rendering" in path.read_text() and path != Path(__file__)
    ]
    assert once
    assert not [path.name for path in once if about.search(path.read_text())]


def test_every_setting_read_from_the_environment_is_in_the_table() -> None:
    read = set(
        re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (ROOT / "retainer_hub/settings.py").read_text())
    )
    table = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs/operations.md").read_text(), re.M))
    assert read == table
    assert table == {*development.BY_HAND, "RH_VAR_DIR", "SITE_URL", "LOG_LEVEL"}, (
        "see docs/decisions/0016"
    )


@pytest.mark.parametrize("language", sorted(set(languages.LANGUAGES) - {languages.DEFAULT}))
def test_every_word_has_its_translation_and_the_compiled_file_is_fresh(language: str) -> None:
    from babel.messages.mofile import read_mo
    from babel.messages.pofile import read_po

    folder = ROOT / "locale" / language / "LC_MESSAGES"
    with (folder / "django.po").open("rb") as po, (folder / "django.mo").open("rb") as mo:
        written, compiled = read_po(po), read_mo(mo)
    missing = [message.id for message in written if message.id and not message.string]
    assert not missing
    assert not [message.id for message in written if message.fuzzy and message.id]
    for message in written:
        if message.id:
            # babel leaves the context of a compiled message as bytes
            context: Any = message.context.encode() if message.context else None
            key = message.id if isinstance(message.id, str) else message.id[0]
            assert compiled.get(key, context), message.id

"""The rules of the house that a machine can hold (HOUSE.md): one test a rule, over the whole tree."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

from retainer_hub import development

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ["core", "clients", "agreements", "billing", "delivery", "portal", "dashboard", "retainer_hub"]
LEVEL = {
    "core": 0,
    "clients": 1,
    "agreements": 2,
    "billing": 3,
    "delivery": 4,
    "portal": 5,
    "dashboard": 5,
    "retainer_hub": 6,
}
PURE = [
    "core/money.py", "core/dates.py", "core/charts.py", "clients/pipeline.py", "clients/fit.py", "clients/figures.py", "clients/calendar.py",
    "clients/objections.py", "agreements/schedule.py",
    "agreements/states.py", "agreements/ladder.py", "agreements/in_words.py", "agreements/placeholders.py", "agreements/pricing.py", "agreements/proration.py", "agreements/workload.py", "billing/states.py", "billing/dunning.py", "billing/taxes.py", "billing/minimum.py", "billing/gateways/manual/promptpay.py", "billing/gateways/manual/epc.py", "billing/gateways/manual/reference.py", "billing/gateways/manual/cells.py", "billing/gateways/manual/columns.py", "delivery/allowance.py",
    "delivery/kpi.py", "delivery/states.py", "delivery/duration.py", "delivery/renewing/pace_rules.py", "delivery/renewing/risk.py", "delivery/reports/compose.py",
    "delivery/progress.py", "delivery/requests/fits.py", "delivery/requests/response.py", "delivery/file_kind.py", "delivery/requests/reply_text.py",
    "delivery/elapsed.py", "core/csvfile.py", "delivery/trackers/time_cells.py", "delivery/trackers/time_columns.py", "delivery/trackers/time_csv.py", "delivery/trackers/time_names.py",
]  # fmt: skip
DOORS = (
    "tasks.py",
    "admin.py",
    "apps.py",
    "settings.py",
    "health.py",
    "beat.py",
    "serve.py",
    "accounts.py",
    "checks.py",
    "tags.py",
)
OWN_CLOCK = {"core/documents/seal.py", "billing/gateways/sandbox/gateway.py"}  # they play somebody else
FORBIDDEN_NAMES = {"utils", "helpers", "common", "services", "misc"}


def sources(tests: bool = False) -> Iterator[tuple[str, ast.Module, str]]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if "/migrations/" in name or ("/tests/" in name and not tests):
                continue
            text = path.read_text()
            yield name, ast.parse(text), text


def templates() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "templates").rglob("*.html")):
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
            part in name for part in ("/views/", "/forms/", "/commands/", "/models/", "views.py")
        )
        if not door and reads.search(text) and name not in OWN_CLOCK:
            found.append(name)
    assert not found, "Pass `now` in; only doors read the clock."


def test_pure_modules_know_no_django_and_no_float() -> None:
    for name in PURE:
        text = (ROOT / name).read_text()
        assert "django" not in text.split('"""', 2)[2], name
    for name, tree, _text in sources():
        if name.startswith("billing/") or name in (
            "core/money.py",
            "agreements/schedule.py",
            "delivery/allowance.py",
        ):
            floats = [n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, float)]
            calls = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id == "float"]
            assert not floats and not calls, f"{name}: floats never touch money (rule 10)"


def test_nobody_assigns_a_state() -> None:
    for name, tree, _text in sources():
        for node in ast.walk(tree):
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            for target in targets:
                assert not (isinstance(target, ast.Attribute) and target.attr == "state"), f"{name}:{node.lineno}"


def test_desk_and_portal_never_touch_a_manager() -> None:
    for name, _tree, text in sources():
        if name.startswith(("dashboard/views", "portal/")):
            assert ".objects." not in text and "_default_manager" not in text, name


def test_nobody_asks_whether_this_is_a_test() -> None:
    for name, _tree, text in sources():
        assert not re.search(r"\bTESTING\b|sys\.argv.*test|PYTEST|\"pytest\"", text), name


def test_there_is_no_drawer() -> None:
    assert not [name for name, _tree, _text in sources() if Path(name).stem in FORBIDDEN_NAMES]


def test_foreign_keys_run_one_way() -> None:
    for model in apps.get_models():
        room = model._meta.app_label
        for field in model._meta.get_fields():
            other = getattr(field, "related_model", None)
            if room in LEVEL and field.concrete and other and other._meta.app_label in LEVEL:
                assert LEVEL[other._meta.app_label] <= LEVEL[room], f"{model.__name__}.{field.name}"


def test_pages_have_no_inline_script_or_style() -> None:
    for name, text in templates():
        if name.startswith(("templates/emails/", "templates/documents/")):
            continue
        assert not re.search(r'style="|\son[a-z]+="|<style|javascript:', text), name
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), name


def test_plain_text_is_written_as_it_is() -> None:
    """ "Baan & Co" in a subject is not "Baan &amp; Co": nothing there reads HTML."""
    letters = list((ROOT / "templates" / "emails").glob("*.txt"))
    assert letters
    assert not [path.name for path in letters if "{% autoescape off %}" not in path.read_text()]


def test_files_and_functions_stay_small() -> None:
    for name, tree, text in sources():
        assert text.count("\n") <= 400, name
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                assert (node.end_lineno or 0) - node.lineno <= 60, f"{name}: {node.name}"


def test_every_setting_read_from_the_environment_is_in_the_table() -> None:
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (ROOT / "retainer_hub/settings.py").read_text()))
    table = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs/operations.md").read_text(), re.M))
    assert read == table
    assert table == {*development.BY_HAND, "RH_VAR_DIR", "SITE_URL", "LOG_LEVEL"}, "see docs/decisions/0016"


@pytest.mark.parametrize("language", ["th"])
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
            assert compiled.get(message.id if isinstance(message.id, str) else message.id[0], message.context), (
                message.id
            )

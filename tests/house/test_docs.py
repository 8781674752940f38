"""Every rule, page, link, module and test that the code or a page of docs/ names exists."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from billing.rules import states
from retainer_hub.celery import app as celery_app
from tests.faults.mutants import MUTANTS

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
READ = {
    ".py",
    ".html",
    ".txt",
    ".md",
    ".toml",
    ".ini",
    ".cfg",
    ".sh",
    ".yaml",
    ".yml",
    ".css",
    ".js",
    ".svg",
    "",
}
NOT_OURS = {"vendor", "locale", "var", "node_modules", "__pycache__"}
FIRST = ROOT / "README.md"
PAGES = [FIRST, ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted(DOCS.rglob("*.md"))]
NUMBERS = r"\d+(?:(?:\s*,\s*|\s+and\s+|\s+or\s+|\s+to\s+|\s*–\s*)\d+)*"
NAMED = re.compile(rf"\brules?\s+({NUMBERS})\b", re.I)
IN_ANY_ROOM = {"management", "migrations", "models", "rules", "templatetags", "tests"}
TEST = re.compile(r"`([\w./-]+\.py)::(\w+)`")


def page(about: str) -> str:
    """Return the text of a page in docs/."""
    return (DOCS / f"{about}.md").read_text()


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def files(folder: Path = ROOT) -> Iterator[Path]:
    """Yield the files that people write: nothing vendored, no data of the installation."""
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            hidden = path.name.startswith(".") and path.name != ".ci"
            if not hidden and path.name not in NOT_OURS:
                yield from files(path)
        elif path.suffix in READ:
            yield path


@cache
def tree() -> dict[Path, str]:
    return {path: path.read_text(encoding="utf-8", errors="replace") for path in files()}


def numbers(text: str) -> set[int]:
    """Return the numbers in a text: "11 to 24 and 26" is all from 11 to 24, and 26."""
    found = set()
    for first, last in re.findall(r"(\d+)(?:\s*(?:–|to)\s*(\d+))?", text):
        found |= set(range(int(first), int(last or first) + 1))
    return found


@cache
def rules() -> dict[int, str]:
    """Return the section of each rule by its number."""
    parts = re.split(r"^### (\d+)\. ", page("rules"), flags=re.M)
    assert len(set(parts[1::2])) == len(parts[1::2]), "a number is given twice"
    return {
        int(n): re.split(r"^## ", text, flags=re.M)[0]
        for n, text in zip(parts[1::2], parts[2::2], strict=True)
    }


def slug(heading: str) -> str:
    """Return the anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@cache
def anchors(path: Path) -> set[str]:
    return {slug(heading) for heading in re.findall(r"^#+ (.+)$", path.read_text(), re.M)}


@cache
def defined(path: Path) -> set[str]:
    """Return the names that a module defines or imports, and Class.attribute of its classes."""
    found = set()
    for node in ast.parse(path.read_text()).body:
        own = _names(node)
        found |= own
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{inner}" for each in node.body for inner in _names(each)}
    return found


def _names(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {each.asname or each.name for each in node.names}
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def resolves(dotted: str) -> bool:
    """Whether a.b.c is a package, a module, or something that a module defines."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        base, rest = ROOT.joinpath(*parts[:length]), ".".join(parts[length:])
        for module in (base.with_suffix(".py"), base / "__init__.py"):
            if module.is_file():
                return not rest or rest in defined(module)
    return not parts[1:] and (ROOT / parts[0]).is_dir()


def packages() -> set[str]:
    return {path.parent.name for path in ROOT.glob("*/__init__.py")}


def links(path: Path) -> list[str]:
    """Return where the links of a page lead inside the project."""
    return [
        target
        for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text())
        if not re.match(r"[a-z]+:", target)
    ]


def leads(path: Path, target: str) -> Path | None:
    """Return the file or folder that a page names, or the name itself if there is none."""
    there = (path.parent / target).resolve() if target else path
    return there if there.exists() else None


def code(path: Path) -> list[str]:
    """Return what is in `single` backquotes on a page, outside of code blocks."""
    text = re.sub(r"^```.*?^```$", "", path.read_text(), flags=re.M | re.S)
    return re.findall(r"`([^`\n]+)`", text)


# Rules


def test_every_rule_that_is_named_is_written_down() -> None:
    wrong = []
    for path, text in tree().items():
        for found in NAMED.finditer(text):
            wrong += [f"{name(path)}: {found[0]}"] if numbers(found[1]) - set(rules()) else []
    assert not wrong, "docs/rules.md has no such rule"
    assert sum(bool(NAMED.search(text)) for text in tree().values()) > 100, "nothing was looked at"


@pytest.mark.parametrize("number", sorted(rules()))
def test_every_rule_names_its_code_and_the_tests_that_hold_it(number: int) -> None:
    assert TEST.search(rules()[number]), f"rule {number} is held by no test"
    assert re.search(r"^- Code: .*`", rules()[number], re.M), (
        f"rule {number} is carried out by no module"
    )


def test_every_test_that_a_page_names_exists() -> None:
    wrong = []
    for path in PAGES:
        for file, test in TEST.findall(path.read_text()):
            there = (
                (ROOT / file).is_file()
                and test.startswith("test_")
                and test in defined(ROOT / file)
            )
            wrong += [] if there else [f"{name(path)}: {file}::{test}"]
    assert not wrong


def test_the_contents_of_the_rules_name_every_rule_in_its_chapter() -> None:
    contents = page("rules").split("**Contents:**")[1].split("\n\n")[0]
    said = {
        title: numbers(which)
        for title, which in re.findall(r"\[([^]]+)\]\S+ \(([^)]+)\)", contents)
    }
    chapters = re.split(r"^## (.+)$", page("rules"), flags=re.M)[1:]
    there = {
        title: {int(n) for n in re.findall(r"^### (\d+)\. ", text, re.M)}
        for title, text in zip(chapters[::2], chapters[1::2], strict=True)
    }
    assert said == {title: found for title, found in there.items() if found}


# Pages


def test_every_page_that_is_named_exists() -> None:
    wrong = []
    for path, text in tree().items():
        named = set(re.findall(r"(?<![\w/.:-])[\w./-]*\w\.md\b", text))
        wrong += [
            f"{name(path)}: {each}"
            for each in named
            if not (leads(path, each) or (ROOT / each).is_file())
        ]
    assert not wrong


def test_every_link_of_a_page_leads_somewhere() -> None:
    wrong = []
    for path in PAGES:
        for target in links(path):
            file, _sharp, anchor = target.partition("#")
            there = leads(path, file)
            if there is None or (anchor and anchor not in anchors(there)):
                wrong.append(f"{name(path)}: {target}")
    assert not wrong


def test_links_lead_from_the_readme_to_every_page() -> None:
    found, todo = {FIRST}, [FIRST]
    while todo:
        path = todo.pop()
        for there in (leads(path, target.partition("#")[0]) for target in links(path)):
            inside = there.rglob("*.md") if there and there.is_dir() else [there]
            fresh = {each for each in inside if each and each.suffix == ".md"} - found
            found |= fresh
            todo += fresh
    assert not [name(path) for path in PAGES if path not in found]


def test_every_module_that_a_page_names_exists() -> None:
    wrong = []
    for path in PAGES:
        for said in code(path):
            said = said.partition("::")[0]
            if re.fullmatch(r"[\w.-]+(/[\w.-]+)+/?", said) and said.split("/")[0] in {
                *packages(),
                "docs",
                "templates",
            }:
                wrong += [] if (ROOT / said).exists() else [f"{name(path)}: {said}"]
            if re.fullmatch(r"[a-z]\w*(\.\w+)+", said) and said.split(".")[0] in packages():
                wrong += [] if resolves(said) else [f"{name(path)}: {said}"]
    assert not wrong


def test_the_map_of_the_rooms_is_that_of_the_folders() -> None:
    """Each room inside a room is on it; what is called by its bare name is a module or a folder."""
    path = next(each for each in PAGES if each.stem == "architecture")
    modules = [
        each
        for room in packages() - {"benchmarks", "tests"}
        for each in (ROOT / room).rglob("*.py")
    ]
    folders = {each.parent for each in modules if len(each.relative_to(ROOT).parts) == 3}
    assert {each.name for each in folders} - IN_ANY_ROOM - set(
        re.findall(r"(\w+)/", page("architecture"))
    ) == set()
    known = {each.stem for each in modules} | {each.parent.name for each in modules}
    bare = {
        said.removesuffix(".py") for said in code(path) if re.fullmatch(r"[a-z_]+(\.py)?", said)
    }
    assert bare - known - {"now"} == set()


# The charge protocol


@pytest.mark.parametrize(
    ("what", "table"), [("Collection", states.COLLECTION), ("Charge", states.CHARGE)]
)
def test_the_page_about_charging_has_the_very_moves_of_the_code(
    what: str, table: dict[str, set[str]]
) -> None:
    text = page("charging")
    rows = text.split(f"| {what} | may become |\n| --- | --- |\n")[1].split("\n\n")[0].splitlines()
    found = {}
    for row in rows:
        state, become = (re.findall(r"`(\w+)`", cell) for cell in row.strip("|").split("|"))
        found[state[0]] = set(become)
    assert found == {str(state): {str(each) for each in become} for state, become in table.items()}


def test_the_page_about_charging_names_every_planted_bug() -> None:
    text = page("charging")
    assert not [mutant.__name__ for mutant in MUTANTS if f"`{mutant.__name__}`" not in text]


def test_every_task_is_scheduled_and_in_the_table_of_jobs() -> None:
    """Whoever adds a daily job copies another: without its line it would never run."""
    ours = {task for task in celery_app.tasks if task.split(".")[0] in packages()}
    scheduled = {line["task"] for line in celery_app.conf.beat_schedule.values()}
    assert ours and ours == scheduled
    table = page("operations")
    unknown = {task for task in ours if f"| {task.rpartition('.')[2]} |" not in table}
    assert unknown == {"core.tasks.pulse"}, "only the sign of life is nobody's job"

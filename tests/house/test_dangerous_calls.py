"""What could run a text, or reach another machine, stands in few modules, which were looked at.

A new module fails here until somebody has looked at it, too, and written it down.
"""

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from tests.house.test_docs import ROOT, packages

#: What makes objects or programs of bytes, or gives a text to a shell.
NEVER = {"pickle", "marshal", "shelve", "yaml", "code", "codeop", "dill", "jsonpickle"}
#: Calls of these names run a text. The one of Redis runs a script of ours.
RUNS = {"eval", "exec", "compile", "system", "popen", "__import__", "getoutput"}
RUN_BY_REDIS = {"core/continuity/in_redis.py"}
#: Where a statement is written in SQL. What varies in it is a parameter, or a name of ours.
IN_SQL = {
    "billing/charging/prepare.py",
    "core/continuity/outside.py",
    "core/database/cache.py",
    "core/database/frozen_rows.py",
    "core/database/insert_rows.py",
    "core/database/schema.py",
    "core/database/sql_operation.py",
    "core/search/find.py",
    "core/system/health_checks.py",
    "retainer_hub/backup/databases/move_rows.py",
    "retainer_hub/backup/databases/postgres_tools.py",
    "retainer_hub/backup/databases/sqlite_file.py",
    "retainer_hub/backup/databases/tally.py",
    "retainer_hub/backup/drill.py",
    "retainer_hub/backup/make.py",
    "retainer_hub/backup/restore.py",
    "retainer_hub/checks.py",
    "retainer_hub/demo/reset.py",
}
#: Where a regular expression is put together: of constants, or of text that re.escape has seen.
PATTERNS = {
    "billing/bank_transfer/codes/reference.py",
    "billing/bank_transfer/statement_cells.py",
    "billing/books/document_numbers.py",
    "core/documents/glyphs.py",
    "core/documents/pictures.py",
    "core/links.py",
    "core/money.py",
    "core/outbox/worded_kinds.py",
    "core/web/template_loader.py",
    "delivery/reports/client_decision.py",
    "exports/erasing/found_by_name.py",
}
#: Who asks another machine: an address of the settings, or one that stands in the code. The folder
#: of a gateway also has a library of its own (docs/gateways.md).
NETWORK = {"boto3", "http", "redis", "requests", "sentry_sdk", "smtplib", "socket"}
NETWORK |= {"aiohttp", "ftplib", "httpx", "urllib3", "websockets"}
REACHES = {
    "billing/gateways/shared_turns.py",
    "billing/income/ecb_rates.py",
    "core/continuity/in_redis.py",
    "core/nudge.py",
    "core/outbox/mail_server.py",
    "core/storage/bucket.py",
    "retainer_hub/processes/web_worker.py",  # it listens
    "retainer_hub/watching/alive.py",  # asks its own machine
    "retainer_hub/watching/errors.py",
}
#: The sum by which an object store sees that a file has arrived whole: its API has it so.
SUMS = {"core/storage/bucket.py"}
#: Where `random` decides nothing that must not be guessed: the forecast of income.
DICE = {"billing/rules/experience.py", "billing/rules/futures.py"}
#: HTML that our own server rendered, and a row that stands in the page already.
WRITES_HTML = {("compose.js", "insertAdjacentHTML"), ("palette.js", "innerHTML")}


@cache
def modules() -> dict[str, ast.Module]:
    """The modules of the product by their path: no tests, no migrations, no tools."""
    found = {}
    for room in packages() - {"benchmarks", "tests"}:
        for path in (ROOT / room).rglob("*.py"):
            if not {"tests", "migrations"} & set(path.parts):
                found[path.relative_to(ROOT).as_posix()] = ast.parse(path.read_text())
    assert len(found) > 300
    return found


def calls() -> Iterator[tuple[str, str, ast.Call]]:
    """Each call with its module and the name that is called."""
    for module, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield module, ast.unparse(node.func), node


def imported(tree: ast.Module) -> set[str]:
    """The packages that a module imports, anywhere in it."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {each.name.partition(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found


def where(is_one: Callable[[str, ast.Call], bool]) -> set[str]:
    return {module for module, name, node in calls() if is_one(name, node)}


def test_nothing_runs_text_as_code_or_starts_a_shell() -> None:
    wrong = [module for module, tree in modules().items() if imported(tree) & NEVER]
    assert not wrong
    assert where(lambda _name, node: any(each.arg == "shell" for each in node.keywords)) == set()
    runs = where(lambda name, _node: name.rpartition(".")[2] in RUNS and not name.startswith("re."))
    assert runs == RUN_BY_REDIS


def test_statements_in_sql_are_written_in_few_modules_and_take_no_text_of_a_person() -> None:
    asked = ("execute", "executemany", "executescript", "RawSQL", "raw", "extra")
    found = where(
        lambda name, _node: name.rpartition(".")[2] in asked and not name.startswith("gateway.")
    )
    assert found == IN_SQL


def test_no_pattern_is_made_of_text_that_is_not_escaped() -> None:
    reads = {f"re.{name}" for name in ("compile", "search", "match", "fullmatch", "sub", "split")}
    reads |= {"re.findall", "re.finditer", "re.subn"}
    found = where(lambda name, node: name in reads and not isinstance(node.args[0], ast.Constant))
    assert found == PATTERNS


def test_few_modules_reach_the_network() -> None:
    assert {module for module, tree in modules().items() if imported(tree) & NETWORK} == REACHES


def test_scripts_of_pages_run_no_text_and_write_html_in_two_places_alone() -> None:
    runs = re.compile(r"\beval\(|new Function|document\.write|javascript:|postMessage|__proto__")
    writes = re.compile(r"\.(innerHTML|outerHTML)\s*\+?=(?!=)|\.(insertAdjacentHTML)\(")
    scripts: list[Path] = sorted((ROOT / "static/js").glob("*.js"))
    assert len(scripts) > 10
    assert [path.name for path in scripts if runs.search(path.read_text())] == []
    found = {
        (path.name, one or other)
        for path in scripts
        for one, other in writes.findall(path.read_text())
    }
    assert found == WRITES_HTML


def test_no_weak_hash_or_random_number_is_used() -> None:
    """The forecast alone plays dice; the sum of a file on its way is no protection."""
    weak = {"hashlib.md5", "hashlib.sha1", "hashlib.new", "hashes.MD5", "hashes.SHA1"}
    assert where(lambda name, _node: name in weak) == SUMS
    plays = {module for module, tree in modules().items() if "random" in imported(tree)}
    assert plays == DICE

"""Plants one mutant at a time in a copy of the project, and asks the tests there."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tests.copied import ROOT, copy_the_project
from tests.mutants import Mutant

#: A test that needs longer does not end; a mutant is to fail, not to hang.
PATIENCE = 300  # seconds
PASSED, FAILED = 0, 1  # exit codes of pytest
FIRST_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+\.py::.+?)(?: - .*)?$", re.MULTILINE)


class Verdict(StrEnum):
    """What became of a mutant. Only CAUGHT is good."""

    CAUGHT = "caught"
    SURVIVED = "SURVIVED"
    BROKEN = "BROKEN"  # the tests could not run at all, which proves nothing
    OUTDATED = "OUTDATED"  # the text to replace does not stand in the file exactly once


@dataclass(frozen=True)
class Result:
    """A verdict; `said` is the test that failed, or why there is none."""

    verdict: Verdict
    said: str


def is_current(mutant: Mutant, root: Path = ROOT) -> bool:
    """Whether the text that it replaces stands in its file exactly once, and changes it."""
    path = root / mutant.file
    text = path.read_text() if path.is_file() else ""
    return text.count(mutant.before) == 1 and mutant.before != mutant.after


class Copy:
    """A copy of the working tree, with its environment and its empty databases."""

    def __init__(self, root: Path) -> None:
        self.root, self._planted = root, 0

    def run(self, tests: Iterable[str]) -> subprocess.CompletedProcess[str]:
        """Run tests here until the first one fails, on a new SQLite database."""
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-xq",
            "--tb=short",
            "-rfE",
            "--unshrunk",
            *tests,
        ]
        own = {"RH_VAR_DIR": str(self.root / "var"), "DEBUG": "on", "SECRET_KEY": "for-tests-only"}
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in ("DATABASE_URL", "REDIS_URL") and not name.startswith("PYTEST_")
        }
        return subprocess.run(
            command,
            cwd=self.root,
            env=kept | own,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=PATIENCE,
        )

    def try_out(self, mutant: Mutant) -> Result:
        """Plant it, run its tests, and take it out again."""
        if not is_current(mutant, self.root):
            return Result(Verdict.OUTDATED, f"{mutant.file} does not hold its text exactly once")
        with self._edited(mutant):
            try:
                answer = self.run(mutant.tests)
            except subprocess.TimeoutExpired:
                return Result(Verdict.BROKEN, f"its tests did not end within {PATIENCE} s")
        failed = FIRST_FAILED.search(answer.stdout)
        if answer.returncode == FAILED and failed:
            return Result(Verdict.CAUGHT, failed[1])
        if answer.returncode == PASSED:
            return Result(Verdict.SURVIVED, " ".join(mutant.tests))
        return Result(Verdict.BROKEN, (answer.stdout + answer.stderr)[-2000:])

    @contextmanager
    def _edited(self, mutant: Mutant) -> Iterator[None]:
        path = self.root / mutant.file
        text, second = path.read_text(), int(path.stat().st_mtime)
        path.write_text(text.replace(mutant.before, mutant.after))
        # What was compiled knows its source by its size and the second of its change.
        self._planted += 1
        os.utime(path, (second - self._planted, second - self._planted))
        try:
            yield
        finally:
            path.write_text(text)
            os.utime(path, (second, second))


@contextmanager
def copied() -> Iterator[Copy]:
    """Copy what a commit of the working tree would hold; the copy is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="rh-mutants-") as folder:
        root = Path(folder) / "hub"
        copy_the_project(root)
        (root / ".venv").symlink_to(sys.prefix)
        if (ROOT / ".migrated").is_dir():
            shutil.copytree(ROOT / ".migrated", root / ".migrated")
        yield Copy(root)

"""Installations that the tests of backups work on."""

import shutil
from pathlib import Path

import pytest

from tests.backup.installation import WORK, Installation


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """An installation on SQLite in which something happened; nothing of it is changed."""
    made = Installation(tmp_path_factory.mktemp("original") / "var").migrated()
    done = made.python(WORK)
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture
def copied(original: Installation, tmp_path: Path) -> Installation:
    """A copy of it that a test may change."""
    shutil.copytree(original.folder, tmp_path / "copied")
    return Installation(tmp_path / "copied")


@pytest.fixture
def empty(tmp_path: Path) -> Installation:
    """A place where nothing is."""
    return Installation(tmp_path / "empty")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for backups."""
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups"

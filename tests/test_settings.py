"""A misconfiguration that could cost money or secrets is reported before the server starts."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import connection

from core.documents import certificate
from retainer_hub.checks import durability

ROOT = Path(__file__).resolve().parents[1]
GOOD = {
    "DEBUG": "off",
    "SECRET_KEY": "k3" * 40,
    "ALLOWED_HOSTS": "hub.example",
    "SITE_URL": "https://hub.example",
}
CHECK = ("manage.py", "check")
BUCKET = {
    "STORAGE_BUCKET": "hub",
    "STORAGE_ENDPOINT": "https://s3.hub.example",
    "STORAGE_KEY": "AKIA",
    "STORAGE_SECRET": "a-secret",
    "SEAL": certificate.renewed_text(datetime(2026, 12, 1, tzinfo=UTC)),
}


def start(
    tmp_path: Path, program: tuple[str, ...] = CHECK, **changes: str
) -> subprocess.CompletedProcess[str]:
    """Start a real process with settings from the environment; return its output."""
    bare = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    env = bare | GOOD | {"RH_VAR_DIR": str(tmp_path)} | changes
    command = [sys.executable, *program]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)


@pytest.fixture
def production(db: None, settings: Any, tmp_path: Path) -> Any:
    """The settings of a sound production installation, for a test to break."""
    settings.DEBUG, settings.SECRET_KEY, settings.ALLOWED_HOSTS = (
        False,
        GOOD["SECRET_KEY"],
        ["hub.example"],
    )
    settings.SECRET_FILE = tmp_path / "secret_key"
    return settings


def refusals() -> set[str]:
    """Return the ids of the checks that prevent a start."""
    return {each.id or "" for each in run_checks() if each.is_serious()}


def test_a_sound_production_starts(tmp_path: Path) -> None:
    answer = start(tmp_path)
    assert answer.returncode == 0, answer.stderr


def test_a_sound_production_passes_every_check(production: Any) -> None:
    assert refusals() == set()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"SECRET_KEY": "short"}, "rh.E002"),
        ({"SECRET_KEY": "django-insecure-" + "x" * 60}, "rh.E002"),
        ({"DEBUG": True}, "rh.E003"),
        ({"CHARGING": "maybe"}, "rh.E004"),
        ({"GATEWAY": "wishful"}, "rh.E005"),
        ({"CHARGING": "real"}, "rh.E006"),
        ({"SIGNUP": "friends"}, "rh.E013"),
        ({"SECRET_KEY_FALLBACKS": ["changeme"]}, "rh.E014"),
        ({"LOG_FORMAT": "xml"}, "rh.E015"),
        ({"METRICS_TOKEN": "guess"}, "rh.E016"),
        ({"VAULT_KEYS": ["v4" * 40, "short"]}, "rh.E014"),
        ({"STORAGE_KEY": "AKIA"}, "rh.E018"),
        (BUCKET | {"STORAGE_SECRET": ""}, "rh.E018"),
        (BUCKET | {"STORAGE_KEY": "", "STORAGE_SECRET": ""}, "rh.E018"),
        (BUCKET | {"STORAGE_ENDPOINT": "s3.hub.example"}, "rh.E018"),
        (BUCKET | {"STORAGE_ENDPOINT": ""}, "rh.E018"),
        (BUCKET | {"SEAL": ""}, "rh.E018"),
        ({"BACKUP_TO": "s3://backups"}, "rh.E018"),
        ({"SEAL": "no certificate"}, "rh.E019"),
        ({"SECURITY_CONTACT": "http://hub.example/report"}, "rh.E020"),
        ({"REPLY_ADDRESS": "much.too.long.an.address@hub.example"}, "rh.E008"),
    ],
)
def test_each_misconfiguration_is_refused_by_its_own_check(
    production: Any, changes: dict[str, Any], expected: str
) -> None:
    for name, value in changes.items():
        setattr(production, name, value)
    assert refusals() == {expected}


def test_a_whole_object_store_is_not_refused(production: Any) -> None:
    for name, value in BUCKET.items():
        setattr(production, name, value)
    assert refusals() == set()
    production.STORAGE_BUCKET, production.BACKUP_TO = "", "s3://backups"
    assert refusals() == set(), "a store for backups alone"


def test_a_secret_may_be_in_a_file_and_is_never_guessed(tmp_path: Path) -> None:
    secret = tmp_path / "secret_key"
    secret.write_text(GOOD["SECRET_KEY"] + "\n")
    ask = (
        "manage.py",
        "shell",
        "-v0",
        "-c",
        "from django.conf import settings as s;"
        "import os; print(s.SECRET_KEY, os.environ.get('SECRET_KEY_FILE'))",
    )
    answer = start(tmp_path / "var", ask, SECRET_KEY="", SECRET_KEY_FILE=str(secret))
    assert answer.stdout.split() == [GOOD["SECRET_KEY"], "None"], answer.stderr
    for changes in ({"SECRET_KEY_FILE": str(secret)}, {"VAULT_KEYS_FILE": "/nowhere"}):
        answer = start(tmp_path / "var", **changes)
        assert (answer.returncode, answer.stderr.count("\n")) == (3, 1)
        assert "rh.E017" in answer.stderr and GOOD["SECRET_KEY"] not in answer.stderr


def test_the_development_key_does_not_serve_production(production: Any) -> None:
    production.SECRET_FILE.write_text(production.SECRET_KEY)
    assert refusals() == {"rh.E002"}


def test_a_database_that_may_lose_commits_is_refused(transactional_db: None) -> None:
    switch = (
        "PRAGMA synchronous={}" if connection.vendor == "sqlite" else "SET synchronous_commit TO {}"
    )
    assert durability(None, databases=["default"]) == []
    with connection.cursor() as cursor:
        cursor.execute(switch.format("off"))
        try:
            assert [each.id for each in durability(None, databases=["default"])] == ["rh.E007"]
        finally:
            cursor.execute(switch.format("full" if connection.vendor == "sqlite" else "on"))


def test_the_demo_needs_debug(production: Any) -> None:
    with pytest.raises(CommandError, match="DEBUG"):
        call_command("demo")

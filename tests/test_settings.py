"""A misconfiguration that could cost money or secrets is a sentence before the server starts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from retainer_hub.checks import durability

ROOT = Path(__file__).resolve().parents[1]
GOOD = {"DEBUG": "off", "SECRET_KEY": "k3" * 40, "ALLOWED_HOSTS": "hub.example", "SITE_URL": "https://hub.example"}


CHECK = ("manage.py", "check")


def start(tmp_path: Path, program: tuple[str, ...] = CHECK, **changes: str) -> subprocess.CompletedProcess[str]:
    """What the checks before the start say."""
    bare = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    env = bare | GOOD | {"RH_VAR_DIR": str(tmp_path)} | changes
    command = [sys.executable, *program]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)


def test_a_sound_production_starts(tmp_path: Path) -> None:
    answer = start(tmp_path)
    assert answer.returncode == 0, answer.stderr


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "rh.E002"),
        ({"SECRET_KEY": "django-insecure-" + "x" * 60}, "rh.E002"),
        ({"DEBUG": "on"}, "rh.E003"),
        ({"CHARGING": "maybe"}, "rh.E004"),
        ({"GATEWAY": "wishful"}, "rh.E005"),
        ({"CHARGING": "real"}, "rh.E006"),
        ({"REPLY_ADDRESS": "much.too.long.an.address@hub.example"}, "rh.E008"),
    ],
)
def test_it_refuses_to_start(tmp_path: Path, changes: dict[str, str], expected: str) -> None:
    answer = start(tmp_path, **changes)
    assert answer.returncode != 0
    assert expected in answer.stderr


@pytest.mark.parametrize("program", ["worker", "beat"])
def test_workers_and_beats_refuse_as_well(tmp_path: Path, program: str) -> None:
    answer = start(tmp_path, ("-m", "celery", "-A", "retainer_hub", program), CHARGING="maybe")
    assert answer.returncode != 0
    assert "rh.E004" in answer.stderr


def test_a_database_that_may_forget_what_it_committed_is_refused(transactional_db: None) -> None:
    switch = "PRAGMA synchronous={}" if connection.vendor == "sqlite" else "SET synchronous_commit TO {}"
    assert durability(None) == []
    with connection.cursor() as cursor:
        cursor.execute(switch.format("off"))
        try:
            assert [each.id for each in durability(None)] == ["rh.E007"]
        finally:
            cursor.execute(switch.format("full" if connection.vendor == "sqlite" else "on"))


def test_a_development_key_does_not_serve_production(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("d" * 80)
    answer = start(tmp_path, SECRET_KEY="d" * 80)
    assert "rh.E002" in answer.stderr


def test_the_demo_exists_only_while_debug_is_on(tmp_path: Path) -> None:
    bare = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    env = bare | GOOD | {"RH_VAR_DIR": str(tmp_path)}
    answer = subprocess.run([sys.executable, "manage.py", "demo"], cwd=ROOT, env=env, capture_output=True, text=True)
    assert answer.returncode != 0
    assert "DEBUG" in answer.stderr

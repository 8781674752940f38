"""The backup of every night: which archives stay, and who hears of one that is late."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from core.models import Heartbeat, SetAside
from core.system import health_checks
from retainer_hub.backup import retention, targets, tasks
from tests.world import NOW, World

DAY = timedelta(days=1)


def test_the_newest_of_each_day_week_and_month_stays() -> None:
    """Two backups a day for three years: of the last seven days, four weeks and twelve months."""
    last = datetime(2026, 11, 4, 15, 15, tzinfo=UTC)  # a Wednesday
    made = [last - n * DAY / 2 for n in range(3 * 365 * 2)]
    expected = {
        "2026-11-04", "2026-11-03", "2026-11-02", "2026-11-01", "2026-10-31", "2026-10-30",
        "2026-10-29",  # days
        "2026-10-25", "2026-10-18",  # the Sundays before; those of two more weeks are above
        "2026-09-30", "2026-08-31", "2026-07-31", "2026-06-30", "2026-05-31", "2026-04-30",
        "2026-03-31", "2026-02-28", "2026-01-31", "2025-12-31",  # months
    }  # fmt: skip
    kept = retention.kept(made)
    assert {f"{instant:%Y-%m-%d}" for instant in kept} == expected
    assert {f"{instant:%H}" for instant in kept} == {"15"}
    assert len(kept) == len(expected)


def test_nothing_is_deleted_while_no_new_ones_are_made() -> None:
    made = [datetime(2020, 1, day, tzinfo=UTC) for day in range(1, 8)]
    assert retention.kept(made) == set(made)
    assert retention.kept([]) == set()


def test_only_archives_of_this_name_are_deleted(tmp_path: Path) -> None:
    names = [targets.name_of(NOW - n * DAY, is_encrypted=n % 2 == 0) for n in range(60)]
    others = ["notes.txt", "retainer-hub-copy.tar", "retainer-hub-5.unfinished"]
    for name in [*names, *others]:
        (tmp_path / name).write_text("")
    targets.prune(targets.target(tmp_path), now=datetime.now(UTC))
    left = {path.name for path in tmp_path.iterdir()}
    assert set(others) < left
    assert names[0] in left
    assert len(left & set(names)) == 7 + 2 + 1  # days, further weeks, a further month
    targets.prune(targets.target(tmp_path), now=datetime.now(UTC) + 2 * DAY)
    assert "retainer-hub-5.unfinished" not in {path.name for path in tmp_path.iterdir()}


@pytest.fixture
def status(world: World, settings: Any, tmp_path: Path) -> Iterator[Any]:
    """System status as the owner sees it, and the folder of the backups."""
    settings.RH_VAR_DIR = tmp_path
    browser = Browser()
    browser.force_login(world.business.owner, backend="django.contrib.auth.backends.ModelBackend")
    yield lambda: browser.get(reverse("dashboard:jobs")).text


def test_a_night_without_a_folder_does_nothing(status: Any) -> None:
    tasks.back_up()
    assert not Heartbeat.objects.filter(name=health_checks.BACKUP).exists()
    assert "Nightly backups are off" in status()
    assert "backup" not in health_checks.warnings(NOW)


def test_a_backup_that_is_late_is_said(status: Any, settings: Any, tmp_path: Path) -> None:
    settings.BACKUP_TO = str(tmp_path)
    assert health_checks.warnings(NOW)["backup"] == "No backup has been made yet."
    Heartbeat.objects.create(name=health_checks.BACKUP, at=NOW)
    assert "backup" not in health_checks.warnings(NOW + 26 * DAY / 24)
    late = "The last backup was made 27 hours ago."
    assert health_checks.warnings(NOW + 27 * DAY / 24)["backup"] == late
    health = json.loads(Browser().get("/health/").content)
    assert health["warnings"]["backup"].startswith("The last backup was made")
    assert "backup" not in health["checks"]
    assert "The last backup was made" in status()


def test_a_backup_that_fails_is_a_failed_step(status: Any, settings: Any, tmp_path: Path) -> None:
    settings.BACKUP_TO = str(tmp_path / "not mounted")
    tasks.back_up()
    (failed,) = SetAside.objects.failed_steps()
    assert failed.title == "back_up: backup"
    assert "There is no folder" in failed.reason_text

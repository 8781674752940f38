"""Administrators hear of what does not work: once it lasts, once a day, and when it is over."""

from datetime import datetime, timedelta

import pytest

from core.models import Heartbeat, OutboxEmail
from core.system import alerts, health_checks
from tests.factories import UserFactory
from tests.world import NOW, World

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


class Scheduler:
    """A check that fails for as long as it is told to."""

    problem = ""

    def __call__(self, now: datetime) -> str:
        return self.problem


@pytest.fixture
def beat(monkeypatch: pytest.MonkeyPatch, world: World) -> Scheduler:
    check = Scheduler()
    monkeypatch.setattr(health_checks, "CHECKS", {"beat": check})
    return check


def told() -> list[str]:
    return list(OutboxEmail.objects.filter(kind="health").values_list("subject", flat=True))


FAILS, IS_WELL = (
    "Retainer Hub: a check fails (Scheduler)",
    "Retainer Hub: all is well again (Scheduler)",
)


def test_a_restart_alarms_nobody(beat: Scheduler) -> None:
    beat.problem = "It last reported 200 seconds ago."
    alerts.watch(now=NOW)
    alerts.watch(now=NOW + 14 * MINUTE)
    beat.problem = ""
    alerts.watch(now=NOW + 15 * MINUTE)
    beat.problem = "It last reported 200 seconds ago."
    alerts.watch(now=NOW + 16 * MINUTE)
    assert told() == []


def test_what_lasts_is_told_once_a_day_and_when_it_is_over(beat: Scheduler) -> None:
    beat.problem = "It last reported 900 seconds ago."
    for minutes in range(0, 26 * 60, 5):
        alerts.watch(now=NOW + minutes * MINUTE)
    assert told() == [FAILS] * 2
    beat.problem = ""
    for minutes in (0, 5):
        alerts.watch(now=NOW + 26 * 60 * MINUTE + minutes * MINUTE)
    assert sorted(told()) == [FAILS] * 2 + [IS_WELL]
    assert not Heartbeat.objects.filter(name__startswith=alerts.TROUBLE).exists()


def test_each_administrator_hears_of_it_and_no_owner_does(beat: Scheduler, world: World) -> None:
    for name in ("one", "two"):
        UserFactory(email=f"{name}@hub.example", is_staff=True)
    beat.problem = "It has never reported."
    for minutes in (0, 15):
        alerts.watch(now=NOW + minutes * MINUTE)
    emails = OutboxEmail.objects.filter(kind="health")
    assert {email.to for email in emails} == {"one@hub.example", "two@hub.example"}
    assert all("It has never reported." in email.text for email in emails)


def test_a_backup_that_is_late_is_told_of(beat: Scheduler, settings: object) -> None:
    settings.BACKUP_TO = "/srv/backups"  # type: ignore[attr-defined]
    Heartbeat.objects.create(name=health_checks.BACKUP, at=NOW)
    for minutes in (0, 15):
        alerts.watch(now=NOW + DAY + timedelta(hours=3) + minutes * MINUTE)
    assert told() == ["Retainer Hub: a check fails (Backup)"]

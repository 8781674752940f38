"""With a missing, broken or expired seal key signing completes, and sealing visibly waits."""

import shutil
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from agreements import tasks
from agreements.models import Agreement
from agreements.signing import seal
from agreements.signing.seal_check import check_seal
from clients import portal_links
from core import links
from core.dates import local_day
from core.documents import certificate
from core.models import OutboxEmail
from tests.world import World

pytestmark = pytest.mark.rendering


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    """The folder of the seal in a new installation."""
    settings.RH_VAR_DIR = tmp_path
    return tmp_path / "seal"


def sealed_once(world: World) -> Agreement:
    return world.sealed(now=timezone.now(), starts_on=local_day(timezone.now(), "Asia/Bangkok"))


def signed(world: World) -> Agreement:
    other = world.client("Another", now=timezone.now())
    offer = world.proposal(
        other, now=timezone.now(), starts_on=local_day(timezone.now(), "Asia/Bangkok")
    )
    return world.signed(world.picked(offer, now=timezone.now()), now=timezone.now())


def pages(world: World, agreement: Agreement) -> dict[str, str]:
    """Return the pages that the freelancer, the client and monitoring see."""
    desk, portal = Browser(), Browser()
    desk.force_login(world.business.owner, backend="django.contrib.auth.backends.ModelBackend")
    link = portal_links.portal_link(contact=agreement.contact, now=timezone.now())
    portal.post(f"/p/{links.token(link.id)}/")
    found = {name: desk.get(reverse(f"dashboard:{name}")) for name in ("home", "jobs")}
    found["agreement"] = desk.get(reverse("dashboard:agreement", args=[agreement.pk]))
    found["portal"] = portal.get(reverse("portal:agreement", args=[agreement.pk]))
    found["health"] = desk.get("/health/")
    return {name: answer.content.decode() for name, answer in found.items()}


def test_without_the_key_sealing_waits_visibly_and_resumes_on_its_own(
    world: World, folder: Path, tmp_path: Path
) -> None:
    sealed_once(world)
    shutil.move(folder, tmp_path / "away")
    agreement = signed(world)
    assert agreement.state == "active"
    tasks.seal_signed()
    agreement.refresh_from_db()
    assert agreement.signed_document is None
    assert not folder.exists(), "a pair that is lost is not made anew in silence"
    said = pages(world, agreement)
    for where in ("home", "jobs", "agreement"):
        assert "Put them back from the backup" in said[where], where
    assert "Put them back from the backup" in said["health"]
    assert "The sealed file follows by email." in said["portal"]
    assert "backup" not in said["portal"]
    shutil.move(tmp_path / "away", folder)
    tasks.seal_signed()
    agreement.refresh_from_db()
    assert agreement.signed_document
    assert OutboxEmail.objects.filter(kind="signed", ref__startswith=str(agreement.pk)).count() == 2
    for where, page in pages(world, agreement).items():
        assert "Put them back from the backup" not in page, where


def test_an_expired_certificate_seals_nothing_until_it_is_renewed(
    world: World, folder: Path
) -> None:
    now = timezone.now()
    certificate.renew(now - certificate.LIFE - timedelta(days=1))
    agreement = signed(world)
    assert seal.seal_signed(now=now) == 0
    assert seal.late_documents(world.business, now) == [
        (agreement, "The certificate of the seal has expired.")
    ]
    call_command("renew_seal", stdout=StringIO())
    assert seal.seal_signed(now=timezone.now()) == 1
    assert seal.late_documents(world.business, now) == []


def test_the_expiry_of_the_certificate_is_announced_once_sixty_days_before(
    world: World, folder: Path
) -> None:
    now = timezone.now()
    certificate.renew(now - certificate.LIFE)
    told = OutboxEmail.objects.filter(kind="seal_ends")
    ends = certificate.own().not_valid_after_utc  # type: ignore[union-attr]
    check_seal(now=ends - timedelta(days=61, hours=1))
    assert not told.exists()
    for days in (60, 59, 30):
        check_seal(now=ends - timedelta(days=days, hours=1))
        assert told.count() == 1, f"{days} days before"
    assert [letter.to for letter in told] == [world.business.owner.email]
    assert "renew_seal" in told.get().text
    certificate.renew(now)
    check_seal(now=now)
    assert told.count() == 1


def test_administrators_are_emailed_every_day_while_nothing_can_be_sealed(
    world: World, folder: Path
) -> None:
    now = timezone.now()
    signed(world)
    certificate.renew(now)
    (folder / certificate.KEY).write_text("broken")
    for hours in (0, 0, 24):
        check_seal(now=now + timedelta(hours=hours))
    letters = OutboxEmail.objects.filter(kind="seal_waits")
    assert letters.count() == 2
    assert "Documents that wait: 1" in letters[0].text


def test_the_deployment_check_reports_a_near_expiry_and_a_missing_key(
    db: None, folder: Path
) -> None:
    certificate.renew(timezone.now() - certificate.LIFE + timedelta(days=30))
    assert "rh.W003" in {each.id for each in run_checks(include_deployment_checks=True)}
    (folder / certificate.KEY).unlink()
    assert "rh.W002" in {each.id for each in run_checks(include_deployment_checks=True)}

"""Migrations only add: what a release had is there unchanged, and its kept database is small."""

import re

import pytest
from django.conf import settings

from tests.upgrade import kept

CHANGELOG = kept.ROOT / "CHANGELOG.md"
LARGEST = 2_000_000  # bytes of a kept file


@pytest.mark.parametrize("release", kept.releases())
def test_a_migration_of_a_release_never_changes(release: str) -> None:
    """Installations have applied it as it was. A change is a new migration (docs/upgrading.md)."""
    of_the_release = (kept.RELEASES / release / kept.MIGRATIONS).read_text().splitlines(True)
    assert of_the_release
    assert not sorted(set(of_the_release) - set(kept.hashes()))


def test_the_version_is_the_newest_that_the_changelog_describes_and_is_kept() -> None:
    headings = re.findall(r"^## (\d+\.\d+\.\d+) \(\d{4}-\d\d-\d\d\)$", CHANGELOG.read_text(), re.M)
    assert headings[0] == settings.VERSION == kept.releases()[-1]


def test_every_release_is_kept_for_both_databases() -> None:
    assert kept.releases()[0] == "0.1.0"
    for release in kept.releases():
        for vendor, name in kept.DATABASES.items():
            for file in (name, kept.FILES.format(vendor)):
                assert 0 < (kept.RELEASES / release / file).stat().st_size < LARGEST

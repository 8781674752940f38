"""Migrations only add: what a release had is there unchanged, and its kept database is small."""

import pytest

from tests.upgrade import kept

LARGEST = 2_000_000  # bytes of a kept file


@pytest.mark.parametrize("release", kept.releases())
def test_a_migration_of_a_release_never_changes(release: str) -> None:
    """Whoever has that release has applied it as it was: a change is a migration of its own (docs/upgrading.md)."""
    of_the_release = (kept.RELEASES / release / kept.MIGRATIONS).read_text().splitlines(True)
    assert of_the_release
    assert not sorted(set(of_the_release) - set(kept.hashes()))


def test_every_release_is_kept_for_both_databases() -> None:
    assert kept.releases()[0] == "0.1.0"
    for release in kept.releases():
        for vendor, name in kept.DATABASES.items():
            for file in (name, kept.FILES.format(vendor)):
                assert 0 < (kept.RELEASES / release / file).stat().st_size < LARGEST

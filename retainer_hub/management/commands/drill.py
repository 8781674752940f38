"""The command `drill`: prove that the newest backup can be restored."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from retainer_hub.backup import drill
from retainer_hub.backup.errors import BackupError


class Command(BaseCommand):
    """Restore an archive into a scratch database, audit it, and print what was found."""

    help = (
        "Restore the newest archive of BACKUP_TO into a scratch database, compare the rows and "
        "sums of every table, audit it, and drop it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the archive and `--key`."""
        parser.add_argument("archive", nargs="?", help="default: the newest one")
        parser.add_argument(
            "--key", type=Path, metavar="FILE", help="the file of the private key of age"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Drill and print. Raises CommandError (status 1) if the archive is of no use."""
        try:
            address = options["archive"] or drill.newest()
            found = drill.drill_one(address, key=options["key"], now=timezone.now())
        except BackupError as error:
            raise CommandError(str(error), returncode=1) from error
        tables, files = len(found.about.tally), len(found.about.files) - 1
        self.stdout.write(f"{address}, of {found.about.made_at}")
        self.stdout.write(
            f"Restored: {found.rows:,} rows of {tables} tables and {files:,} files. Rows and sums "
            "of every table are those of the backup."
        )
        self.stdout.write(f"The database has {found.newer:,} more rows now.")
        for sentence in found.about.missing:
            self.stdout.write(f"Missing already when the backup was made: {sentence}")
        for contradiction in found.broken:
            self.stdout.write(contradiction)
        if found.broken:
            raise CommandError("The restored backup contradicts itself.", returncode=1)
        self.stdout.write("Audited: everything fits together.")

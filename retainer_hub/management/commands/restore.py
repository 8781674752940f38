"""The command `restore`: bring an archive of `backup` into an empty place."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from billing.recovery import compare
from retainer_hub.backup import missing, restore
from retainer_hub.backup.errors import BackupError


class Command(BaseCommand):
    """Restore an archive, and say what is missing."""

    help = (
        "Restore an archive of `backup` into an empty database and folder. An archive of SQLite "
        "can be restored into PostgreSQL. Nothing is charged, issued or emailed afterwards until "
        "`standing --go-on`."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the archive, `--key` and `--no-gateways`."""
        parser.add_argument("archive", help="a file, or s3://bucket/folder/name")
        parser.add_argument(
            "--key", type=Path, metavar="FILE", help="the file of the private key of age"
        )
        parser.add_argument(
            "--no-gateways",
            action="store_true",
            help="do not ask the payment gateways what they know (`standing --compare` does)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore and print. Raises CommandError; then nothing was restored."""
        try:
            about = restore.restore(options["archive"], key=options["key"], now=timezone.now())
        except BackupError as error:
            raise CommandError(str(error), returncode=1) from error
        rows = sum(found[""] for found in about.tally.values())
        self.stdout.write(
            f"Restored the backup of {about.made_at}: {rows:,} rows and {len(about.files) - 1:,} "
            "files. Rows and sums of every table are those of the backup."
        )
        for sentence in missing.sentences(about, now=timezone.now()):
            self.stdout.write(sentence)
        if not options["no_gateways"]:
            for sentence in compare.compare(now=timezone.now()).sentences:
                self.stdout.write(sentence)
        self.stdout.write(
            "Nothing is charged, issued or emailed until you run: bin/manage standing --compare "
            "--go-on"
        )

"""The command `backup`: make one archive of everything that this installation keeps."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from retainer_hub.backup import keys, make
from retainer_hub.backup.errors import BackupError


class Command(BaseCommand):
    """Make an archive and read it back, or make a key for archives."""

    help = (
        "Make one archive of the database, the documents, the seal and the settings without "
        "secrets, and read it back. `restore` brings it into an empty place."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add `--to`, `--key` and `--new-key`."""
        parser.add_argument(
            "--to", help="a folder, or s3://bucket/folder in the object store (default: BACKUP_TO)"
        )
        parser.add_argument(
            "--key",
            default=settings.BACKUP_KEY,
            help="public keys of age for which the archive is encrypted (default: BACKUP_KEY)",
        )
        parser.add_argument(
            "--new-key",
            type=Path,
            metavar="FILE",
            help="only make a new key: write the private one to a file, print the public one",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the archive and say what is in it. Raises CommandError."""
        try:
            if options["new_key"]:
                self.stdout.write(keys.write_new_key(options["new_key"]))
            else:
                self._back_up(options["to"] or settings.BACKUP_TO, options["key"])
        except (BackupError, OSError) as error:
            raise CommandError(str(error), returncode=1) from error

    def _back_up(self, to: str, key: str) -> None:
        if not to:
            raise CommandError("Name a folder: --to, or BACKUP_TO.", returncode=1)
        made = make.back_up(to=to, key=key, now=timezone.now())
        files = sum(name.startswith("media/") for name in made.about.files)
        rows = sum(found[""] for found in made.about.tally.values())
        self.stdout.write(made.address)
        self.stdout.write(f"{made.size:,} bytes: {rows:,} rows and {files:,} files, read back.")
        if not key:
            self.stdout.write(
                "The archive is not encrypted and has no key of the seal: keep that key elsewhere."
            )
        for address in made.deleted:
            self.stdout.write(f"Deleted: {address}")
        if made.about.missing:
            raise CommandError(make.missing_sentence(made.about), returncode=1)

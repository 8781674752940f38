"""Verifies a PDF offline. Exit codes: intact 0, altered 1, unknown 2."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.documents import verify
from core.documents.verify import Word


class Command(BaseCommand):
    help = (
        "Check whether a file is a document of this installation, byte for byte. "
        "No network is needed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            pdf = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(
                f"{options['file']} cannot be read: {error.strerror}.", returncode=2
            ) from None
        finding = verify.examine(pdf)
        message = f"{finding.word}: {finding.why}"
        document = finding.document
        if finding.word != Word.INTACT or document is None:
            raise CommandError(message, returncode=1 if finding.word == Word.ALTERED else 2)
        self.stdout.write(f"{message} {document.title}, SHA-256 {document.sha256}")

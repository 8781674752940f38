"""Says of a PDF, offline: intact (0), altered (1) or unknown (2)."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.documents import seal, store
from core.models.document import DocumentKind


class Command(BaseCommand):
    help = "Check whether a file is a document of this installation, byte for byte. No network is needed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            pdf = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.", returncode=2) from None
        known, verdict = store.find(pdf), seal.verify(pdf)
        if known and known.kind not in (DocumentKind.SIGNED_AGREEMENT, DocumentKind.SIGNED_AMENDMENT):
            self.stdout.write(f"intact: {known.title}, not sealed, SHA-256 {known.sha256}")
        elif known and verdict.intact:
            self.stdout.write(f"intact: {known.title}, sealed, SHA-256 {known.sha256}")
        elif known or verdict.ours:
            raise CommandError("altered: it carries our seal, but not the bytes that were sealed.", returncode=1)
        else:
            raise CommandError("unknown: no document of this installation has these bytes.", returncode=2)

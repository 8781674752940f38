"""Creates a new key and seal certificate; the old certificate is kept to verify older documents."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.documents import certificate
from core.errors import RuleError


class Command(BaseCommand):
    help = (
        "Make a new key and certificate for the seal. What was sealed before stays confirmed. "
        "Back up the folder."
    )

    requires_system_checks = ()  # a first start needs what it prints

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--print",
            action="store_true",
            help="Change nothing; print a new key and certificate, and the earlier ones, for SEAL.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["print"]:
            self.stdout.write(certificate.renewed_text(timezone.now()))
            return
        try:
            renewed = certificate.renew(timezone.now())
        except RuleError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Sealing with certificate {renewed.serial_number:x}, "
            f"valid until {renewed.not_valid_after_utc:%Y-%m-%d}."
        )

"""Makes a new key and certificate for the seal, and keeps the certificate before it for checking old files."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from core.documents import certificate


class Command(BaseCommand):
    help = "Make a new key and certificate for the seal. What was sealed before stays confirmed. Back up the folder."

    def handle(self, *args: Any, **options: Any) -> None:
        made = certificate.renew(timezone.now())
        self.stdout.write(
            f"Sealing with certificate {made.serial_number:x}, valid until {made.not_valid_after_utc:%Y-%m-%d}."
        )

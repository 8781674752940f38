"""Creates a new key and seal certificate; the old certificate is kept to verify older documents."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from core.documents import certificate


class Command(BaseCommand):
    help = (
        "Make a new key and certificate for the seal. What was sealed before stays confirmed. "
        "Back up the folder."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        renewed = certificate.renew(timezone.now())
        self.stdout.write(
            f"Sealing with certificate {renewed.serial_number:x}, "
            f"valid until {renewed.not_valid_after_utc:%Y-%m-%d}."
        )

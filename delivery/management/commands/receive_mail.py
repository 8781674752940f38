"""Adds an email reply to its request: one raw email on standard input.

For the pipe of a mail server, or any program that fetches email.
"""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error
from django.utils import timezone

from delivery.requests.inbound_email import LARGEST, EmailRefused, receive_email

TRY_AGAIN = 75  # sysexits.h: the mail server keeps the email and tries again later


class Command(BaseCommand):
    help = "Add an email reply to its request. Reads one raw email from standard input."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--to", default="", help="the recipient on the envelope; default: read from the headers"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        raw = sys.stdin.buffer.read(LARGEST + 1)
        try:
            self.stdout.write(receive_email(raw, now=timezone.now(), recipient=options["to"]))
        except EmailRefused as error:
            raise CommandError(str(error), returncode=error.code) from None
        except Error as error:
            message = f"The database does not answer: {type(error).__name__}"
            raise CommandError(message, returncode=TRY_AGAIN) from None

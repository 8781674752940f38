"""Prints the link at which the first owner of an installation signs up."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.errors import RuleError
from core.system import invite


class Command(BaseCommand):
    help = "Print the link at which the first owner of this installation signs up."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.stdout.write(invite.first_link())
        except RuleError as error:
            raise CommandError(str(error)) from error

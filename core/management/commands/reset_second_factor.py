"""Removes the second factors of a user who has lost them."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.models import User
from core.safety import second_factor


class Command(BaseCommand):
    help = (
        "Remove a user's authenticator app, passkeys and recovery codes and end their sessions. "
        "The user is emailed, and their security log says it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument(
            "--reason", required=True, help="what the user reads: who asked, and how you know them"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["email"]).first()
        if user is None:
            raise CommandError(f"There is no user {options['email']}.")
        number = second_factor.reset(
            user=user, reason=options["reason"], by="Retainer Hub", now=timezone.now()
        )
        self.stdout.write(f"Removed {number}. {user.email} can set up a new one after signing in.")

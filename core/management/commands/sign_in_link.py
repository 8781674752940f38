"""Prints a one-time sign-in link for a user, so that an operator can hand it over."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core import links
from core.models import User
from core.models.link import LinkPurpose


class Command(BaseCommand):
    help = "Print a link that signs this user in once, within 30 minutes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["email"], is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active user {options['email']}.")
        link = links.mint(purpose=LinkPurpose.SIGN_IN, subject_id=user.id, now=timezone.now())
        self.stdout.write(links.url(link))

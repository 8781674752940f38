"""Invites a freelancer to open a business on this installation."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core import languages, links
from core.errors import RuleError
from core.system import invite


class Command(BaseCommand):
    help = "Email a person a link, valid for 14 days, with which they open a business; print it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="", help="the person's name")
        parser.add_argument(
            "--language",
            choices=list(languages.LANGUAGES),
            default=languages.DEFAULT,
            help="the language of the email",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            link = invite.invite(
                email=options["email"],
                name=options["name"],
                language=options["language"],
                by="Retainer Hub",
                now=timezone.now(),
            )
        except RuleError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(links.url(link))

"""Loads the demo, resets it, or prints fresh links into it. Only while DEBUG is on."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core import nudge
from core.models import Heartbeat, User
from retainer_hub.demo import doors, play, reset
from retainer_hub.demo.cast import EMAIL

LOADING = "demo"  # a heartbeat that is there only while the demo is being played


class Command(BaseCommand):
    help = "Half a year of demo data, lived through the product's own verbs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--reset", action="store_true", help="empty the installation and play it again"
        )
        parser.add_argument("--links", action="store_true", help="only print fresh links")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("The demo can only exist while DEBUG is on.")
        now = timezone.now()
        was_interrupted = Heartbeat.objects.filter(name=LOADING).exists()
        if options["reset"] or (was_interrupted and not options["links"]):
            reset.empty()
        there = User.objects.filter(email=EMAIL).exists()
        if not there and not options["links"]:
            if User.objects.exists():
                raise CommandError(
                    "There are other people here. The demo wants an empty installation (--reset)."
                )
            self.stdout.write("Playing six months of the demo ...")
            Heartbeat.objects.create(name=LOADING, at=now)
            with nudge.muted():
                play.play(now=now)
            Heartbeat.objects.filter(name=LOADING).delete()
        for who, address in doors.doors(now=timezone.now()):
            self.stdout.write(f"  {who}\n    {address}")

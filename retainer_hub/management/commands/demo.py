"""Loads the demo, resets it, or prints new links into it. Only while DEBUG is on."""

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
    help = "Half a year of demo data, created by the product's own functions."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--reset", action="store_true", help="empty the installation and load the demo again"
        )
        parser.add_argument("--links", action="store_true", help="only print new links")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("The demo needs DEBUG=on.")
        now = timezone.now()
        was_interrupted = Heartbeat.objects.filter(name=LOADING).exists()
        if options["reset"] or (was_interrupted and not options["links"]):
            reset.empty()
        is_loaded = User.objects.filter(email=EMAIL).exists()
        if not is_loaded and not options["links"]:
            if User.objects.exists():
                raise CommandError(
                    "This installation has other users. The demo needs an empty one (--reset)."
                )
            self.stdout.write("Loading six months of demo data ...")
            Heartbeat.objects.create(name=LOADING, at=now)
            with nudge.muted():
                play.play(now=now)
            Heartbeat.objects.filter(name=LOADING).delete()
        for name, url in doors.doors(now=timezone.now()):
            self.stdout.write(f"  {name}\n    {url}")

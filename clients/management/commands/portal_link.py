"""Prints portal links for a contact, so that an operator can hand them over."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clients import portal_links
from clients.models import Contact
from core import links


class Command(BaseCommand):
    help = "Print a link into the portal for every client that has a contact with this email."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        contacts = Contact.objects.filter(
            email__iexact=options["email"], is_active=True
        ).select_related("client")
        if not contacts:
            raise CommandError(f"There is no active contact {options['email']}.")
        for contact in contacts:
            link = portal_links.portal_link(contact=contact, now=timezone.now())
            self.stdout.write(f"{contact.client.name}: {links.url(link)}")

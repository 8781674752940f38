"""The public page of a business, and the prospects who introduce themselves on it."""

import re
from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from clients import client_records, sample_rules
from clients.models import Client, Contact, FrontPage
from core import audit, links
from core.audit import Origin
from core.documents.glyphs import printable
from core.errors import RuleError
from core.models import Business
from core.outbox import emails

NAME = 120  # characters of a name
RESERVED = frozenset(["admin", "api", "demo", "help", "login", "new", "p", "www"])


class BadAddress(RuleError):
    """The address of the page is taken or not allowed."""


def save_page(
    *,
    business: Business,
    slug: str,
    headline: str,
    about: str,
    services: Sequence[str],
    shows_places: bool,
    is_on: bool,
    now: datetime,
) -> FrontPage:
    """Save the page of a business. Raises BadAddress, also where another business has the slug."""
    slug = slug.lower()
    if slug in RESERVED or not re.fullmatch("[a-z0-9](?:[a-z0-9-]{1,38}[a-z0-9])", slug):
        raise BadAddress(_("Use 3 to 40 letters from a to z, digits and hyphens."), field="slug")
    values = {
        "slug": slug,
        "headline": headline,
        "about": about,
        "services": list(services),
        "shows_places": shows_places,
        "is_on": is_on,
    }
    try:
        with transaction.atomic():
            page, _made = FrontPage.objects.update_or_create(
                business=business, defaults=values, create_defaults=values | {"created_at": now}
            )
    except IntegrityError:
        raise BadAddress(
            _("This address is taken. Please choose another one."), field="slug"
        ) from None
    return page


def suggested_slug(business: Business) -> str:
    """An address for the page from the name of the business; "" if none can be made of it."""
    words = re.findall("[a-z0-9]+", business.name.lower())
    return "-".join(words)[:40].strip("-")


def find_page(slug: str) -> FrontPage | None:
    """The page with this address, if everybody may see it."""
    pages = FrontPage.objects.select_related("business__owner")
    return pages.filter(slug=slug.lower(), is_on=True, business__is_suspended=False).first()


def receive_enquiry(
    *,
    page: FrontPage,
    name: str,
    email: str,
    company: str,
    message: str,
    is_full: bool,
    now: datetime,
    origin: Origin,
) -> Client:
    """Make a lead of somebody who introduced themselves, and email the owner.

    Somebody whose email is known stays the client that they are. Letters that no document can print
    are left out of names. `is_full` says that no place was free. Raises SampleClient for an address
    of the sample clients.
    """
    sample_rules.require_real(email)
    business = page.business
    with transaction.atomic():
        # One enquiry after the other, so that a second press finds what the first one made.
        FrontPage.objects.select_for_update().get(pk=page.pk)
        known = Contact.objects.filter(business=business, email__iexact=email, is_active=True)
        contact = known.select_related("client").order_by("created_at").first()
        client = contact.client if contact else _new_lead(page, name, email, company, now)
        data = {"words": message[:300]} | ({"waits": "yes"} if is_full else {})
        audit.record(
            business=business,
            chain_id=client.pk,
            event="introduced",
            actor=f"{name} <{email}>",
            now=now,
            origin=origin,
            data=data,
        )
        if contact is None:
            Client.objects.filter(pk=client.pk).update(notes=message[:5000])
        _tell_owner(page, client, name, email, message, is_full, now)
    return client


def _new_lead(page: FrontPage, name: str, email: str, company: str, now: datetime) -> Client:
    person = _in_one_line(name) or email[:NAME]
    with translation.override(page.business.language):
        source = _("Public page")
    return client_records.add_client(
        business=page.business,
        name=_in_one_line(company) or person,
        contact_name=person,
        contact_email=email,
        language=page.business.language,
        source=source,
        now=now,
    )


def _in_one_line(text: str) -> str:
    """What documents can print of a name, in one line of at most 120 characters."""
    return " ".join(printable(text).split())[:NAME]


def _tell_owner(
    page: FrontPage,
    client: Client,
    name: str,
    email: str,
    message: str,
    is_full: bool,
    now: datetime,
) -> None:
    business = page.business
    with translation.override(business.language):
        facts = {"name": name, "email": email, "client": client.name}
        paragraphs = [_("%(name)s (%(email)s) wrote on your public page:") % facts, message]
        if is_full:
            paragraphs.append(_("You had no opening, so they asked to be told when you have one."))
        context = {
            "subject": _("New enquiry: %(client)s") % facts,
            "name": "",
            "paragraphs": paragraphs,
            "button": _("Open the client"),
            "link": links.absolute_url("dashboard:client", client.pk),
        }
    emails.write(
        kind="enquiry",
        ref=f"{client.pk}:{now.timestamp()}"[:80],
        to=business.owner.email,
        template="note",
        context=context,
        language=business.language,
        business=business,
        reply_to=email,
        now=now,
    )

"""Books a call, asks for the decision maker, and moves a call to another time."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from clients import pipeline
from clients.models import Call, Client, Contact
from clients.models.sales import LONGEST, SHORTEST
from clients.rules.pipeline import Stage
from core.errors import RuleError


class NobodyDecides(RuleError):
    """None of the people on the call decides; booking it all the same has to be said."""


class NoSuchCall(RuleError):
    """A length or a guest that cannot be."""


def book(
    *,
    client: Client,
    contacts: Sequence[Contact],
    starts_at: datetime,
    minutes: int,
    actor: str,
    now: datetime,
    anyway: bool = False,
) -> Call:
    """A call with these people; the prospect moves on to "call booked". Raises NobodyDecides, NoSuchCall."""
    _check(client, contacts, minutes, anyway)
    with transaction.atomic():
        call = Call.objects.create(
            business=client.business,
            client=client,
            starts_at=starts_at,
            minutes=minutes,
            created_at=now,
        )
        call.contacts.set(contacts)
        pipeline.reach(client=client, to=Stage.CALL_BOOKED, actor=actor, now=now)
    return call


def rebook(
    *,
    call: Call,
    contacts: Sequence[Contact],
    starts_at: datetime,
    minutes: int,
    anyway: bool = False,
) -> Call:
    """Another time, length or company. Calendars replace what they have. Raises NobodyDecides, NoSuchCall."""
    _check(call.client, contacts, minutes, anyway)
    with transaction.atomic():
        Call.objects.filter(pk=call.pk).update(
            starts_at=starts_at, minutes=minutes, moved=F("moved") + 1
        )
        call.contacts.set(contacts)
    call.refresh_from_db()
    return call


def _check(client: Client, contacts: Sequence[Contact], minutes: int, anyway: bool) -> None:
    if not SHORTEST <= minutes <= LONGEST:
        words = _("A call takes between %(least)s and %(most)s minutes.") % {
            "least": SHORTEST,
            "most": LONGEST,
        }
        raise NoSuchCall(words, field="minutes")
    if not contacts or any(contact.client_id != client.pk for contact in contacts):
        raise NoSuchCall(_("Say with whom you talk."), field="contacts")
    if not anyway and not any(contact.is_decision_maker for contact in contacts):
        raise NobodyDecides(_("Nobody on this call decides."))

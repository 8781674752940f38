"""Books and reschedules sales calls, and asks for a decision maker on each of them."""

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
    """No decision maker is on the call. Pass `anyway` to book it all the same."""


class InvalidCall(RuleError):
    """The length of the call or its contacts are not possible."""


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
    """Book a call with these contacts, and move the prospect on to the stage "call booked".

    `starts_at` is time-zone aware. Raises NobodyDecides, unless `anyway` is set, and InvalidCall.
    """
    _validate(client, contacts, minutes, anyway)
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
    """Change the time, the length or the contacts of a call.

    The call's calendar file gets a higher version, so that calendars replace the old event. Raises
    NobodyDecides, unless `anyway` is set, and InvalidCall.
    """
    _validate(call.client, contacts, minutes, anyway)
    with transaction.atomic():
        Call.objects.filter(pk=call.pk).update(
            starts_at=starts_at, minutes=minutes, moved=F("moved") + 1
        )
        call.contacts.set(contacts)
    call.refresh_from_db()
    return call


def _validate(client: Client, contacts: Sequence[Contact], minutes: int, anyway: bool) -> None:
    if not SHORTEST <= minutes <= LONGEST:
        message = _("A call takes between %(least)s and %(most)s minutes.") % {
            "least": SHORTEST,
            "most": LONGEST,
        }
        raise InvalidCall(message, field="minutes")
    if not contacts or any(contact.client_id != client.pk for contact in contacts):
        raise InvalidCall(_("Say with whom you talk."), field="contacts")
    if not anyway and not any(contact.is_decision_maker for contact in contacts):
        raise NobodyDecides(_("Nobody on this call decides."))

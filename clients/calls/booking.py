"""Books, reschedules and cancels sales calls, and asks for a decision maker on each of them."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from clients import pipeline
from clients.calls import call_emails
from clients.models import Call, Client, Contact
from clients.models.sales import LONGEST, SHORTEST
from clients.rules.pipeline import Stage
from core.errors import NotAllowedNow, RuleError


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
    tells: bool = True,
) -> Call:
    """Book a call with these contacts, and move the prospect on to the stage "call booked".

    `starts_at` is time-zone aware. The contacts are emailed a calendar file if `tells` and the call
    is still to come. Raises NobodyDecides, unless `anyway` is set, and InvalidCall.
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
        if tells and starts_at > now:
            call_emails.invite(call, contacts, now)
    return call


def rebook(
    *,
    call: Call,
    contacts: Sequence[Contact],
    starts_at: datetime,
    minutes: int,
    now: datetime,
    anyway: bool = False,
    tells: bool = True,
) -> Call:
    """Change the time, the length or the contacts of a call.

    The call's calendar file gets a higher version, so that calendars replace the old event. Where
    `tells`, those who are new are invited, those who stay hear of a new time, and those who leave
    hear that it is cancelled. Raises NobodyDecides, unless `anyway` is set, InvalidCall, and
    NotAllowedNow for a call that was cancelled.
    """
    _validate(call.client, contacts, minutes, anyway)
    before, length = call.starts_at, call.minutes
    guests = list(call.contacts.all())
    with transaction.atomic():
        _require_planned(call)
        Call.objects.filter(pk=call.pk).update(
            starts_at=starts_at, minutes=minutes, moved=F("moved") + 1
        )
        call.contacts.set(contacts)
        call.refresh_from_db()
        if tells and starts_at > now:
            stayed = [one for one in contacts if one in guests]
            call_emails.invite(call, [one for one in contacts if one not in guests], now)
            call_emails.tell_cancelled(call, [one for one in guests if one not in contacts], now)
            if (before, length) != (starts_at, minutes):
                call_emails.tell_new_time(call, stayed, now)
    return call


def cancel(*, call: Call, now: datetime) -> Call:
    """Cancel a call that is still to come, and email everybody on it. The notes are kept.

    Raises NotAllowedNow for a call that has begun or was cancelled.
    """
    with transaction.atomic():
        _require_planned(call)
        if call.starts_at <= now:
            raise NotAllowedNow(_("This call has begun already."))
        Call.objects.filter(pk=call.pk).update(cancelled_at=now, moved=F("moved") + 1)
        call.refresh_from_db()
        call_emails.tell_cancelled(call, call.contacts.all(), now)
    return call


def _require_planned(call: Call) -> None:
    """Lock the call. Raises NotAllowedNow if it was cancelled."""
    if Call.objects.select_for_update().get(pk=call.pk).cancelled_at:
        raise NotAllowedNow(_("This call was cancelled. Book a new one."))


def _validate(client: Client, contacts: Sequence[Contact], minutes: int, anyway: bool) -> None:
    if not SHORTEST <= minutes <= LONGEST:
        message = _("A call takes between %(least)s and %(most)s minutes.") % {
            "least": SHORTEST,
            "most": LONGEST,
        }
        raise InvalidCall(message, field="minutes")
    if not contacts or any(contact.client_id != client.pk for contact in contacts):
        raise InvalidCall(_("Choose whom the call is with."), field="contacts")
    if not anyway and not any(contact.is_decision_maker for contact in contacts):
        raise NobodyDecides(_("Nobody on this call decides."))

"""Emails the people on a call when it is booked, moved or cancelled, with a calendar file to open.

The address of the file holds a signed token, so that it opens without signing in. The file says
when and with whom, and nothing of the notes (rule 37).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _

from clients.models import Call, Contact
from core import formats, links
from core.dates import local_day
from core.documents import calendar_file
from core.outbox import emails

KEPT = timedelta(days=30)  # how long after its call a calendar file opens


def invite(call: Call, contacts: Iterable[Contact], now: datetime) -> None:
    """Email these contacts that the call is booked."""
    with translation.override(call.client.language):
        facts = _facts(call)
        subject = _("Call with %(business)s: %(when)s") % facts
        first = _("We have booked a call: %(when)s (%(zone)s), %(minutes)s minutes.") % facts
        second = _("If this time does not suit you, please reply to this email.")
    for contact in contacts:
        _email(call, contact, "call_booked", subject, [first, second], now)


def tell_new_time(call: Call, contacts: Iterable[Contact], now: datetime) -> None:
    """Email these contacts that the call has another time or length."""
    with translation.override(call.client.language):
        facts = _facts(call)
        subject = _("New time for our call: %(when)s") % facts
        first = _("Our call has a new time: %(when)s (%(zone)s), %(minutes)s minutes.") % facts
        second = _("Open the calendar file again: it replaces the old entry.")
    for contact in contacts:
        _email(call, contact, "call_moved", subject, [first, second], now)


def tell_cancelled(call: Call, contacts: Iterable[Contact], now: datetime) -> None:
    """Email these contacts that the call does not take place for them."""
    with translation.override(call.client.language):
        facts = _facts(call)
        subject = _("Cancelled: our call on %(when)s") % facts
        first = _("Our call on %(when)s (%(zone)s) is cancelled.") % facts
        second = _("Please remove it from your calendar. To find a new time, reply to this email.")
    for contact in contacts:
        _email(call, contact, "call_cancelled", subject, [first, second], now)


def _email(
    call: Call, contact: Contact, kind: str, subject: str, said: list[str], now: datetime
) -> None:
    if call.client.is_sample:
        return
    language, has_file = call.client.language, kind != "call_cancelled"
    with translation.override(language):
        button = _("Add it to your calendar") if has_file else ""
    emails.write(
        kind=kind,
        ref=f"{call.pk}:{call.moved}:{contact.pk}",
        to=contact.email,
        template="note",
        context={
            "subject": subject,
            "name": contact.name,
            "paragraphs": said,
            "button": button,
            "link": links.placeholder("calendar", call.pk, contact.pk) if has_file else "",
        },
        language=language,
        business=call.business,
        now=now,
    )


def _facts(call: Call) -> dict[str, str | int]:
    """When the call is, in the client's time zone and the active language, and with whom."""
    zone = call.client.time_zone
    day = local_day(call.starts_at, zone)
    moment = {
        "weekday": formats.weekday(day),
        "day": formats.day(day),
        "time": f"{call.starts_at.astimezone(ZoneInfo(zone)):%H:%M}",
    }
    return {
        "business": call.business.name,
        "when": _("%(weekday)s, %(day)s, %(time)s") % moment,
        "zone": zone.replace("_", " "),
        "minutes": call.minutes,
    }


def file_of(token: str, now: datetime) -> tuple[str, str] | None:
    """The calendar file of a token, and its title.

    None if the token is forged, if its person is no longer known, or if the call is long over. For
    a person who is no longer on the call, it takes the event out of their calendar.
    """
    known = links.call_and_contact_of(token)
    if known is None:
        return None
    call_id, contact_id = known
    calls = Call.objects.filter(business__is_suspended=False)
    call = calls.filter(pk=call_id).select_related("client", "business__owner").first()
    if call is None or now >= call.ends_at + KEPT:
        return None
    if contact_id is None:
        return client_file(call, now)
    if not call.client.contacts.filter(pk=contact_id).exists():
        return None
    is_on_it = call.contacts.filter(pk=contact_id, is_active=True).exists()
    return client_file(call, now, leaves=not is_on_it)


def client_file(call: Call, now: datetime, *, leaves: bool = False) -> tuple[str, str]:
    """The calendar file of a call as its guests get it, and its title, in the client's language.

    For somebody who `leaves` the call it is cancelled.
    """
    with translation.override(call.client.language):
        title = _("Call with %(business)s") % {"business": call.business.name}
    owner = call.business.owner
    event = calendar_file.Event(
        uid=f"{call.pk}@retainerhub",
        version=call.moved,
        starts_at=call.starts_at,
        minutes=call.minutes,
        written_at=now,
        title=title,
        text=f"{owner.get_full_name() or call.business.name} <{owner.email}>",
        url="",
        is_cancelled=leaves or call.cancelled_at is not None,
    )
    return calendar_file.write(event), title

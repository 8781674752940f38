"""Writes the security log, and emails its lines to those whom they are about (rule 84)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from core import formats, links
from core.audit import UNSEEN, Origin
from core.models import Business, SecurityEvent, User
from core.outbox import emails
from core.outbox.emails import Letter
from core.safety import devices
from core.safety.sentences import FAILED, TOLD, sentence
from core.tenancy import acting_for, business_of


@dataclass(frozen=True)
class By:
    """Who acts, and from where. `device_id` is the hash of the browser's cookie, if it matters."""

    who: str
    origin: Origin = UNSEEN
    device_id: str = ""


INSTALLATION = By("Retainer Hub")  # a command, or a job


def named(user: User) -> str:
    """A user in words: name and address."""
    return f"{user.name} <{user.email}>" if user.name else user.email


def write(
    *,
    what: str,
    person: User,
    by: By,
    now: datetime,
    business: Business | None = None,
    facts: Mapping[str, str] | None = None,
    to: str = "",
    once: str = "",
) -> SecurityEvent:
    """Write one line, and email it to `person` unless its `what` has no subject.

    Call it inside the transaction of the change. `what` is a key of core.safety.sentences.TOLD, and
    `facts` are what its sentence names, without secrets. `to` is the former address where the
    address itself was changed: both get the email. Of lines with the same `once` the first is
    emailed. What a person does for a business that is not theirs names the `business`; what they do
    to their own account is in the log of their own business, or else of the team they work in.
    """
    told = TOLD[what]
    business = business or _log_of(person)
    with transaction.atomic():
        event = SecurityEvent.objects.create(
            business=business,
            kind=told.kind,
            what=what,
            facts={name: str(value)[:200] for name, value in (facts or {}).items()},
            person=person.pk,
            who=by.who[:250],
            ip=devices.plain_ip(by.origin.ip),
            device=devices.words(by.origin.user_agent),
            device_id=by.device_id,
            created_at=now,
        )
        if told.subject:
            _email(event, person, business, to, once)
    return event


def _log_of(person: User) -> Business | None:
    """The business in whose log a line about somebody's account is: their own, or their team's."""
    return business_of(person) or acting_for(person)[0]


def _email(
    event: SecurityEvent, person: User, business: Business | None, to: str, once: str
) -> None:
    """Store the email about a line, in the language of the business."""
    language = business.language if business else formats.language().code
    with translation.override(language):
        where = {
            "at": formats.moment(event.created_at, business.time_zone if business else "UTC"),
            "ip": event.ip or _("an unknown address"),
            "browser": event.device or _("an unknown program"),
        }
        context = {
            "subject": str(TOLD[event.what].subject),
            "name": person.name,
            "paragraphs": [
                sentence(event),
                _("It happened on %(at)s, from %(ip)s, with %(browser)s.") % where,
                *_who_else(event, person),
                _advice(event),
            ],
            **_button(event),
        }
    copies = [Letter(person.email, "note", context, language)] if to else []
    emails.write(
        kind="security",
        ref=(once or str(event.pk))[:80],
        to=to or person.email,
        template="note",
        context=context,
        language=language,
        now=event.created_at,
        copies=copies,
    )


def _advice(event: SecurityEvent) -> str:
    """What the email about a line recommends."""
    if TOLD[event.what].is_of_staff:
        return _(
            "What administrators open and do is in your security log, with their reasons. If you "
            "do not know why this was done, ask the administrator of this installation."
        )
    return _(
        "If it was you, there is nothing to do. If it was not, secure your account at once: end "
        "all other sessions and choose a new password. If you cannot sign in any more, tell the "
        "administrator of this installation."
    )


def _button(event: SecurityEvent) -> dict[str, str]:
    """The button of the email about a line; a suspended business has no page to lead to."""
    if event.what == "business_suspended":
        return {}
    if TOLD[event.what].is_of_staff:
        link = links.absolute_url("dashboard:security_log")
        return {"button": _("Open the security log"), "link": link}
    return {"button": _("Secure your account"), "link": links.absolute_url("dashboard:not_me")}


def _who_else(event: SecurityEvent, person: User) -> list[str]:
    """Who did it, where somebody of the team of `person` did."""
    is_another = bool(event.ip or event.device) and event.who != named(person)
    return [_("It was done by %(who)s.") % {"who": event.who}] if is_another else []


def count_failure(*, person: User, origin: Origin, now: datetime) -> None:
    """Count a failed sign-in: one line an hour for each person, whatever is tried.

    The line names where the first one came from. It is not emailed, because anybody could then fill
    somebody's mailbox.
    """
    hour = now.replace(minute=0, second=0, microsecond=0)
    this_hour = SecurityEvent.objects.filter(person=person.pk, kind=TOLD[FAILED].kind, hour=hour)
    if this_hour.update(count=F("count") + 1):
        return
    _line, is_new = SecurityEvent.objects.get_or_create(
        person=person.pk,
        kind=TOLD[FAILED].kind,
        hour=hour,
        defaults={
            "business": _log_of(person),
            "what": FAILED,
            "facts": {"email": person.email},
            "ip": devices.plain_ip(origin.ip),
            "device": devices.words(origin.user_agent),
            "created_at": now,
        },
    )
    if not is_new:  # another try has just made it
        this_hour.update(count=F("count") + 1)

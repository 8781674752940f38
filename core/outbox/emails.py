"""Letters: written with the fact they tell, sent after it, tried again, and sent once."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import translation

from core import links, nudge
from core.documents import store
from core.models import Business, Document, OutboxEmail
from core.models.outbox import OutboxState

LEASE = timedelta(minutes=5)
BACK_OFF = (
    1,
    5,
    15,
    60,
    240,
    720,
)  # minutes; after the last the letter has failed and a person looks
SUBJECT_MAX = 200


@dataclass(frozen=True)
class Letter:
    """A letter before it is written: what `write` takes."""

    to: str
    template: str
    context: Mapping[str, Any]
    language: str
    business: Business | None = None
    attachment: Document | None = None
    reply_to: str = ""


#: Who writes the letters that were only announced (`post`), by kind; a room's own module registers itself.
COMPOSERS: dict[str, Callable[[str, datetime], Letter]] = {}


def write(
    *,
    kind: str,
    ref: str,
    to: str,
    template: str,
    context: Mapping[str, Any],
    language: str,
    now: datetime,
    business: Business | None = None,
    attachment: Document | None = None,
    reply_to: str = "",
) -> OutboxEmail:
    """Put a letter into the outbox once per (kind, ref); the one already there is returned unchanged.

    Renders emails/<template>.{subject.txt,txt,html} in `language`. Call it inside the transaction of the fact. An
    answer goes to `reply_to`, or to the business's owner.
    """
    there = OutboxEmail.objects.filter(kind=kind, ref=ref).first()
    if there:
        return there
    fields = _rendered(Letter(to, template, context, language, business, attachment, reply_to))
    row, _made = OutboxEmail.objects.get_or_create(
        kind=kind, ref=ref, defaults={**fields, "created_at": now, "next_at": now}
    )
    nudge.ring("core.tasks.send_mail")
    return row


def post(kind: str, refs: Iterable[tuple[str, Business]], *, now: datetime) -> None:
    """Announce letters, once per (kind, ref); COMPOSERS[kind] writes each when it is sent. For many at once."""
    rows = [
        OutboxEmail(kind=kind, ref=ref, business=business, created_at=now, next_at=now)
        for ref, business in refs
    ]
    if rows:
        OutboxEmail.objects.bulk_create(rows, ignore_conflicts=True)
        nudge.ring("core.tasks.send_mail")


def _rendered(letter: Letter) -> dict[str, Any]:
    """The columns of a letter, in its language."""
    business, language = letter.business, letter.language
    reply_to = letter.reply_to or (business.owner.email if business else "")
    with translation.override(language):
        full = {
            "business": business,
            "site_url": settings.SITE_URL,
            "language": language,
            **letter.context,
        }
        subject = " ".join(render_to_string(f"emails/{letter.template}.subject.txt", full).split())
        text = render_to_string(f"emails/{letter.template}.txt", full)
        html = render_to_string(f"emails/{letter.template}.html", full)
    return {
        "business": business,
        "to": letter.to,
        "language": language,
        "subject": subject[:SUBJECT_MAX],
        "text": text,
        "html": html,
        "attachment": letter.attachment,
        "reply_to": reply_to,
    }


def compose(row: OutboxEmail, now: datetime) -> OutboxEmail:
    """Write a letter that was only announced. Its words come from facts that do not change."""
    if not row.text:
        with transaction.atomic():
            fields = _rendered(COMPOSERS[row.kind](row.ref, now))
            OutboxEmail.objects.filter(pk=row.pk).update(**fields)
        row.refresh_from_db()
    return row


def send_due(*, now: datetime, limit: int = 200) -> int:
    """Send what is due, each letter claimed by changing its row; the number sent."""
    sent = 0
    for letter in OutboxEmail.objects.due(now).order_by("next_at")[:limit]:
        if _claim(letter, now):
            sent += _deliver(letter, now)
    return sent


def _claim(letter: OutboxEmail, now: datetime) -> bool:
    rows = OutboxEmail.objects.due(now).filter(pk=letter.pk)
    return bool(rows.update(lease_until=now + LEASE, tries=F("tries") + 1))


def _deliver(letter: OutboxEmail, now: datetime) -> int:
    try:
        _message(compose(letter, now)).send()
    except Exception as error:  # noqa: BLE001 - whatever a mail server does, the letter is tried again
        _postpone(letter, now, error)
        return 0
    OutboxEmail.objects.filter(pk=letter.pk).update(
        state=OutboxState.SENT, sent_at=now, lease_until=None, error=""
    )
    return 1


def again(*, letter: OutboxEmail, now: datetime) -> bool:
    """Try a letter that failed once more, from the beginning; whether it had failed."""
    failed = OutboxEmail.objects.filter(pk=letter.pk, state=OutboxState.FAILED)
    return bool(failed.update(state=OutboxState.WAITING, tries=0, next_at=now, error=""))


def is_refused(error: Exception) -> bool:
    """Whether the mail server said for good that nobody has this address (RFC 5321: a reply of 5xx)."""
    if not isinstance(error, SMTPRecipientsRefused):
        return False
    return all(code >= 500 for code, _said in error.recipients.values())


def _postpone(letter: OutboxEmail, now: datetime, error: Exception) -> None:
    waits = () if is_refused(error) else BACK_OFF[letter.tries : letter.tries + 1]
    with transaction.atomic():
        OutboxEmail.objects.filter(pk=letter.pk).update(
            error=f"{type(error).__name__}: {error}"[:300],
            lease_until=None,
            next_at=now + timedelta(minutes=waits[0]) if waits else now,
            **({} if waits else {"state": OutboxState.FAILED}),
        )


def _message(letter: OutboxEmail) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        letter.subject,
        links.fill(letter.text),
        settings.DEFAULT_FROM_EMAIL,
        [letter.to],
        reply_to=[letter.reply_to] if letter.reply_to else None,
        headers={"Message-ID": f"<{letter.id}@{settings.MAIL_DOMAIN}>"},
        connection=get_connection(),
    )
    if letter.html:
        message.attach_alternative(links.fill(letter.html), "text/html")
    if letter.attachment:
        message.attach(
            f"{letter.attachment.title}.pdf", store.read(letter.attachment), "application/pdf"
        )
    return message

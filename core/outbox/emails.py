"""Stores emails in the outbox, in the transaction of the event that they report, and sends them.

An email that cannot be sent is tried again later. Of several emails with the same (kind, ref) only
the first is stored, so that no event is reported twice.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy

from core import links, nudge
from core.documents import store
from core.jobs import batches, set_aside
from core.jobs.set_aside import Step
from core.models import Business, Document, OutboxEmail
from core.models.outbox import OutboxState, new_mark

SEND = Step(
    "send_mail",
    "core.tasks.send_mail",
    gettext_lazy("Send the email"),
    OutboxEmail,
    title="subject",
    page=("letters", "business_id"),
)
LEASE = timedelta(minutes=5)  # how long a worker that claimed an email has for sending it
#: Minutes to wait after each failed try. After the last one the email has failed for good, and the
#: owner can send it again from the email log.
BACK_OFF = (1, 5, 15, 60, 240, 720)
SUBJECT_MAX = 200  # characters


@dataclass(frozen=True)
class Letter:
    """The contents of an email before it is rendered; the fields are those of `write`."""

    to: str
    template: str
    context: Mapping[str, Any]
    language: str
    business: Business | None = None
    attachment: Document | None = None
    reply_to: str = ""


#: For each kind of email that `post` stores: the function that makes its contents when it is sent,
#: from its `ref` and the present time. The module that owns the kind registers it here.
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
    """Render an email and store it in the outbox, in the transaction of the event it reports.

    The templates are emails/<template>.subject.txt, .txt and .html, rendered in `language`. If
    there is an email of this (kind, ref) already, it is returned unchanged. Replies go to
    `reply_to`, or to the owner of `business`.
    """
    existing = OutboxEmail.objects.filter(kind=kind, ref=ref).first()
    if existing:
        return existing
    fields = _rendered(Letter(to, template, context, language, business, attachment, reply_to))
    row, _created = OutboxEmail.objects.get_or_create(
        kind=kind, ref=ref, defaults={**fields, "created_at": now, "next_at": now}
    )
    nudge.ring("core.tasks.send_mail")
    return row


def post(kind: str, refs: Iterable[tuple[str, Business]], *, now: datetime) -> None:
    """Store many emails of one kind in the outbox without rendering them.

    COMPOSERS[kind] makes the contents of each when it is sent. `refs` holds (ref, business) pairs;
    a (kind, ref) that is in the outbox already is skipped.
    """
    rows = [
        OutboxEmail(kind=kind, ref=ref, business=business, created_at=now, next_at=now)
        for ref, business in refs
    ]
    if rows:
        OutboxEmail.objects.bulk_create(rows, ignore_conflicts=True)
        nudge.ring("core.tasks.send_mail")


def _rendered(contents: Letter) -> dict[str, Any]:
    """The columns of an email's row, rendered in the email's language."""
    business, language = contents.business, contents.language
    reply_to = contents.reply_to or (business.owner.email if business else "")
    template, mark = f"emails/{contents.template}", new_mark()
    values = {
        name: value.marked(mark) if isinstance(value, links.Placeholder) else value
        for name, value in contents.context.items()
    }
    with translation.override(language):
        context = {
            "business": business,
            "site_url": settings.SITE_URL,
            "language": language,
            **values,
        }
        # A subject is one line: line breaks of the template become spaces.
        subject = " ".join(render_to_string(f"{template}.subject.txt", context).split())
        text = render_to_string(f"{template}.txt", context)
        html = render_to_string(f"{template}.html", context)
    return {
        "business": business,
        "to": contents.to,
        "language": language,
        "subject": subject[:SUBJECT_MAX],
        "text": text,
        "html": html,
        "mark": mark,
        "attachment": contents.attachment,
        "reply_to": reply_to,
    }


def compose(row: OutboxEmail, now: datetime) -> OutboxEmail:
    """Render an email that `post` stored, and save it. A rendered email is returned unchanged.

    A second call would render the same text, because it is made from facts that do not change.
    """
    if not row.text:
        with transaction.atomic():
            fields = _rendered(COMPOSERS[row.kind](row.ref, now))
            OutboxEmail.objects.filter(pk=row.pk).update(**fields)
        row.refresh_from_db()
    return row


def send_due(*, now: datetime, limit: int = 200) -> int:
    """Send at most `limit` of the emails that are due. Returns the number sent."""
    due = set_aside.without_waiting(OutboxEmail.objects.due(now), SEND, now).order_by("next_at")
    ids = list(due.values_list("pk", flat=True)[:limit])
    return batches.run_each(SEND, ids, lambda pk: _claim_and_send(pk, now), now=now, atomic=False)


def _claim_and_send(pk: UUID, now: datetime) -> int:
    """Send one email, unless another worker was faster; the number sent (0 or 1)."""
    email = OutboxEmail.objects.due(now).filter(pk=pk).first()
    return _send(email, now) if email and _claim(email, now) else 0


def _claim(email: OutboxEmail, now: datetime) -> bool:
    """Lease an email to this worker; False if another worker was faster."""
    rows = OutboxEmail.objects.due(now).filter(pk=email.pk)
    with transaction.atomic():
        return bool(rows.update(lease_until=now + LEASE, tries=F("tries") + 1))


def _send(email: OutboxEmail, now: datetime) -> int:
    """Send one claimed email; the number sent (0 or 1)."""
    try:
        message(compose(email, now)).send()
    except Exception as error:  # noqa: BLE001 - whatever fails, the email is tried again later
        _postpone(email, now, error)
        return 0
    OutboxEmail.objects.filter(pk=email.pk).update(
        state=OutboxState.SENT, sent_at=now, lease_until=None, error=""
    )
    return 1


def again(*, letter: OutboxEmail, now: datetime) -> bool:
    """Put a failed email back into the queue, with its full number of tries.

    Returns False if the email had not failed.
    """
    failed = OutboxEmail.objects.filter(pk=letter.pk, state=OutboxState.FAILED)
    return bool(failed.update(state=OutboxState.WAITING, tries=0, next_at=now, error=""))


def is_refused_for_good(error: Exception) -> bool:
    """Whether the mail server refused every recipient permanently (RFC 5321: a reply of 5xx)."""
    if not isinstance(error, SMTPRecipientsRefused):
        return False
    return all(code >= 500 for code, _reply in error.recipients.values())


def _postpone(email: OutboxEmail, now: datetime, error: Exception) -> None:
    """Note the error, and set the time of the next try; without one left the email has failed."""
    # The row was read before the claim counted this try: `tries` is the number of earlier tries.
    # (Rendering an email that `post` stored reads the row again, and so skips the first wait.)
    waits = () if is_refused_for_good(error) else BACK_OFF[email.tries : email.tries + 1]
    with transaction.atomic():
        OutboxEmail.objects.filter(pk=email.pk).update(
            error=f"{type(error).__name__}: {error}"[:300],
            lease_until=None,
            next_at=now + timedelta(minutes=waits[0]) if waits else now,
            **({} if waits else {"state": OutboxState.FAILED}),
        )


def message(email: OutboxEmail) -> EmailMultiAlternatives:
    """The message to send, in which links and codes have replaced their placeholders."""
    outgoing = EmailMultiAlternatives(
        email.subject,
        links.fill(email.text, email.mark),
        settings.DEFAULT_FROM_EMAIL,
        [email.to],
        reply_to=[email.reply_to] if email.reply_to else None,
        # The same id at every try: a mail program then shows an email that was sent twice only
        # once.
        headers={"Message-ID": f"<{email.id}@{settings.MAIL_DOMAIN}>"},
        connection=get_connection(),
    )
    if email.html:
        outgoing.attach_alternative(links.fill(email.html, email.mark), "text/html")
    if email.attachment:
        outgoing.attach(
            f"{email.attachment.title}.pdf", store.read(email.attachment), "application/pdf"
        )
    return outgoing

"""Stores emails in the outbox, in the transaction of the event that they report, and sends them.

An email that cannot be sent is tried again later. Of several emails with the same (kind, ref) only
the first is stored, so that no event is reported twice.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import formataddr, parseaddr
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Case, SmallIntegerField, When
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from core import links, nudge
from core.continuity import standing
from core.documents import logos, store
from core.errors import SampleClient
from core.jobs import batches, set_aside
from core.jobs.reasons import is_time_up
from core.jobs.set_aside import Step
from core.models import Business, Document, OutboxEmail
from core.models.business import ACCENT_COLOURS, Accent
from core.models.outbox import UNDELIVERED, OutboxState, new_mark
from core.outbox import bounces, mail_server, own_wording, quota
from core.outbox.mail_server import MailServer
from core.outbox.own_wording import OwnWords

SEND = Step(
    "send_mail",
    "core.tasks.send_mail",
    gettext_lazy("Send the email"),
    OutboxEmail,
    title="subject",
    page=("letters", "business_id"),
)
#: How long a worker that claimed an email has for sending it: longer than its task may run
#: (core.jobs.queues.MAIL) and clocks may differ, so that no email is claimed while somebody still
#: sends it.
LEASE = timedelta(minutes=10)
PASS = timedelta(minutes=1)  # after this time a pass begins no further email; the next one goes on
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
    worded: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    copies: Sequence["Letter"] = ()  # what others get of the same event


#: The addresses of sample clients end with it. No mail server takes them (RFC 2606), nor do we.
SAMPLE_DOMAIN = "@example.invalid"

#: For each kind of email that `post` stores: the function that makes its contents when it is sent,
#: from its `ref` and the present time. The module that owns the kind registers it here.
COMPOSERS: dict[str, Callable[[str, datetime], Letter]] = {}

#: The kinds whose composer has to render a PDF. They are sent after the others, which somebody may
#: be waiting for.
WITH_PDF: set[str] = set()
ATTACHED_MOST = 7_000_000  # bytes of a PDF; mail servers take about 10 MB with its encoding


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
    worded: str = "",
    values: Mapping[str, str] | None = None,
    own: OwnWords | None = None,
    copies: Sequence[Letter] = (),
) -> OutboxEmail:
    """Render an email and store it in the outbox, in the transaction of the event it reports.

    The templates are emails/<template>.subject.txt, .txt and .html, rendered in `language` with
    the name, the `logo` and the `accent` colour of the business. If
    there is an email of this (kind, ref) already, it is returned unchanged. Replies go to
    `reply_to`, or to the owner of `business`. `worded` is the key under which the business may have
    written its own subject and opening (core.outbox.own_wording), with the `values` that they name;
    `own` are such words that are not saved. `copies` are what others get of the same event.
    """
    existing = OutboxEmail.objects.filter(kind=kind, ref=ref).first()
    if existing:
        return existing
    contents = Letter(
        to, template, context, language, business, attachment, reply_to, worded, values or {}
    )
    fields = rendered(contents, own or own_wording.words_of(contents))
    row, created = OutboxEmail.objects.get_or_create(
        kind=kind, ref=ref, defaults={**fields, "created_at": now, "next_at": now}
    )
    if created:
        _store_copies(row, copies, now)
    nudge.ring("core.tasks.send_mail")
    return row


def _store_copies(row: OutboxEmail, copies: Sequence[Letter], now: datetime) -> None:
    """Store what others get of the event of an email, each address once."""
    seen = {row.to.lower()}
    for number, contents in enumerate(copies, 1):
        if contents.to.lower() in seen:
            continue
        seen.add(contents.to.lower())
        fields = rendered(contents, own_wording.words_of(contents))
        OutboxEmail.objects.get_or_create(
            kind=row.kind,
            ref=f"{row.ref}~{number}"[-80:],
            defaults={**fields, "copy_of": row, "created_at": now, "next_at": now},
        )


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


def rendered(contents: Letter, own: OwnWords) -> dict[str, Any]:
    """The columns of an email's row, rendered in the email's language with the words of `own`.

    Raises SampleClient.
    """
    if contents.to.lower().endswith(SAMPLE_DOMAIN):
        raise SampleClient(_("No email is written to a sample client."))
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
            "logo": logos.email_address(business),
            "accent": business.accent_colour if business else ACCENT_COLOURS[Accent.INDIGO],
            "site_url": settings.SITE_URL,
            "language": language,
            "own": own.paragraphs,
            **values,
        }
        # A subject is one line: line breaks of the template become spaces.
        said = own.subject or render_to_string(f"{template}.subject.txt", context)
        subject = " ".join(said.split())
        if "test_notice" in context:
            test = pgettext("an email to look at", "Test")
            subject = f"{test} – {subject}"
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
        "attachment": _attachable(contents.attachment),
        "reply_to": reply_to,
    }


def _attachable(document: Document | None) -> Document | None:
    """The document, unless it is larger than what mail servers take; the email links to it."""
    return document if document and document.size <= ATTACHED_MOST else None


def compose(row: OutboxEmail, now: datetime) -> OutboxEmail:
    """Render an email that `post` stored, and save it. A rendered email is returned unchanged.

    A second call would render the same text, because it is made from facts that do not change.
    """
    if not row.text:
        with transaction.atomic():
            contents = COMPOSERS[row.kind](row.ref, now)
            fields = rendered(contents, own_wording.words_of(contents))
            OutboxEmail.objects.filter(pk=row.pk).update(**fields)
            row.refresh_from_db()
            _store_copies(row, contents.copies, now)
        if contents.copies:
            nudge.ring("core.tasks.send_mail")
    return row


def are_waiting() -> bool:
    """Whether no email goes out now: the mail server does not work, or nothing is to go out."""
    return mail_server.is_away() or standing.in_doubt() is not None


def send_due(*, now: datetime, limit: int = 200) -> int:
    """Send at most `limit` of the emails that are due; return the number sent.

    Raises StandsStill.
    """
    standing.advance(now=now)
    quota.hold_back(now)
    clock = _clock(now)
    waiting = set_aside.without_waiting(OutboxEmail.objects.due(now), SEND, now)
    due = waiting.order_by(_has_pdf_to_make(), "next_at")
    ids = list(due.values_list("pk", flat=True)[:limit])
    if not ids or not mail_server.may_try(now):
        return 0
    with MailServer(clock) as server:
        return batches.run_each(
            SEND,
            ids,
            lambda pk: _claim_and_send(pk, server, clock, now + PASS),
            now=now,
            atomic=False,
        )


def _has_pdf_to_make() -> Case:
    """1 for an email whose PDF is to be made before it can be sent, else 0."""
    to_make = When(kind__in=WITH_PDF, text="", then=1)
    return Case(to_make, default=0, output_field=SmallIntegerField())


def _clock(now: datetime) -> Callable[[], datetime]:
    """Return a clock that starts at `now`: a pass may last, and each lease counts from its own."""
    began = time.monotonic_ns()
    return lambda: now + timedelta(microseconds=(time.monotonic_ns() - began) // 1000)


def _claim_and_send(
    pk: UUID, server: MailServer, clock: Callable[[], datetime], end: datetime
) -> int:
    """Send one email, unless another worker was faster; the number sent (0 or 1)."""
    if clock() >= end or not server.is_ready():
        return 0
    now = clock()
    email = OutboxEmail.objects.due(now).filter(pk=pk).select_related("business__owner").first()
    return _send(email, server, clock) if email and _claim(email, now) else 0


def _claim(email: OutboxEmail, now: datetime) -> bool:
    """Lease an email to this worker; False if another worker was faster."""
    rows = OutboxEmail.objects.due(now).filter(pk=email.pk)
    email.lease_until, email.tries = now + LEASE, email.tries + 1
    with transaction.atomic():
        return bool(rows.update(lease_until=email.lease_until, tries=email.tries))


def _send(email: OutboxEmail, server: MailServer, clock: Callable[[], datetime]) -> int:
    """Send one claimed email; the number sent (0 or 1)."""
    try:
        server.send(message(compose(email, clock())))
    except Exception as error:
        if is_time_up(error):
            raise  # whether it was sent is not known: it is sent again when its lease is over
        _postpone(email, clock(), error)
        return 0
    OutboxEmail.objects.filter(pk=email.pk, state=OutboxState.WAITING).update(
        state=OutboxState.SENT, sent_at=clock(), lease_until=None, error=""
    )
    return 1


def again(*, letter: OutboxEmail, now: datetime) -> bool:
    """Put an email that failed or came back into the queue, with its full number of tries.

    Returns False if it neither failed nor came back, or if its text or a link in it was deleted.
    """
    if not links.exist(links.links_in(letter.text, letter.mark)):
        return False
    undelivered = OutboxEmail.objects.filter(
        pk=letter.pk, state__in=UNDELIVERED, emptied_at__isnull=True
    )
    fresh = {"tries": 0, "next_at": now, "error": "", "bounced_at": None}
    return bool(undelivered.update(state=OutboxState.WAITING, **fresh))


def _postpone(email: OutboxEmail, now: datetime, error: Exception) -> None:
    """Note the error, and set the time of the next try; without one left the email has failed.

    Nothing is noted if somebody else has claimed the email since.
    """
    is_final = mail_server.is_refused_for_good(error)
    waits = () if is_final else BACK_OFF[email.tries - 1 : email.tries]
    mine = OutboxEmail.objects.filter(
        pk=email.pk, state=OutboxState.WAITING, lease_until=email.lease_until
    )
    with transaction.atomic():
        mine.update(
            error=f"{type(error).__name__}: {error}"[:300],
            lease_until=None,
            next_at=now + timedelta(minutes=waits[0]) if waits else now,
            **({} if waits else {"state": OutboxState.FAILED}),
        )


def _sender(email: OutboxEmail) -> str:
    """The address of the installation: for clients with the name of the business."""
    business = email.business
    if business is None or not business.name or email.to == business.owner.email:
        return str(settings.DEFAULT_FROM_EMAIL)
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return formataddr((" ".join(business.name.split()), address))


def message(email: OutboxEmail) -> EmailMultiAlternatives:
    """The message to send, in which links and codes have replaced their placeholders."""
    outgoing = EmailMultiAlternatives(
        email.subject,
        links.fill(email.text, email.mark),
        bounces.return_path(email.pk) or settings.DEFAULT_FROM_EMAIL,
        [email.to],
        reply_to=[email.reply_to] if email.reply_to else None,
        # The same id at every try: a mail program then shows an email that was sent twice only
        # once.
        headers={
            "From": _sender(email),
            "Message-ID": f"<{bounces.message_id(email.pk)}>",
        },
    )
    if email.html:
        outgoing.attach_alternative(links.fill(email.html, email.mark), "text/html")
    if email.attachment:
        outgoing.attach(
            f"{email.attachment.title}.pdf", store.read(email.attachment), "application/pdf"
        )
    return outgoing

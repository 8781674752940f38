"""Stores what a client answers to what was delivered: approved, or a change requested (rule 77).

Approving is never required and changes nothing about billing. A requested change is a request,
with its promised response time and its messages.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.models import Period
from clients.models import Contact
from core import audit, links
from core.audit import Origin
from core.errors import NotAllowedNow
from core.models.notification import Event
from core.outbox import owner_notes
from delivery.models import Deliverable, Request, WorkAnswer
from delivery.requests import client_requests
from delivery.requests.request_messages import LONGEST_TITLE, clean_text
from delivery.rules.states import WorkAnswerKind
from delivery.work import pieces
from delivery.work.closed_periods import lock_open_period
from delivery.work.pieces import Piece

APPROVED, CHANGE, TAKEN_BACK = "work_approved", "work_change_asked", "work_approval_taken_back"


def approve(
    *, chosen: Sequence[Piece], period: Period, contact: Contact, now: datetime, origin: Origin
) -> list[WorkAnswer]:
    """Approve what was delivered, all of one `period`, and tell the owner as they chose.

    What was answered in the meantime is left out. Raises NotAllowedNow if nothing is left, and
    AlreadySent.
    """
    with transaction.atomic():
        lock_open_period(period)
        wanted = {(piece.deliverable.pk, piece.key) for piece in chosen}
        waiting = [
            piece
            for piece in pieces.waiting_of(_fresh(piece.deliverable for piece in chosen))
            if (piece.deliverable.pk, piece.key) in wanted
        ]
        if not waiting:
            raise NotAllowedNow(_("This was answered already."))
        answers = [_store(piece, WorkAnswerKind.APPROVED, contact, now) for piece in waiting]
        for piece in waiting:
            _audit(APPROVED, period, piece.deliverable, piece.count, contact, now, origin)
        _tell_owner(period, waiting, answers[0], contact, now)
    return answers


def ask_for_change(
    *, piece: Piece, period: Period, text: str, contact: Contact, now: datetime, origin: Origin
) -> Request:
    """Ask for a change of what was delivered, in a new request; the owner is emailed about it.

    Raises NoText, NotAllowedNow when it was answered already, NotOpen and AlreadySent.
    """
    words = clean_text(text)
    with transaction.atomic():
        lock_open_period(period)
        fresh = [
            each for each in pieces.waiting_of(_fresh([piece.deliverable])) if each.key == piece.key
        ]
        if not fresh:
            raise NotAllowedNow(_("This was answered already."))
        with translation.override(period.agreement.language):
            title = _("Change: %(title)s") % {"title": piece.title}
        request = client_requests.create_request(
            contact=contact, agreement=period.agreement, text=words, title=title, now=now
        )
        _store(fresh[0], WorkAnswerKind.CHANGE, contact, now, request)
        _audit(CHANGE, period, piece.deliverable, fresh[0].count, contact, now, origin)
    return request


def take_back(
    *, piece: Piece, period: Period, contact: Contact, now: datetime, origin: Origin
) -> None:
    """Take an approval back, until the report of the period is sent.

    Raises NotAllowedNow when there is none, and AlreadySent.
    """
    with transaction.atomic():
        lock_open_period(period)
        found = WorkAnswer.objects.filter(
            deliverable=piece.deliverable,
            handover=piece.handover,
            kind=WorkAnswerKind.APPROVED,
            ended_at__isnull=True,
        )
        if not found.update(ended_at=now):
            raise NotAllowedNow(_("This is no longer approved."))
        _audit(TAKEN_BACK, period, piece.deliverable, piece.count, contact, now, origin)


def _fresh(rows: Iterable[Deliverable]) -> list[Deliverable]:
    """Read these deliverables again, with what was delivered of them; their period is locked."""
    known = Deliverable.objects.filter(pk__in={row.pk for row in rows})
    return list(pieces.delivered(known).order_by("position"))


def _store(
    piece: Piece,
    kind: WorkAnswerKind,
    contact: Contact,
    now: datetime,
    request: Request | None = None,
) -> WorkAnswer:
    """Write the answer; one that was given before ends."""
    if piece.answer:
        WorkAnswer.objects.filter(pk=piece.answer.pk).update(ended_at=now)
    return WorkAnswer.objects.create(
        business_id=contact.business_id,
        deliverable=piece.deliverable,
        handover=piece.handover,
        kind=kind,
        pieces=piece.count,
        contact=contact,
        request=request,
        created_at=now,
    )


def _audit(
    event: str,
    period: Period,
    deliverable: Deliverable,
    count: int,
    contact: Contact,
    now: datetime,
    origin: Origin,
) -> None:
    audit.record(
        business=contact.business,
        chain_id=period.agreement_id,
        event=event,
        actor=f"{contact.name} <{contact.email}>",
        now=now,
        origin=origin,
        data={
            "words": f"{count} × {deliverable.title}",
            "starts_on": period.starts_on.isoformat(),
        },
    )


def _tell_owner(
    period: Period, approved: Sequence[Piece], first: WorkAnswer, contact: Contact, now: datetime
) -> None:
    """Tell the owner in one email or sentence what was approved."""
    business, count = contact.business, sum(piece.count for piece in approved)
    with translation.override(business.language):
        titles = ", ".join(dict.fromkeys(piece.deliverable.title for piece in approved))
        values = {"client": contact.client.name, "name": contact.name, "n": count, "what": titles}
        subject = _("%(client)s approved: %(what)s") % values
        sentence = (
            ngettext(
                "%(name)s of %(client)s approved %(n)s delivered item: %(what)s.",
                "%(name)s of %(client)s approved %(n)s delivered items: %(what)s.",
                count,
            )
            % values
        )
        owner_notes.tell(
            business=business,
            event=Event.APPROVED,
            kind=APPROVED,
            ref=str(first.pk),
            subject=subject[:LONGEST_TITLE],
            paragraphs=[sentence],
            button=_("Open the work"),
            url=links.absolute_url("dashboard:work", period.pk),
            reply_to=contact.email,
            now=now,
        )

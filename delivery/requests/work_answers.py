"""Stores what a client answers to what was delivered: approved, or a change requested (rule 77).

Approving is never required and changes nothing about billing. A requested change is a request,
with its promised response time and its messages.
"""

from collections import Counter
from collections.abc import Sequence
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

    What was answered or changed in the meantime is left out. Raises NotAllowedNow if nothing is
    left or the business asks for no approval, and AlreadySent.
    """
    with transaction.atomic():
        lock_open_period(period)
        waiting = _still_waiting(chosen, contact)
        answers = [_store(piece, WorkAnswerKind.APPROVED, contact, now) for piece in waiting]
        counts = Counter[Deliverable]()
        for piece in waiting:
            counts[piece.deliverable] += piece.count
        for deliverable, count in counts.items():
            _audit(APPROVED, period, deliverable, count, contact, now, origin)
        _tell_approved(period, waiting, answers[0], contact, now)
    return answers


def ask_for_change(
    *, piece: Piece, period: Period, text: str, contact: Contact, now: datetime, origin: Origin
) -> Request:
    """Ask for a change of what was delivered, in a new request; the owner is emailed about it.

    Raises NoText, NotOpen, AlreadySent, and NotAllowedNow when it was answered or changed already
    or the business asks for no approval.
    """
    words = clean_text(text)
    with transaction.atomic():
        lock_open_period(period)
        (fresh,) = _still_waiting([piece], contact)
        with translation.override(period.agreement.language):
            title = _("Change: %(title)s") % {"title": piece.title}
        request = client_requests.create_request(
            contact=contact, agreement=period.agreement, text=words, title=title, now=now
        )
        _store(fresh, WorkAnswerKind.CHANGE, contact, now, request)
        _audit(CHANGE, period, piece.deliverable, fresh.count, contact, now, origin)
    return request


def take_back(
    *, piece: Piece, period: Period, contact: Contact, now: datetime, origin: Origin
) -> None:
    """Take an approval back, until the report of the period is sent, and tell the owner.

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
        answer = found.first()
        if answer is None:
            raise NotAllowedNow(_("This is no longer approved."))
        found.update(ended_at=now)
        _audit(TAKEN_BACK, period, piece.deliverable, piece.count, contact, now, origin)
        _tell_taken_back(period, answer, contact, now)


def _still_waiting(chosen: Sequence[Piece], contact: Contact) -> list[Piece]:
    """Read again which of these wait for an answer as they were seen; their period is locked."""
    if not contact.business.asks_approval:
        sentence = _("%(business)s does not ask for approval.")
        raise NotAllowedNow(sentence % {"business": contact.business.name})
    rows = Deliverable.objects.filter(pk__in={piece.deliverable.pk for piece in chosen})
    seen = {piece.seen for piece in chosen}
    fresh = pieces.waiting_of(pieces.delivered(rows).order_by("position"))
    waiting = [piece for piece in fresh if piece.seen in seen]
    if not waiting:
        raise NotAllowedNow(_("This was answered or changed in the meantime."))
    return waiting


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


def _tell_approved(
    period: Period, approved: Sequence[Piece], first: WorkAnswer, contact: Contact, now: datetime
) -> None:
    """Tell the owner in one email or sentence what was approved."""
    count = sum(piece.count for piece in approved)
    with translation.override(contact.business.language):
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
        _tell_owner(APPROVED, str(first.pk), subject, sentence, period, contact, now)


def _tell_taken_back(period: Period, answer: WorkAnswer, contact: Contact, now: datetime) -> None:
    """Tell the owner that an approval does not count any more."""
    with translation.override(contact.business.language):
        values = {"client": contact.client.name, "name": contact.name}
        values |= {"what": answer.deliverable.title}
        subject = _("%(client)s took back an approval: %(what)s") % values
        sentence = _("%(name)s of %(client)s took back the approval of: %(what)s.") % values
        _tell_owner(TAKEN_BACK, str(answer.pk), subject, sentence, period, contact, now)


def _tell_owner(
    kind: str,
    ref: str,
    subject: str,
    sentence: str,
    period: Period,
    contact: Contact,
    now: datetime,
) -> None:
    """Tell the owner as they chose, in the active language."""
    owner_notes.tell(
        business=contact.business,
        event=Event.APPROVED,
        kind=kind,
        ref=ref,
        subject=subject[:LONGEST_TITLE],
        paragraphs=[sentence],
        button=_("Open the work"),
        url=links.absolute_url("dashboard:work", period.pk),
        reply_to=contact.email,
        now=now,
    )

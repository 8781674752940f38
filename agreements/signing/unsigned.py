"""A paper that waits to be signed: reminded of, declined, taken back, or over (rules 28 and 29)."""

from contextlib import suppress
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from agreements.models import Agreement, Amendment
from agreements.rules.errors import NotOpen
from agreements.rules.states import (
    AGREEMENT,
    AMENDMENT,
    PROPOSAL,
    AgreementState,
    AmendmentState,
    ProposalState,
)
from agreements.signing import sign, signers
from clients.models import Contact
from core import audit
from core.audit import UNSEEN, Origin
from core.database.state_moves import move
from core.outbox import emails

SIGN_WITHIN = timedelta(days=14)
REMIND_AGAIN = timedelta(hours=20)
REMIND_AFTER = (
    timedelta(days=2),
    timedelta(days=5),
    timedelta(days=10),
)  # since it was made; then it is quiet

CLOSES = {
    "declined": (AgreementState.DECLINED, AmendmentState.DECLINED, ProposalState.DECLINED),
    "void": (AgreementState.VOID, AmendmentState.VOID, ProposalState.WITHDRAWN),
    "expired": (AgreementState.EXPIRED, AmendmentState.EXPIRED, ProposalState.EXPIRED),
}


def decline(
    *, paper: Agreement | Amendment, contact: Contact, reason: str, now: datetime, origin: Origin
) -> Agreement | Amendment:
    """One of the people who are asked to sign says no; the freelancer is told why. Raises NotOpen."""
    with transaction.atomic():
        held = signers.hold(paper)
        signers.own_turn(held, contact)
        _close(held, "declined", reason, contact, now, origin)
        _tell_owner(held, contact, reason, now)
    paper.refresh_from_db()
    return paper


def void(
    *, paper: Agreement | Amendment, reason: str, actor: str, now: datetime, origin: Origin = UNSEEN
) -> Agreement | Amendment:
    """The business takes it back before everybody has signed. Raises NotAllowedNow."""
    with transaction.atomic():
        held = signers.hold(paper)
        asked = [row for row in signers.places(held) if row.contact and row.invited_at]
        _close(held, "void", reason, actor, now, origin)
        for row in asked:
            _tell_taken_back(held, row.contact, now)
    paper.refresh_from_db()
    return paper


def expire_due(*, now: datetime, only: Agreement | None = None) -> int:
    """Close what was not signed in time, or only an agreement's amendments; the number closed."""
    late = Q(state=AgreementState.SENT, sign_by__lt=(now + timedelta(days=1)).date())
    papers = _amendments(late & Q(agreement=only)) if only else _all(late)
    return sum(_expire(paper, now) for paper in papers)


def remind_due(*, now: datetime) -> int:
    """Ask again whoever's turn it is, three times in all; the number of letters."""
    sent = 0
    waits = Q(
        state=AgreementState.SENT,
        reminders__lt=len(REMIND_AFTER),
        created_at__lte=now - REMIND_AFTER[0],
    )
    for paper in _all(waits):
        if sign.is_in_time(paper, now) and now - paper.created_at >= REMIND_AFTER[paper.reminders]:
            with suppress(NotOpen):  # reminded by hand today, or signed in the meantime
                sent += remind(paper=paper, now=now)
    return sent


def remind(*, paper: Agreement | Amendment, now: datetime) -> int:
    """Ask again now; the number of letters. Raises NotOpen within a day of the last time."""
    with transaction.atomic():
        held = signers.hold(paper)
        asked = [event.at for event in audit.chain(paper.id) if event.event == "reminded"]
        if held.state != AgreementState.SENT or (asked and now - asked[-1] < REMIND_AGAIN):
            raise NotOpen(_("They were reminded within the last day, or it is no longer waiting."))
        rows = signers.turn(signers.places(held), in_order=held.in_order)
        held.reminders += 1
        held.save(update_fields=["reminders"])
        for row in rows:
            signers.letter(paper=held, row=row, kind="sign_reminder", now=now)
        signers.record(held, "Retainer Hub", "reminded", now, UNSEEN, {"n": str(held.reminders)})
    return len(rows)


def _expire(paper: Agreement | Amendment, now: datetime) -> int:
    with transaction.atomic():
        held = signers.hold(paper)
        if held.state != AgreementState.SENT or sign.is_in_time(held, now):
            return 0
        _close(held, "expired", "", "Retainer Hub", now, UNSEEN)
    return 1


def _close(
    paper: Agreement | Amendment,
    how: str,
    reason: str,
    who: Contact | str,
    now: datetime,
    origin: Origin,
) -> None:
    agreement, amendment, proposal = CLOSES[how]
    sets = {"closed_at": now, "closed_because": reason[:500]}
    if isinstance(paper, Amendment):
        move(paper, amendment, AMENDMENT, sets=sets)
    else:
        move(paper, agreement, AGREEMENT, sets=sets)
        move(
            paper.proposal,
            proposal,
            PROPOSAL,
            sets={"decided_at": now, "decline_reason": reason[:500]},
        )
    signers.record(paper, who, how, now, origin, {"reason": reason[:500]} if reason else {})


def _tell_owner(paper: Agreement | Amendment, contact: Contact, reason: str, now: datetime) -> None:
    with translation.override(paper.business.language):
        what = {"name": contact.name, "title": paper.title, "reason": reason}
        said = [_("%(name)s has declined to sign “%(title)s”.") % what]
        said += [_("The reason given: “%(reason)s”") % what] if reason else []
        _note(
            paper,
            "sign_declined",
            str(paper.id),
            paper.business.owner.email,
            said,
            paper.business.language,
            now,
        )


def _tell_taken_back(paper: Agreement | Amendment, contact: Contact | None, now: datetime) -> None:
    assert contact
    with translation.override(paper.language):
        said = [
            _("“%(title)s” was taken back and need not be signed any more.")
            % {"title": paper.title}
        ]
        _note(
            paper, "sign_void", f"{paper.id}:{contact.id}", contact.email, said, paper.language, now
        )


def _note(
    paper: Agreement | Amendment,
    kind: str,
    ref: str,
    to: str,
    said: list[str],
    language: str,
    now: datetime,
) -> None:
    emails.write(
        kind=kind,
        ref=ref,
        to=to,
        template="note",
        context={"subject": paper.title, "name": "", "paragraphs": said, "button": "", "link": ""},
        language=language,
        business=paper.business,
        now=now,
    )


def _all(which: Q) -> list[Agreement | Amendment]:
    agreements = Agreement.objects.filter(which).select_related("business__owner", "contact")
    return [*agreements, *_amendments(which)]


def _amendments(which: Q) -> list[Agreement | Amendment]:
    return list(Amendment.objects.filter(which).select_related("business__owner", "agreement"))

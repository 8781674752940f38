"""Documents that wait to be signed: reminders, declining, withdrawing and expiry (rules 28 and 29).

In this module `paper` is the agreement or the amendment that waits.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements import owner_emails
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
from agreements.running import lost_sales
from agreements.signing import sign, signers
from clients.models import Contact
from core import audit
from core.audit import UNSEEN, Origin
from core.database.state_moves import move
from core.jobs import batches
from core.jobs.set_aside import Step
from core.outbox import emails

#: For each kind of document: closing those that nobody signed in time, reminding of the others.
EXPIRE = {
    Agreement: Step(
        "expire_agreements",
        "agreements.tasks.seal_signed",
        gettext_lazy("Close the agreement that was not signed in time"),
        Agreement,
        title="client__name",
        page=("agreement", "pk"),
    ),
    Amendment: Step(
        "expire_amendments",
        "agreements.tasks.seal_signed",
        gettext_lazy("Close the amendment that was not signed in time"),
        Amendment,
    ),
}
REMIND = {
    Agreement: Step(
        "remind_of_agreements",
        "agreements.tasks.seal_signed",
        gettext_lazy("Remind of the signature of the agreement"),
        Agreement,
        title="client__name",
        page=("agreement", "pk"),
    ),
    Amendment: Step(
        "remind_of_amendments",
        "agreements.tasks.seal_signed",
        gettext_lazy("Remind of the signature of the amendment"),
        Amendment,
    ),
}
SIGN_WITHIN = timedelta(days=14)  # of picking the tier
REMIND_AGAIN = timedelta(hours=20)  # the least time between two reminders
REMIND_AFTER = (timedelta(days=2), timedelta(days=5), timedelta(days=10))  # of its creation

#: For each audit event that closes a document: the new states of agreement, amendment and proposal.
CLOSES = {
    "declined": (AgreementState.DECLINED, AmendmentState.DECLINED, ProposalState.DECLINED),
    "void": (AgreementState.VOID, AmendmentState.VOID, ProposalState.WITHDRAWN),
    "expired": (AgreementState.EXPIRED, AmendmentState.EXPIRED, ProposalState.EXPIRED),
}


def decline(
    *, paper: Agreement | Amendment, contact: Contact, reason: str, now: datetime, origin: Origin
) -> Agreement | Amendment:
    """Decline to sign, for a contact whose turn it is; the freelancer is emailed the reason.

    Raises NotOpen.
    """
    with transaction.atomic():
        locked = signers.lock(paper)
        signers.require_turn(locked, contact)
        _close(locked, "declined", reason, contact, now, origin)
        if isinstance(locked, Agreement):
            lost_sales.lose_declined(
                proposal=locked.proposal, actor=contact.name, reason=reason, now=now
            )
        _tell_owner(locked, contact, reason, now)
    paper.refresh_from_db()
    return paper


def withdraw(
    *, paper: Agreement | Amendment, reason: str, actor: str, now: datetime, origin: Origin = UNSEEN
) -> Agreement | Amendment:
    """Withdraw a document before everyone has signed; the contacts who were invited are emailed.

    Raises NotAllowedNow where everyone has signed, or it is closed.
    """
    with transaction.atomic():
        locked = signers.lock(paper)
        invited = [row for row in signers.signatures_of(locked) if row.contact and row.invited_at]
        _close(locked, "void", reason, actor, now, origin)
        for row in invited:
            _tell_withdrawn(locked, row.contact, now)
    paper.refresh_from_db()
    return paper


def expire_due(*, now: datetime, only: Agreement | None = None) -> int:
    """Expire the documents that were not signed in time; returns how many.

    With `only`, expire the amendments of that agreement alone.
    """
    # A day more than due, because the last day ends at different times in different time zones;
    # `_expire` checks it in the client's time zone.
    late = Q(state=AgreementState.SENT, sign_by__lt=(now + timedelta(days=1)).date())
    if only:
        rows = Amendment.objects.filter(late, agreement=only)
        return batches.run_rows(EXPIRE[Amendment], rows, lambda paper: _expire(paper, now), now=now)
    return _for_each(EXPIRE, late, _expire, now)


def remind_due(*, now: datetime) -> int:
    """Email the reminders that are due to the signers whose turn it is; returns how many.

    A document has three reminders, 2, 5 and 10 days after it was created.
    """
    waits = Q(
        state=AgreementState.SENT,
        reminders__lt=len(REMIND_AFTER),
        created_at__lte=now - REMIND_AFTER[0],
    )
    return _for_each(REMIND, waits, _remind_if_due, now)


def _remind_if_due(paper: Agreement | Amendment, now: datetime) -> int:
    """Send the reminder of one document if it is due; returns how many signers got it."""
    if sign.is_in_time(paper, now) and now - paper.created_at >= REMIND_AFTER[paper.reminders]:
        with suppress(NotOpen):  # reminded by the freelancer today, or signed in the meantime
            return remind(paper=paper, now=now)
    return 0


def remind(*, paper: Agreement | Amendment, now: datetime) -> int:
    """Email a reminder to the signers whose turn it is; returns how many.

    Raises NotOpen within 20 hours of the last reminder, and where the document does not wait.
    """
    with transaction.atomic():
        locked = signers.lock(paper)
        reminded = [event.at for event in audit.chain(paper.id) if event.event == "reminded"]
        if locked.state != AgreementState.SENT or (reminded and now - reminded[-1] < REMIND_AGAIN):
            raise NotOpen(
                _(
                    "This person was reminded within the last day, or the document is no longer "
                    "waiting."
                )
            )
        rows = signers.due_signatures(signers.signatures_of(locked), in_order=locked.in_order)
        locked.reminders += 1
        locked.save(update_fields=["reminders"])
        for row in rows:
            signers.email_signer(paper=locked, signature=row, kind="sign_reminder", now=now)
        signers.record_event(
            locked, "Retainer Hub", "reminded", now, UNSEEN, {"n": str(locked.reminders)}
        )
    return len(rows)


def _expire(paper: Agreement | Amendment, now: datetime) -> int:
    with transaction.atomic():
        locked = signers.lock(paper)
        if locked.state != AgreementState.SENT or sign.is_in_time(locked, now):
            return 0
        _close(locked, "expired", "", "Retainer Hub", now, UNSEEN)
        if isinstance(locked, Agreement):
            owner_emails.tell_expired(locked.proposal, now)
    return 1


def _close(
    paper: Agreement | Amendment,
    event: str,
    reason: str,
    who: Contact | str,
    now: datetime,
    origin: Origin,
) -> None:
    """Close a document unsigned; `event` is the audit event: declined, void or expired.

    The proposal of an agreement is closed with it.
    """
    agreement, amendment, proposal = CLOSES[event]
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
    signers.record_event(paper, who, event, now, origin, {"reason": reason[:500]} if reason else {})


def _tell_owner(paper: Agreement | Amendment, contact: Contact, reason: str, now: datetime) -> None:
    with translation.override(paper.business.language):
        facts = {"name": contact.name, "title": paper.title, "reason": reason}
        paragraphs = [_("%(name)s declined to sign “%(title)s”.") % facts]
        paragraphs += [_("The reason given: “%(reason)s”") % facts] if reason else []
        if isinstance(paper, Agreement):
            paragraphs.append(_("You can revise the proposal: its text and tiers are kept."))
        _email_note(
            paper,
            "sign_declined",
            str(paper.id),
            paper.business.owner.email,
            paper.business.language,
            {
                "subject": _("%(name)s declined to sign “%(title)s”") % facts,
                "name": "",
                "paragraphs": paragraphs,
                "button": _("Open the agreement"),
                "link": owner_emails.agreement_url(paper),
            },
            now,
        )


def _tell_withdrawn(paper: Agreement | Amendment, contact: Contact | None, now: datetime) -> None:
    assert contact
    contact = contact if contact.is_active else contact.who_reads  # signers read what they sign
    with translation.override(paper.language):
        facts = {"title": paper.title, "business": paper.business.name}
        paragraphs = [
            _("%(business)s withdrew “%(title)s”. You no longer need to sign it.") % facts,
            _("If you have a question, just reply to this email."),
        ]
        _email_note(
            paper,
            "sign_void",
            f"{paper.id}:{contact.id}",
            contact.email,
            paper.language,
            {
                "subject": _("Signature no longer needed: %(title)s") % facts,
                "name": contact.name,
                "paragraphs": paragraphs,
                "button": "",
                "link": "",
            },
            now,
        )


def _email_note(
    paper: Agreement | Amendment,
    kind: str,
    ref: str,
    to: str,
    language: str,
    context: dict[str, Any],
    now: datetime,
) -> None:
    emails.write(
        kind=kind,
        ref=ref,
        to=to,
        template="note",
        context=context,
        language=language,
        business=paper.business,
        now=now,
    )


def _for_each(
    steps: Mapping[Any, Step],
    condition: Q,
    act: Callable[[Agreement | Amendment, datetime], int],
    now: datetime,
) -> int:
    """Act on the agreements and the amendments that match; return the sum.

    The condition uses fields that both have.
    """
    agreements = Agreement.objects.filter(condition).select_related("business__owner", "contact")
    amendments = Amendment.objects.filter(condition).select_related("business__owner", "agreement")
    done = batches.run_rows(
        steps[Agreement], agreements.order_by("pk"), lambda row: act(row, now), now=now
    )
    return done + batches.run_rows(
        steps[Amendment], amendments.order_by("pk"), lambda row: act(row, now), now=now
    )

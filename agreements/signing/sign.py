"""Signs agreements and amendments: name and consent, then a code sent by email (rule 29).

A double click or several open tabs never sign twice. In this module `paper` is the agreement or the
amendment that is signed.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from agreements import owner_emails
from agreements.contract import exclusivity
from agreements.contract.clauses import CONSENT_VERSION
from agreements.models import Agreement, Amendment, Signature
from agreements.rules.errors import NotOpen, WrongCode
from agreements.rules.states import (
    AGREEMENT,
    AMENDMENT,
    PROPOSAL,
    AgreementState,
    AmendmentState,
    ProposalState,
)
from agreements.running import mid_period_upgrade
from agreements.running.periods import next_opening
from agreements.signing import held_back, signers
from clients import pipeline, portal_links
from clients.models import Client, Contact
from clients.rules.pipeline import Stage
from core import audit, formats, links, nudge
from core.audit import Origin
from core.database.state_moves import move
from core.dates import local_day, local_instant
from core.outbox import emails

CODE_LIFE = portal_links.CODE_LIFE
#: The target of the link beside a code that signs a document of each kind.
SIGNS = {Agreement: "sign_agreement", Amendment: "sign_amendment"}
CODE_TRIES = 5  # wrong codes before a new code is needed
RESEND_AFTER = timedelta(seconds=30)  # within this time the same name is not sent a second code
SIGNED = (AgreementState.ACTIVE, AgreementState.PAUSED, AgreementState.ENDED, AmendmentState.SIGNED)


def request_code(
    *,
    paper: Agreement | Amendment,
    contact: Contact,
    name: str,
    consented: bool,
    now: datetime,
    origin: Origin,
    strokes: Sequence[Any] = (),
) -> Signature:
    """Store the signer's name, drawn signature and consent, and email them a code.

    `strokes` are the lines of the drawn signature as in Signature. The same name gets a new code
    twice a minute at most. Raises WrongCode without consent, and NotOpen where the document does
    not wait for a signature or it is not this contact's turn.
    """
    if not consented:
        raise WrongCode(_("Please agree to sign electronically."), field="consent")
    held_back.require_free_to_sign(paper=paper, contact=contact, now=now, origin=origin)
    with transaction.atomic():
        # Read again under the lock: a page that was loaded before the signature must not change it.
        locked = signers.lock(paper)
        signature = signers.require_turn(locked, contact)
        _require_in_time(locked, now)
        if (
            signature.code_sent_at
            and now - signature.code_sent_at < RESEND_AFTER
            and signature.name == name
        ):
            return signature
        link = portal_links.code_link(
            contact=contact, now=now, target=f"{SIGNS[type(locked)]}:{locked.pk}"
        )
        _store(signature, name, strokes, link.pk, now, origin)
        signers.record_event(
            paper, contact, "consented", now, origin, {"version": CONSENT_VERSION, "name": name}
        )
        _email_code(locked, signature, now)
    return signature


def sign_with_code(
    *, paper: Agreement | Amendment, contact: Contact, code: str, now: datetime, origin: Origin
) -> Agreement | Amendment:
    """Sign with the emailed code. Once the last signer has signed, the document applies.

    A second tab that confirms the same code gets the signed document back. Raises NotOpen, and
    WrongCode where the code is wrong or too old; after five wrong codes a new one is needed. Raises
    HeldBack where another client has got exclusivity, a moment ago too.
    """
    paper.refresh_from_db()
    own = next((row for row in signers.signatures_of(paper) if row.contact_id == contact.pk), None)
    if own and own.signed_at:
        return paper
    signature = signers.require_turn(paper, contact)
    _require_in_time(paper, now)
    if signature.code_row is None:
        raise NotOpen(_("Please enter your name."))
    held_back.require_free_to_sign(paper=paper, contact=contact, now=now, origin=origin)
    _check_code(paper, signature, code, now, origin)
    own_proposal = paper.agreement.proposal
    try:
        with held_back.staying_free(
            proposal=own_proposal, contact=contact, now=now, origin=origin, paper=paper
        ):
            _sign(signers.lock(paper), signature, contact, now, origin)
    finally:
        # Also after an error: a rolled back transaction leaves changed values on the object.
        paper.refresh_from_db()
    nudge.ring("agreements.tasks.seal_signed")
    return paper


def countersign(
    *, paper: Agreement | Amendment, actor: str, now: datetime, origin: Origin
) -> Agreement | Amendment:
    """Sign for the business, which signs last. Raises NotOpen while it is not its turn.

    Raises Excluded where another client has got exclusivity in the meantime.
    """
    try:
        with transaction.atomic():
            held_back.lock_signatures(paper.business_id)
            locked = signers.lock(paper)
            signature = signers.require_turn(locked, None)
            if isinstance(locked, Agreement):
                exclusivity.require_consent(
                    proposal=locked.proposal, has_consent=False, actor=actor, now=now, origin=origin
                )
            owner = locked.business.owner
            signature.name, signature.signed_at = owner.get_full_name() or owner.email, now
            signature.ip, signature.user_agent = origin.ip, origin.user_agent[:300]
            signature.save(update_fields=["name", "signed_at", "ip", "user_agent"])
            signers.record_event(
                locked, actor, "countersigned", now, origin, {"name": signature.name}
            )
            _complete(locked, now)
    finally:
        paper.refresh_from_db()
    nudge.ring("agreements.tasks.seal_signed")
    return paper


def record_opened(
    *, paper: Agreement | Amendment, contact: Contact, now: datetime, origin: Origin
) -> None:
    """Record when the document was first opened by a contact; later openings are not recorded."""
    with transaction.atomic():
        if (
            type(paper)
            ._default_manager.filter(pk=paper.pk, opened_at__isnull=True)
            .update(opened_at=now)
        ):
            signers.record_event(paper, contact, "opened", now, origin)


def is_in_time(paper: Agreement | Amendment, now: datetime) -> bool:
    """Whether the last day to sign has not passed in the client's time zone."""
    return paper.sign_by is None or local_day(now, paper.agreement.time_zone) <= paper.sign_by


def too_late_message(paper: Agreement | Amendment) -> str:
    """A sentence that says why the document can no longer be signed."""
    if isinstance(paper, Amendment) and paper.now:
        sentence = _(
            "This upgrade could be signed on %(day)s only, because its amounts were calculated "
            "for that day. Please ask us again."
        )
        return sentence % {"day": formats.day(paper.effective_on)}
    return _("The time to sign this is over. Ask us for a new one.")


def _require_in_time(paper: Agreement | Amendment, now: datetime) -> None:
    if not is_in_time(paper, now):
        raise NotOpen(too_late_message(paper))


def _store(
    signature: Signature,
    name: str,
    strokes: Sequence[Any],
    code_row: UUID,
    now: datetime,
    origin: Origin,
) -> None:
    """Store name, drawing, consent and a new code on the signature; an earlier code is void."""
    values = {
        "name": name,
        "strokes": list(strokes),
        "consent_version": CONSENT_VERSION,
        "consented_at": now,
        "code_row": code_row,
        "code_sent_at": now,
        "code_tries": 0,
        "ip": origin.ip,
        "user_agent": origin.user_agent[:300],
    }
    for field, value in values.items():
        setattr(signature, field, value)
    signature.save(update_fields=list(values))


def _email_code(paper: Agreement | Amendment, signature: Signature, now: datetime) -> None:
    assert signature.contact and signature.code_row
    emails.write(
        kind="sign_code",
        ref=str(signature.code_row),
        to=signature.contact.email,
        template="sign_code",
        context={
            "agreement": paper,
            "code": links.placeholder("code", signature.code_row),
            "link": links.placeholder("link", signature.code_row),
            "minutes": CODE_LIFE // timedelta(minutes=1),
        },
        language=paper.language,
        business=paper.business,
        now=now,
    )


def _check_code(
    paper: Agreement | Amendment, signature: Signature, code: str, now: datetime, origin: Origin
) -> None:
    """Raise WrongCode unless `code` is the one that was emailed and is still valid.

    A try is counted before the code is compared, so that two requests at once are two tries. A
    signature that was completed in another tab passes without a comparison.
    """
    assert signature.contact and signature.code_row and signature.code_sent_at
    own = Signature.objects.filter(pk=signature.pk)
    tried = own.filter(signed_at__isnull=True, code_tries__lt=CODE_TRIES)
    if now - signature.code_sent_at > CODE_LIFE or not tried.update(code_tries=F("code_tries") + 1):
        if own.filter(signed_at__isnull=False).exists():
            return  # another tab was first
        raise WrongCode(_("This code is no longer valid. Ask for a new one."), field="code")
    if not constant_time_compare(links.digits_of(code), links.code(signature.code_row)):
        with transaction.atomic():
            signers.record_event(signers.lock(paper), signature.contact, "code_wrong", now, origin)
        raise WrongCode(
            _("This is not the code we sent. Please check it, or ask for a new one."), field="code"
        )


def _sign(
    paper: Agreement | Amendment,
    signature: Signature,
    contact: Contact,
    now: datetime,
    origin: Origin,
) -> None:
    """Sign for one contact, then invite the next signer or complete the document.

    `paper` is locked by the caller.
    """
    # The filter names the code, so that it cannot sign a name that was entered after it was sent.
    own = Signature.objects.filter(pk=signature.pk, contact=contact, code_row=signature.code_row)
    if paper.state in SIGNED or own.filter(signed_at__isnull=False).exists():
        return  # another tab was first
    # It may have been declined, withdrawn or handed over since the code was requested.
    signers.require_turn(paper, contact)
    if not own.update(signed_at=now, ip=origin.ip, user_agent=origin.user_agent[:300]):
        raise WrongCode(_("This code is no longer valid. Ask for a new one."), field="code")
    signers.record_event(paper, contact, "code_confirmed", now, origin)
    signers.record_event(paper, contact, "signed", now, origin, {"name": signature.name})
    if following := signers.due_signatures(signers.signatures_of(paper), in_order=paper.in_order):
        signers.invite(paper=paper, now=now)
        if following[0].contact:
            owner_emails.tell_signed(paper, contact, following[0], now)
    else:
        _complete(paper, now)


def _complete(paper: Agreement | Amendment, now: datetime) -> None:
    """Put the document into force once everyone has signed."""
    if isinstance(paper, Amendment):
        move(paper, AmendmentState.SIGNED, AMENDMENT, sets={"signed_at": now})
        mid_period_upgrade.create_upgrade(paper, now)
        _extend_term(paper, now)
        return
    first_day = local_instant(paper.starts_on, 0, paper.time_zone)
    move(paper, AgreementState.ACTIVE, AGREEMENT, sets={"signed_at": now, "opens_at": first_day})
    move(paper.proposal, ProposalState.ACCEPTED, PROPOSAL, sets={"decided_at": now})
    client = paper.client
    Client.objects.filter(pk=client.pk, signed_at__isnull=True).update(signed_at=now)
    client.refresh_from_db()
    reached = Stage.TRIAL if paper.is_trial else Stage.WON
    pipeline.reach(client=client, to=reached, actor="Retainer Hub", now=now)


def _extend_term(amendment: Amendment, now: datetime) -> None:
    """Move the agreement's end to that of a renewal."""
    if amendment.ends_on is None:
        return
    agreement = Agreement.objects.select_for_update().get(pk=amendment.agreement_id)
    agreement.ends_on = amendment.ends_on
    agreement.opens_at = next_opening(agreement, now)
    agreement.save(update_fields=["ends_on", "opens_at"])
    audit.record(
        business=amendment.business,
        chain_id=agreement.id,
        event="renewed",
        actor="Retainer Hub",
        now=now,
        data={"ends_on": amendment.ends_on.isoformat(), "amendment": str(amendment.number)},
    )

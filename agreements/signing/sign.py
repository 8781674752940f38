"""Signing: a name and a consent, a code to the mailbox, done. One outcome, whatever is pressed twice (rule 29)."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

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
from agreements.running import upgrade
from agreements.running.periods import next_opening
from agreements.signing import signers
from clients import pipeline
from clients.models import Client, Contact
from clients.rules.pipeline import Stage
from core import audit, formats, links, nudge
from core.audit import Origin
from core.database.state_moves import move
from core.dates import local_day, local_instant
from core.outbox import emails

CODE_LIFE = timedelta(minutes=15)
CODE_TRIES = 5
RESEND_AFTER = timedelta(seconds=30)
SIGNED = (AgreementState.ACTIVE, AgreementState.PAUSED, AgreementState.ENDED, AmendmentState.SIGNED)


def begin(
    *,
    paper: Agreement | Amendment,
    contact: Contact,
    name: str,
    consented: bool,
    now: datetime,
    origin: Origin,
    strokes: Sequence[Any] = (),
) -> Signature:
    """Keep the name, how it was drawn and the consent, and mail a code, twice a minute at most.

    Raises NotOpen for a paper that does not wait, or not for this person; WrongCode without consent.
    """
    if not consented:
        raise WrongCode(_("Please agree to sign electronically."), field="consent")
    with transaction.atomic():
        held = signers.hold(paper)  # a page from before the signature must not write under it
        place = signers.own_turn(held, contact)
        _must_be_in_time(held, now)
        if place.code_sent_at and now - place.code_sent_at < RESEND_AFTER and place.name == name:
            return place
        _keep(place, name, strokes, now, origin)
        signers.record(
            paper, contact, "consented", now, origin, {"version": CONSENT_VERSION, "name": name}
        )
        _mail_code(held, place, now)
    return place


def confirm(
    *, paper: Agreement | Amendment, contact: Contact, code: str, now: datetime, origin: Origin
) -> Agreement | Amendment:
    """Sign. The second tab that confirms the same code finds it signed and is told so gladly.

    Raises WrongCode (the fifth wrong one uses the code up) and NotOpen.
    """
    paper.refresh_from_db()
    own = next((row for row in signers.places(paper) if row.contact_id == contact.pk), None)
    if own and own.signed_at:
        return paper
    place = signers.own_turn(paper, contact)
    _must_be_in_time(paper, now)
    if place.code_row is None:
        raise NotOpen(_("Write your name first."))
    _check(paper, place, code, now, origin)
    try:
        with transaction.atomic():
            _sign(signers.hold(paper), place, contact, now, origin)
    finally:
        paper.refresh_from_db()  # what a refused transaction took back is taken back here too
    nudge.ring("agreements.tasks.seal_signed")
    return paper


def countersign(
    *, paper: Agreement | Amendment, actor: str, now: datetime, origin: Origin
) -> Agreement | Amendment:
    """The business signs last. Raises NotOpen while it is not its turn."""
    try:
        with transaction.atomic():
            held = signers.hold(paper)
            place = signers.own_turn(held, None)
            owner = held.business.owner
            place.name, place.signed_at = owner.get_full_name() or owner.email, now
            place.ip, place.user_agent = origin.ip, origin.user_agent[:300]
            place.save(update_fields=["name", "signed_at", "ip", "user_agent"])
            signers.record(held, actor, "countersigned", now, origin, {"name": place.name})
            _complete(held, now)
    finally:
        paper.refresh_from_db()
    nudge.ring("agreements.tasks.seal_signed")
    return paper


def opened(
    *, paper: Agreement | Amendment, contact: Contact, now: datetime, origin: Origin
) -> None:
    """Remember when one of the signers first read it."""
    with transaction.atomic():
        if (
            type(paper)
            ._default_manager.filter(pk=paper.pk, opened_at__isnull=True)
            .update(opened_at=now)
        ):
            signers.record(paper, contact, "opened", now, origin)


def is_in_time(paper: Agreement | Amendment, now: datetime) -> bool:
    """Whether its last day to be signed has not passed where the client is."""
    return paper.sign_by is None or local_day(now, paper.agreement.time_zone) <= paper.sign_by


def over_words(paper: Agreement | Amendment) -> str:
    """Why it can no longer be signed."""
    if isinstance(paper, Amendment) and paper.now:
        words = _(
            "This upgrade could be signed on %(day)s only, because its sums are those of that day. Ask us again."
        )
        return words % {"day": formats.day(paper.effective_on)}
    return _("The time to sign this is over. Ask us for a new one.")


def _must_be_in_time(paper: Agreement | Amendment, now: datetime) -> None:
    if not is_in_time(paper, now):
        raise NotOpen(over_words(paper))


def _keep(
    place: Signature, name: str, strokes: Sequence[Any], now: datetime, origin: Origin
) -> None:
    values = {
        "name": name,
        "strokes": list(strokes),
        "consent_version": CONSENT_VERSION,
        "consented_at": now,
        "code_row": uuid.uuid4(),
        "code_sent_at": now,
        "code_tries": 0,
        "ip": origin.ip,
        "user_agent": origin.user_agent[:300],
    }
    for field, value in values.items():
        setattr(place, field, value)
    place.save(update_fields=list(values))


def _mail_code(paper: Agreement | Amendment, place: Signature, now: datetime) -> None:
    assert place.contact and place.code_row
    emails.write(
        kind="sign_code",
        ref=str(place.code_row),
        to=place.contact.email,
        template="sign_code",
        context={
            "agreement": paper,
            "code": links.placeholder("code", place.code_row),
            "minutes": 15,
        },
        language=paper.language,
        business=paper.business,
        now=now,
    )


def _check(
    paper: Agreement | Amendment, place: Signature, code: str, now: datetime, origin: Origin
) -> None:
    """A try is counted before it is compared, so that two at once cannot share one; the signed is not asked."""
    assert place.contact and place.code_row and place.code_sent_at
    mine = Signature.objects.filter(pk=place.pk)
    tried = mine.filter(signed_at__isnull=True, code_tries__lt=CODE_TRIES)
    if now - place.code_sent_at > CODE_LIFE or not tried.update(code_tries=F("code_tries") + 1):
        if mine.filter(signed_at__isnull=False).exists():
            return  # another tab was first
        raise WrongCode(_("This code is no longer valid. Ask for a new one."), field="code")
    digits = "".join(sign for sign in code if sign.isdigit())
    ascii_digits = "".join(str(int(sign)) for sign in digits)
    if not constant_time_compare(ascii_digits, links.code(place.code_row)):
        with transaction.atomic():
            signers.record(signers.hold(paper), place.contact, "code_wrong", now, origin)
        raise WrongCode(
            _("This is not the code we sent. Look again, or ask for a new one."), field="code"
        )


def _sign(
    paper: Agreement | Amendment, place: Signature, contact: Contact, now: datetime, origin: Origin
) -> None:
    mine = Signature.objects.filter(pk=place.pk, contact=contact, code_row=place.code_row)
    if paper.state in SIGNED or mine.filter(signed_at__isnull=False).exists():
        return  # another tab was first
    signers.own_turn(
        paper, contact
    )  # it may have been declined or taken back while the code was typed
    if not mine.update(signed_at=now, ip=origin.ip, user_agent=origin.user_agent[:300]):
        raise WrongCode(_("This code is no longer valid. Ask for a new one."), field="code")
    signers.record(paper, contact, "code_confirmed", now, origin)
    signers.record(paper, contact, "signed", now, origin, {"name": place.name})
    if signers.turn(signers.places(paper), in_order=paper.in_order):
        signers.invite(paper=paper, now=now)
    else:
        _complete(paper, now)


def _complete(paper: Agreement | Amendment, now: datetime) -> None:
    """Everybody has signed: it applies."""
    if isinstance(paper, Amendment):
        move(paper, AmendmentState.SIGNED, AMENDMENT, sets={"signed_at": now})
        upgrade.begin(paper, now)
        _prolong(paper, now)
        return
    first_day = local_instant(paper.starts_on, 0, paper.time_zone)
    move(paper, AgreementState.ACTIVE, AGREEMENT, sets={"signed_at": now, "opens_at": first_day})
    move(paper.proposal, ProposalState.ACCEPTED, PROPOSAL, sets={"decided_at": now})
    client = paper.client
    Client.objects.filter(pk=client.pk, signed_at__isnull=True).update(signed_at=now)
    client.refresh_from_db()
    reached = Stage.TRIAL if paper.is_trial else Stage.WON
    pipeline.reach(client=client, to=reached, actor="Retainer Hub", now=now)


def _prolong(amendment: Amendment, now: datetime) -> None:
    """A renewal moves the agreement's end."""
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

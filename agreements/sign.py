"""Signing: a name and a consent, a code to the mailbox, done. One outcome, whatever is pressed twice (rule 29)."""

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from agreements.clauses import CONSENT_VERSION
from agreements.errors import NotOpen, WrongCode
from agreements.models import Agreement, Signature
from agreements.states import AGREEMENT, PROPOSAL, AgreementState, ProposalState
from clients.models import Client, Contact
from clients.pipeline import MOVES, Stage
from core import audit, doorbell, links, outbox
from core.audit import Origin
from core.dates import local_instant
from core.states import move

CODE_LIFE = timedelta(minutes=15)
CODE_TRIES = 5
RESEND_AFTER = timedelta(seconds=30)


def begin(
    *, agreement: Agreement, contact: Contact, name: str, consented: bool, now: datetime, origin: Origin
) -> Signature:
    """Keep the name and the consent, and mail a code. Beginning again mails a new code, twice a minute at most.

    Raises NotOpen for a signed or void agreement or somebody who is not its signer; WrongCode without consent.
    """
    if not consented:
        raise WrongCode(_("Please agree to sign electronically."), field="consent")
    with transaction.atomic():
        _must_wait(_hold(agreement), contact)  # a page from before the signature must not write under it
        there = Signature.objects.filter(agreement=agreement).first()
        if there and now - there.code_sent_at < RESEND_AFTER and there.name == name:
            return there
        signature = _keep(there, agreement, contact, name, now, origin)
        _record(agreement, contact, "consented", now, origin, {"version": CONSENT_VERSION, "name": name})
        _mail_code(signature, now)
    return signature


def confirm(*, agreement: Agreement, contact: Contact, code: str, now: datetime, origin: Origin) -> Agreement:
    """Sign. The second tab that confirms the same code finds the agreement signed and is told so gladly.

    Raises WrongCode (the fifth wrong one uses the code up) and NotOpen.
    """
    agreement.refresh_from_db()
    signature = Signature.objects.filter(agreement=agreement, contact=contact).first()
    if signature and signature.signed_at:
        return agreement
    _must_wait(agreement, contact)
    if signature is None:
        raise NotOpen(_("Write your name first."))
    _check(signature, code, now, origin)
    try:
        with transaction.atomic():
            _sign(agreement, signature, contact, now, origin)
    finally:
        agreement.refresh_from_db()  # what a refused transaction took back is taken back here too
    doorbell.ring("agreements.tasks.seal_signed")
    return agreement


def opened(*, agreement: Agreement, contact: Contact, now: datetime, origin: Origin) -> None:
    """Remember when the signer first read it."""
    with transaction.atomic():
        if Agreement.objects.filter(pk=agreement.pk, opened_at__isnull=True).update(opened_at=now):
            _record(agreement, contact, "opened", now, origin, {})


def _hold(agreement: Agreement) -> Agreement:
    """The row as it is now, kept until the transaction ends: two tabs, and the chain's events, take turns."""
    return Agreement.objects.select_for_update().get(pk=agreement.pk)


def _must_wait(agreement: Agreement, contact: Contact) -> None:
    if agreement.state != AgreementState.SENT:
        raise NotOpen(_("This agreement is no longer waiting for a signature."))
    if agreement.contact_id != contact.id:
        raise NotOpen(_("This agreement is waiting for somebody else's signature."))


def _keep(
    there: Signature | None, agreement: Agreement, contact: Contact, name: str, now: datetime, origin: Origin
) -> Signature:
    values = {
        "name": name,
        "consent_version": CONSENT_VERSION,
        "consented_at": now,
        "code_row": uuid.uuid4(),
        "code_sent_at": now,
        "code_tries": 0,
        "ip": origin.ip,
        "user_agent": origin.user_agent[:300],
    }
    if there is None:
        return Signature.objects.create(
            business=agreement.business, agreement=agreement, contact=contact, created_at=now, **values
        )
    Signature.objects.filter(pk=there.pk).update(**values)
    there.refresh_from_db()
    return there


def _mail_code(signature: Signature, now: datetime) -> None:
    agreement = signature.agreement
    outbox.write(
        kind="sign_code",
        ref=str(signature.code_row),
        to=signature.contact.email,
        template="sign_code",
        context={
            "agreement": agreement,
            "code": links.placeholder("code", signature.code_row),
            "minutes": 15,
        },
        language=agreement.language,
        business=agreement.business,
        now=now,
    )


def _check(signature: Signature, code: str, now: datetime, origin: Origin) -> None:
    """A try is counted before it is compared, so that two at once cannot share one."""
    tried = Signature.objects.filter(pk=signature.pk, code_tries__lt=CODE_TRIES)
    if now - signature.code_sent_at > CODE_LIFE or not tried.update(code_tries=F("code_tries") + 1):
        raise WrongCode(_("This code is no longer valid. Ask for a new one."), field="code")
    digits = "".join(sign for sign in code if sign.isdigit())
    ascii_digits = "".join(str(int(sign)) for sign in digits)
    if not constant_time_compare(ascii_digits, links.code(signature.code_row)):
        with transaction.atomic():
            _record(_hold(signature.agreement), signature.contact, "code_wrong", now, origin, {})
        raise WrongCode(_("This is not the code we sent. Look again, or ask for a new one."), field="code")


def _sign(agreement: Agreement, signature: Signature, contact: Contact, now: datetime, origin: Origin) -> None:
    if _hold(agreement).state == AgreementState.ACTIVE:
        return  # another tab was first
    mine = Signature.objects.filter(pk=signature.pk, code_row=signature.code_row)
    if not mine.update(signed_at=now, ip=origin.ip, user_agent=origin.user_agent[:300]):
        raise WrongCode(_("This code is no longer valid. Ask for a new one."), field="code")
    _record(agreement, contact, "code_confirmed", now, origin, {})
    _record(agreement, contact, "signed", now, origin, {"name": signature.name})
    first_day = local_instant(agreement.starts_on, 0, agreement.time_zone)
    move(agreement, AgreementState.ACTIVE, AGREEMENT, sets={"signed_at": now, "opens_at": first_day})
    move(agreement.proposal, ProposalState.ACCEPTED, PROPOSAL, sets={"decided_at": now})
    client = agreement.client
    Client.objects.filter(pk=client.pk, signed_at__isnull=True).update(signed_at=now)
    client.refresh_from_db()
    stage = Stage.TRIAL if agreement.is_trial else Stage.WON
    if stage in MOVES[Stage(client.state)]:
        move(client, stage, MOVES)


def _record(
    agreement: Agreement, contact: Contact, event: str, now: datetime, origin: Origin, data: dict[str, str]
) -> None:
    audit.record(
        business=agreement.business,
        chain_id=agreement.id,
        event=event,
        actor=f"{contact.name} <{contact.email}>",
        now=now,
        origin=origin,
        data=data,
    )

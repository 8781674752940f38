"""Hands a signature over to another person of the client (rule 29).

Whoever is in the portal could name a mailbox of their own, get the code there and sign. Therefore
the present signer confirms it with a code that is sent to their mailbox, and is told afterwards, as
is the business. In this module `paper` is the agreement or the amendment that is signed.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import translation
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from agreements.models import Agreement, Amendment, Signature, SignerChange
from agreements.rules.errors import NotOpen, WrongCode
from agreements.signing import signers
from agreements.signing.sign import CODE_LIFE, CODE_TRIES, RESEND_AFTER
from clients import client_records, sample_rules
from clients.models import Contact
from core import links
from core.audit import Origin
from core.outbox import emails


def request_change(
    *,
    paper: Agreement | Amendment,
    contact: Contact,
    name: str,
    email: str,
    now: datetime,
    origin: Origin,
) -> SignerChange:
    """Store who is to sign instead of `contact`, and email `contact` the code that confirms it.

    The same person is not sent a second code within 30 seconds. Raises NotOpen where it is not the
    contact's turn, or the other person cannot sign, and SampleClient for an address of a sample.
    """
    sample_rules.require_address(contact.client, email)
    with transaction.atomic():
        locked = signers.lock(paper)
        signature = signers.require_turn(locked, contact)
        _find_other(locked, contact, email)
        newest = pending_change(locked, contact)
        is_same = newest and (newest.name, newest.email) == (name, email)
        if newest and is_same and now - newest.created_at < RESEND_AFTER:
            return newest
        change = SignerChange.objects.create(
            business=locked.business,
            signature=signature,
            contact=contact,
            name=name,
            email=email,
            created_at=now,
        )
        data = {"to": email}
        signers.record_event(locked, contact, "change_asked", now, origin, data)
        emails.write(
            kind="signer_change",
            ref=str(change.pk),
            to=contact.email,
            template="signer_change",
            context={
                "agreement": locked,
                "contact": contact,
                "change": change,
                "code": links.placeholder("code", change.pk),
                "minutes": int(CODE_LIFE.total_seconds() // 60),
            },
            language=locked.language,
            business=locked.business,
            now=now,
        )
    return change


def pending_change(paper: Agreement | Amendment, contact: Contact) -> SignerChange | None:
    """The change that this contact asked for last, if it waits for its code; None otherwise."""
    places = [row.pk for row in signers.signatures_of(paper) if row.contact_id == contact.pk]
    rows = SignerChange.objects.filter(signature__in=places, contact=contact)
    newest = rows.order_by("-created_at", "-pk").first()
    return newest if newest and newest.confirmed_at is None else None


def confirm_change(
    *, paper: Agreement | Amendment, contact: Contact, code: str, now: datetime, origin: Origin
) -> Contact:
    """Hand the signature over with the emailed code, invite the other person, and tell both sides.

    An unknown email address becomes a new contact, who sees money if `contact` does (rule 78).
    Raises NotOpen, and WrongCode where the code is wrong or too old; after five wrong codes a new
    one is needed.
    """
    change = pending_change(paper, contact)
    if change is None:
        raise NotOpen(_("First enter who signs instead of you."))
    _check_code(paper, change, code, now, origin)
    with transaction.atomic():
        locked = signers.lock(paper)
        signature = signers.require_turn(locked, contact)
        rows = SignerChange.objects.filter(pk=change.pk, signature=signature)
        if not rows.filter(confirmed_at__isnull=True).update(confirmed_at=now):
            raise NotOpen(_("This agreement is waiting for somebody else's signature."))
        other = _find_other(locked, contact, change.email) or client_records.add_contact(
            client=contact.client,
            name=change.name,
            email=change.email,
            sees_money=not contact.is_without_money,
            now=now,
        )
        blank = {
            "contact": other,
            "name": "",
            "consented_at": None,
            "code_row": None,
            "code_sent_at": None,
            "invited_at": None,
            "strokes": [],
        }
        Signature.objects.filter(pk=signature.pk).update(**blank)
        data = {"from": contact.email, "to": other.email}
        signers.record_event(locked, contact, "reassigned", now, origin, data)
        signers.invite(paper=locked, now=now)
        _tell_both_sides(locked, change, contact, other, now)
    return other


def _find_other(paper: Agreement | Amendment, contact: Contact, email: str) -> Contact | None:
    """The contact with this email; None if it is unknown. Raises NotOpen if they cannot sign."""
    other = Contact.objects.filter(client=contact.client, email__iexact=email).first()
    others = [row.contact_id for row in signers.signatures_of(paper)]
    if other and (not other.is_active or other.pk in others):
        raise NotOpen(_("This person cannot sign in your place."), field="email")
    return other


def _check_code(
    paper: Agreement | Amendment, change: SignerChange, code: str, now: datetime, origin: Origin
) -> None:
    """Raise WrongCode unless `code` is the one that was emailed and is still valid.

    A try is counted before the code is compared, so that two requests at once are two tries.
    """
    tried = SignerChange.objects.filter(pk=change.pk, code_tries__lt=CODE_TRIES)
    if now - change.created_at > CODE_LIFE or not tried.update(code_tries=F("code_tries") + 1):
        message = _("This code is no longer valid. Name the person again to get a new one.")
        raise WrongCode(message, field="code")
    if not constant_time_compare(links.digits_of(code), links.code(change.pk)):
        with transaction.atomic():
            signers.record_event(signers.lock(paper), change.contact, "code_wrong", now, origin)
        raise WrongCode(_("This is not the code we sent. Please compare it."), field="code")


def _tell_both_sides(
    paper: Agreement | Amendment,
    change: SignerChange,
    contact: Contact,
    other: Contact,
    now: datetime,
) -> None:
    """Email the former signer and the owner who signs now, each in their own language."""
    owner = paper.business.owner
    sides = {
        "client": (contact.email, paper.language),
        "owner": (owner.email, paper.business.language),
    }
    facts = {
        "title": paper.title,
        "former": f"{contact.name} ({contact.email})",
        "other": f"{other.name} ({other.email})",
        "client": contact.client.name,
    }
    for side, (to, language) in sides.items():
        with translation.override(language):
            subject = _("Another person signs: %(title)s") % facts
            paragraphs = [sentence % facts for sentence in _said_to()[side]]
            button = _("See the agreement") if side == "owner" else ""
        emails.write(
            kind="signer_changed",
            ref=f"{change.pk}:{side}",
            to=to,
            template="note",
            context={
                "subject": subject,
                "name": contact.name if side == "client" else "",
                "paragraphs": paragraphs,
                "button": button,
                "link": links.absolute_url("dashboard:agreement", paper.agreement.pk),
            },
            language=language,
            business=paper.business,
            now=now,
        )


def _said_to() -> dict[str, list[str]]:
    """What each side is told."""
    return {
        "client": [
            _("%(other)s now signs “%(title)s” instead of you."),
            _("If you did not ask for this, please reply to this email at once."),
        ],
        "owner": [
            _("%(other)s now signs “%(title)s” for %(client)s, instead of %(former)s."),
            _(
                "%(former)s confirmed it with a code by email. If that is not right, "
                "withdraw the document before it is signed."
            ),
        ],
    }

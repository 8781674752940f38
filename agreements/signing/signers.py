"""Who signs a paper: their places, whose turn it is, the letters that ask, and another person in somebody's place."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from agreements.models import Agreement, Amendment, Signature
from agreements.rules.errors import NotOpen
from agreements.rules.states import AgreementState
from clients import client_records, portal_links
from clients.models import Contact
from core import audit, links
from core.audit import UNSEEN, Origin
from core.outbox import emails

NOUNS = {Agreement: "agreement", Amendment: "amendment"}


def places(paper: Agreement | Amendment) -> list[Signature]:
    """Every place under the paper, in order; the business's first where it has signed by sending."""
    found = Signature.objects.filter(agreement=paper.agreement, amendment=_amendment(paper))
    return list(found.select_related("contact", "business__owner").order_by("position"))


def turn(rows: Sequence[Signature], *, in_order: bool) -> list[Signature]:
    """Who is asked now: the client's people, one after the other or at once; the business when they have signed."""
    open_rows = [row for row in rows if row.signed_at is None]
    people = [row for row in open_rows if row.contact_id]
    if people:
        return people[:1] if in_order else people
    return open_rows


def place(
    *,
    paper: Agreement | Amendment,
    people: Iterable[Contact],
    now: datetime,
    sent_at: datetime,
    origin: Origin = UNSEEN,
    countersigns: bool = False,
) -> list[Signature]:
    """Make the places. Unless the business countersigns, it has signed by sending it, at `sent_at` and from there."""
    everyone = list(dict.fromkeys(people))
    owner = paper.business.owner
    last = len(everyone) + 1 if countersigns else 0
    rows = [
        _row(paper, position, now, contact=contact)
        for position, contact in enumerate(everyone, start=1)
    ]
    business = _row(paper, last, now)
    if not countersigns:
        business.name, business.signed_at = owner.get_full_name() or owner.email, sent_at
        business.ip, business.user_agent = origin.ip, origin.user_agent[:300]
    Signature.objects.bulk_create([*rows, business])
    return sorted([*rows, business], key=lambda row: row.position)


def _row(
    paper: Agreement | Amendment, position: int, now: datetime, contact: Contact | None = None
) -> Signature:
    return Signature(
        business=paper.business,
        agreement=paper.agreement,
        amendment=_amendment(paper),
        position=position,
        contact=contact,
        created_at=now,
    )


def invite(*, paper: Agreement | Amendment, now: datetime, present: Contact | None = None) -> None:
    """Ask whoever's turn it is and was not asked. `present` is in the portal already and needs no letter."""
    for row in turn(places(paper), in_order=paper.in_order):
        asked = Signature.objects.filter(pk=row.pk, invited_at__isnull=True).update(invited_at=now)
        if asked and row.contact != present:
            letter(paper=paper, row=row, kind="sign_invitation", now=now)


def letter(*, paper: Agreement | Amendment, row: Signature, kind: str, now: datetime) -> None:
    """Ask one person, in the agreement's language; the business is asked in its own and signs at its desk."""
    language = paper.language if row.contact else paper.business.language
    with translation.override(language):
        words, link = _words(paper, row, kind), ""
        if row.contact:
            door = portal_links.portal_link(
                contact=row.contact, now=now, target=f"{NOUNS[type(paper)]}:{paper.id}"
            )
            link = links.placeholder("link", door.id)
    emails.write(
        kind=kind,
        ref=f"{row.id}:{row.contact_id}:{paper.reminders}",
        to=row.contact.email if row.contact else paper.business.owner.email,
        template="note",
        context={**words, "link": link},
        language=language,
        business=paper.business,
        now=now,
    )


def _words(paper: Agreement | Amendment, row: Signature, kind: str) -> dict[str, object]:
    from core import formats

    what = {
        "title": paper.title,
        "business": paper.business.name,
        "day": formats.day(paper.sign_by),
    }
    again = kind == "sign_reminder"
    subject = (
        _("Still waiting for your signature: %(title)s") if again else _("Please sign: %(title)s")
    )
    if row.contact is None:
        said = [
            _(
                "The client has signed “%(title)s”. It applies when you have signed too, on its page."
            )
            % what
        ]
        return {"subject": subject % what, "name": "", "paragraphs": said, "button": ""}
    said = [_("%(business)s asks you to read and sign “%(title)s”.") % what]
    if paper.sign_by:
        said.append(_("It can be signed until %(day)s.") % what)
    said.append(_("Not the right person? You can name somebody else on the page."))
    return {
        "subject": subject % what,
        "name": row.contact.name,
        "paragraphs": said,
        "button": _("Read and sign"),
    }


def reassign(
    *,
    paper: Agreement | Amendment,
    contact: Contact,
    name: str,
    email: str,
    now: datetime,
    origin: Origin,
) -> Contact:
    """Somebody else of the client signs in the place of `contact`. Raises NotOpen, where it is not their turn."""
    with transaction.atomic():
        row = own_turn(hold(paper), contact)
        other = Contact.objects.filter(client=contact.client, email__iexact=email).first()
        if other is None:
            other = client_records.add_contact(
                client=contact.client, name=name, email=email, now=now
            )
        if not other.is_active or any(each.contact_id == other.pk for each in places(paper)):
            raise NotOpen(_("This person cannot sign in your place."), field="email")
        fresh = {
            "contact": other,
            "name": "",
            "consented_at": None,
            "code_row": None,
            "code_sent_at": None,
        }
        Signature.objects.filter(pk=row.pk).update(**fresh, invited_at=None, strokes=[])
        who = {"from": contact.email, "to": other.email}
        record(paper, contact, "reassigned", now, origin, who)
        invite(paper=paper, now=now)
    return other


def hold(paper: Agreement | Amendment) -> Agreement | Amendment:
    """The row as it is now, kept until the transaction ends: two tabs, and the chain's events, take turns."""
    if isinstance(paper, Amendment):
        changes = Amendment.objects.select_for_update(of=("self",))
        return changes.select_related("business__owner", "agreement").get(pk=paper.pk)
    rows = Agreement.objects.select_for_update(of=("self",))
    return rows.select_related("business__owner").get(pk=paper.pk)


def own_turn(paper: Agreement | Amendment, contact: Contact | None) -> Signature:
    """The place of this person (None: of the business), if they are asked now. Raises NotOpen."""
    if paper.state != AgreementState.SENT:
        raise NotOpen(_("This agreement is no longer waiting for a signature."))
    pk = contact.pk if contact else None
    for row in turn(places(paper), in_order=paper.in_order):
        if row.contact_id == pk:
            return row
    raise NotOpen(_("This agreement is waiting for somebody else's signature."))


def record(
    paper: Agreement | Amendment,
    who: Contact | str,
    event: str,
    now: datetime,
    origin: Origin,
    data: dict[str, str] | None = None,
) -> None:
    """One event of the paper's own chain."""
    actor = who if isinstance(who, str) else f"{who.name} <{who.email}>"
    audit.record(
        business=paper.business,
        chain_id=paper.id,
        event=event,
        actor=actor,
        now=now,
        origin=origin,
        data=data or {},
    )


def _amendment(paper: Agreement | Amendment) -> Amendment | None:
    return paper if isinstance(paper, Amendment) else None

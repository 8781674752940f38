"""After the signatures: the final PDF with its evidence, sealed, stored and mailed to everybody (rule 30)."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from agreements.models import Agreement, Amendment
from agreements.signing import agreement_pdf, signers
from clients import portal_links
from core import links
from core.audit import UNSEEN
from core.documents import seal, store
from core.errors import RuleError
from core.models import Business, Document
from core.models.document import DocumentKind
from core.outbox import emails

log = logging.getLogger(__name__)
PATIENCE = timedelta(
    minutes=15
)  # sealed within seconds where a worker works; every five minutes at the latest
UNSEALED = Q(signed_at__isnull=False, signed_document__isnull=True)
KINDS = {Agreement: DocumentKind.SIGNED_AGREEMENT, Amendment: DocumentKind.SIGNED_AMENDMENT}


def seal_signed(*, now: datetime, limit: int = 50) -> int:
    """Seal every signed paper that has no sealed file yet; the number sealed.

    Found by a query, so a crash at any point is made good by the next run, and nothing is mailed twice.
    """
    related = ("business__owner", "client", "document")
    agreements = Agreement.objects.filter(UNSEALED).select_related(*related, "contact", "proposal")[
        :limit
    ]
    amendments = Amendment.objects.filter(UNSEALED).select_related(*related, "agreement")[:limit]
    rows = [*agreements, *amendments]
    if rows and (why := seal.not_ready(now)):
        log.error("%s signed papers wait for their seal: %s", len(rows), why)
        return 0
    return sum(_try(row, now) for row in rows)


def waiting(business: Business | None, now: datetime) -> list[tuple[Agreement | Amendment, str]]:
    """The signed papers of a business, or of all, whose seal is late, each with the reason."""
    own = UNSEALED & Q(business=business) if business else UNSEALED
    agreements = Agreement.objects.filter(own).select_related("client")
    rows = [*agreements, *Amendment.objects.filter(own).select_related("agreement", "client")]
    broken = seal.not_ready(now) if rows else ""
    return [(row, broken or _failed()) for row in rows if broken or _is_late(row, now)]


def why_late(row: Agreement | Amendment, now: datetime) -> str:
    """Why a signed paper has no seal yet; "" where it has one, needs none, or is being sealed."""
    if row.signed_at is None or row.signed_document_id:
        return ""
    return seal.not_ready(now) or (_failed() if _is_late(row, now) else "")


def _is_late(row: Agreement | Amendment, now: datetime) -> bool:
    return row.signed_at is not None and now - row.signed_at > PATIENCE


def _failed() -> str:
    return _("It could not be made yet. It is tried again every five minutes.")


def _try(row: Agreement | Amendment, now: datetime) -> int:
    """One that cannot be printed does not hold up the others; it is found again by the next run."""
    try:
        return _seal(row, now)
    except RuleError as no:
        log.error("%s %s cannot be sealed: %s", type(row).__name__, row.pk, no)
    except Exception:  # whatever it is, the others are sealed
        log.exception("%s %s could not be sealed.", type(row).__name__, row.pk)
    return 0


def _seal(row: Agreement | Amendment, now: datetime) -> int:
    sealed, stamp = seal.stamped(agreement_pdf.signed_pdf(row), reason=row.title, now=now)
    with transaction.atomic():
        if signers.hold(row).signed_document_id:
            return 0  # another worker was first; its file is the only one
        kind = KINDS[type(row)]
        document = store.save(
            business=row.business, kind=kind, title=row.title, pdf=sealed, now=now
        )
        type(row)._default_manager.filter(pk=row.pk).update(signed_document=document)
        signers.record(
            row,
            "Retainer Hub",
            "sealed",
            now,
            UNSEEN,
            {"sha256": document.sha256} | ({"time_stamp": stamp} if stamp else {}),
        )
        _mail(row, document, now)
    return 1


def _mail(row: Agreement | Amendment, document: Document, now: datetime) -> None:
    """To the business, and to everybody of the client who signed."""
    business = row.business
    _write(row, "owner", business.owner.email, business.language, "", document, now)
    for place in signers.places(row):
        if place.contact:
            door = portal_links.portal_link(
                contact=place.contact, now=now, target=f"{signers.NOUNS[type(row)]}:{row.id}"
            )
            ref = "client" if place.position == 1 else str(place.contact_id)
            to = place.contact.email
            _write(row, ref, to, row.language, links.placeholder("link", door.id), document, now)


def _write(
    row: Agreement | Amendment,
    side: str,
    to: str,
    language: str,
    link: str,
    document: Document,
    now: datetime,
) -> None:
    emails.write(
        kind="signed",
        ref=f"{row.id}:{side}",
        to=to,
        template="signed",
        context={"agreement": row, "link": link, "side": side},
        language=language,
        business=row.business,
        attachment=document,
        now=now,
    )

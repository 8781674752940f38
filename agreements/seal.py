"""After the signature: the final PDF with its evidence, sealed, stored and mailed to both sides (rule 30)."""

import logging
from datetime import datetime

from django.db import transaction

from agreements import paper
from agreements.models import Agreement
from clients import entry
from core import audit, links, outbox
from core.documents import seal, store
from core.errors import RuleError
from core.models import Document
from core.models.document import DocumentKind

log = logging.getLogger(__name__)


def seal_signed(*, now: datetime, limit: int = 50) -> int:
    """Seal every signed agreement that has no sealed file yet; the number sealed.

    Found by a query, so a crash at any point is made good by the next run, and nothing is mailed twice.
    """
    waiting = Agreement.objects.filter(signed_at__isnull=False, signed_document__isnull=True).select_related(
        "business__owner", "client", "contact", "proposal", "signature", "document"
    )
    return sum(_try(agreement, now) for agreement in waiting[:limit])


def _try(agreement: Agreement, now: datetime) -> int:
    """One that cannot be printed does not hold up the others; it is found again by the next run."""
    try:
        return _seal(agreement, now)
    except RuleError as no:
        log.error("Agreement %s cannot be sealed: %s", agreement.pk, no)
    except Exception:  # whatever it is, the others are sealed
        log.exception("Agreement %s could not be sealed.", agreement.pk)
    return 0


def _seal(agreement: Agreement, now: datetime) -> int:
    sealed = seal.seal(paper.signed_pdf(agreement), reason=agreement.title, now=now)
    with transaction.atomic():
        kind = DocumentKind.SIGNED_AGREEMENT
        document = store.save(business=agreement.business, kind=kind, title=agreement.title, pdf=sealed, now=now)
        mine = Agreement.objects.filter(pk=agreement.pk, signed_document__isnull=True)
        if not mine.update(signed_document=document):
            return 0  # another worker was first; its file is the one that counts
        audit.record(
            business=agreement.business,
            chain_id=agreement.id,
            event="sealed",
            actor="Retainer Hub",
            now=now,
            data={"sha256": document.sha256},
        )
        _mail(agreement, document, now)
    return 1


def _mail(agreement: Agreement, document: Document, now: datetime) -> None:
    link = entry.portal_link(contact=agreement.contact, now=now, target=f"agreement:{agreement.id}")
    both = {
        "client": (agreement.contact.email, agreement.language, links.placeholder("link", link.id)),
        "owner": (agreement.business.owner.email, agreement.business.language, ""),
    }
    for side, (to, language, door) in both.items():
        outbox.write(
            kind="signed",
            ref=f"{agreement.id}:{side}",
            to=to,
            template="signed",
            context={"agreement": agreement, "link": door, "side": side},
            language=language,
            business=agreement.business,
            attachment=document,
            now=now,
        )

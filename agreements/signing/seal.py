"""Seals signed agreements and amendments, and emails the sealed PDF to both sides (rule 30)."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import Agreement, Amendment
from agreements.signing import agreement_pdf, signers
from clients import portal_links
from clients.worded_emails import people
from core import links
from core.audit import UNSEEN
from core.documents import seal, store
from core.jobs import batches
from core.jobs.set_aside import Step
from core.models import Business, Document, SetAside
from core.models.document import DocumentKind
from core.outbox import emails

log = logging.getLogger(__name__)
#: A seal is late after this time. A running worker seals within seconds, a job every five minutes.
PATIENCE = timedelta(minutes=15)
UNSEALED = Q(signed_at__isnull=False, signed_document__isnull=True)
SEAL = {
    Agreement: Step(
        "seal_agreements",
        "agreements.tasks.seal_signed",
        gettext_lazy("Seal the signed agreement"),
        Agreement,
        title="client__name",
        page=("agreement", "pk"),
    ),
    Amendment: Step(
        "seal_amendments",
        "agreements.tasks.seal_signed",
        gettext_lazy("Seal the signed amendment"),
        Amendment,
    ),
}
KINDS = {Agreement: DocumentKind.SIGNED_AGREEMENT, Amendment: DocumentKind.SIGNED_AMENDMENT}


def seal_signed(*, now: datetime, limit: int = 50) -> int:
    """Seal signed documents that have no sealed PDF yet; returns the number sealed.

    `limit` applies to agreements and to amendments separately. The work is found by a query, so the
    next run completes what a crash has left, and nothing is emailed twice.
    """
    related = ("business__owner", "client", "document")
    agreements = Agreement.objects.filter(UNSEALED).select_related(*related, "contact", "proposal")
    amendments = Amendment.objects.filter(UNSEALED).select_related(*related, "agreement")
    waiting = agreements.count() + amendments.count()
    if waiting and (reason := seal.not_ready(now)):
        log.error("%s signed documents wait for their seal: %s", waiting, reason)
        return 0
    sealed = batches.run_rows(
        SEAL[Agreement], agreements, lambda row: _seal(row, now), now=now, most=limit
    )
    return sealed + batches.run_rows(
        SEAL[Amendment], amendments, lambda row: _seal(row, now), now=now, most=limit
    )


def late_documents(
    business: Business | None, now: datetime
) -> list[tuple[Agreement | Amendment, str]]:
    """The signed documents of a business, or of all, whose seal is late, each with the reason."""
    rows: list[Agreement | Amendment] = list(unsealed_agreements(business))
    return with_reasons([*rows, *unsealed_amendments(business)], now)


def unsealed_agreements(business: Business | None) -> QuerySet[Agreement]:
    """The signed agreements of a business, or of all, that have no seal yet."""
    own = Q(business=business) if business else Q()
    return Agreement.objects.filter(UNSEALED & own).select_related("client")


def unsealed_amendments(business: Business | None) -> QuerySet[Amendment]:
    """The signed amendments of a business, or of all, that have no seal yet."""
    own = Q(business=business) if business else Q()
    return Amendment.objects.filter(UNSEALED & own).select_related("agreement", "client")


def with_reasons(
    rows: Sequence[Agreement | Amendment], now: datetime
) -> list[tuple[Agreement | Amendment, str]]:
    """Those of the unsealed documents whose seal is late, each with the reason."""
    if not_ready := seal.not_ready(now) if rows else "":
        return [(row, not_ready) for row in rows]
    late = [row for row in rows if _is_late(row, now)]
    reasons = _reasons(late)
    return [(row, reasons.get(row.pk) or _in_general()) for row in late]


def why_late(signable: Agreement | Amendment, now: datetime) -> str:
    """Why a signed document has no seal yet; "" where it has one, needs none, or is not late."""
    if signable.signed_at is None or signable.signed_document_id:
        return ""
    return seal.not_ready(now) or (_failed(signable) if _is_late(signable, now) else "")


def _is_late(signable: Agreement | Amendment, now: datetime) -> bool:
    return signable.signed_at is not None and now - signable.signed_at > PATIENCE


def _failed(signable: Agreement | Amendment) -> str:
    return _reasons([signable]).get(signable.pk) or _in_general()


def _reasons(rows: Sequence[Agreement | Amendment]) -> dict[UUID, str]:
    """Why the sealing job has set these documents aside, by their id, in one query."""
    if not rows:
        return {}
    steps = [step.name for step in SEAL.values()]
    aside = SetAside.objects.open().filter(step__in=steps, subject__in=[row.pk for row in rows])
    return {row.subject: row.reason_text for row in aside}


def _in_general() -> str:
    return _("The seal could not be made yet. We try again every five minutes.")


def _seal(signable: Agreement | Amendment, now: datetime) -> int:
    sealed, stamp = seal.stamped(agreement_pdf.signed_pdf(signable), reason=signable.title, now=now)
    with transaction.atomic():
        if signers.lock(signable).signed_document_id:
            return 0  # another worker was first, and its file stays the only one
        kind = KINDS[type(signable)]
        document = store.save(
            business=signable.business, kind=kind, title=signable.title, pdf=sealed, now=now
        )
        type(signable)._default_manager.filter(pk=signable.pk).update(signed_document=document)
        signers.record_event(
            signable,
            "Retainer Hub",
            "sealed",
            now,
            UNSEEN,
            {"sha256": document.sha256} | ({"time_stamp": stamp} if stamp else {}),
        )
        _email_everyone(signable, document, now)
    return 1


def _email_everyone(signable: Agreement | Amendment, document: Document, now: datetime) -> None:
    """Email the sealed PDF to the business and to every contact of the client who signed."""
    business = signable.business
    agreement = signable if isinstance(signable, Agreement) else signable.agreement
    page = links.absolute_url("dashboard:agreement", agreement.pk)
    _email(signable, "owner", business.owner.email, business.language, page, document, now)
    for signature in signers.signatures_of(signable):
        if signature.contact:
            link = portal_links.portal_link(
                contact=signature.contact,
                now=now,
                target=f"{signers.LINK_TARGETS[type(signable)]}:{signable.id}",
            )
            ref = "client" if signature.position == 1 else str(signature.contact_id)
            to = signature.contact.email
            _email(
                signable,
                ref,
                to,
                signable.language,
                links.placeholder("link", link.id),
                document,
                now,
                {**people(signature.contact), "title": signable.title},
            )


def _email(
    signable: Agreement | Amendment,
    side: str,
    to: str,
    language: str,
    link: links.Address,
    document: Document,
    now: datetime,
    values: dict[str, str] | None = None,
) -> None:
    emails.write(
        kind="signed",
        ref=f"{signable.id}:{side}",
        to=to,
        template="signed",
        context={"agreement": signable, "link": link, "side": side},
        language=language,
        business=signable.business,
        attachment=document,
        worded="signed" if values else "",
        values=values,
        now=now,
    )

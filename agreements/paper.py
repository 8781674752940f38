"""The agreement as a PDF: the one that is read, and the signed one with its evidence."""

from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from agreements.clauses import clauses
from agreements.models import Agreement
from core import audit
from core.documents import render
from core.models import AuditEvent


def labels() -> dict[str, str]:
    """What the events of an agreement's record are called."""
    return {
        "offered": _("Offered by the provider"),
        "accepted": _("Tier picked"),
        "opened": _("Opened by the client"),
        "consented": _("Consent given"),
        "code_sent": _("Code sent by email"),
        "code_wrong": _("Wrong code"),
        "code_confirmed": _("Code confirmed"),
        "signed": _("Signed"),
        "sealed": _("Sealed"),
        "declined": _("Declined"),
        "withdrawn": _("Withdrawn"),
        "notice": _("Notice given"),
        "paused": _("Paused"),
        "skipped": _("A period was skipped"),
        "resumed": _("Resumed"),
        "ended": _("Ended"),
    }


def unsigned_pdf(agreement: Agreement, *, created: datetime) -> bytes:
    """The exact text that is put before the signer."""
    return _pdf(agreement, None, created)


def signed_pdf(agreement: Agreement) -> bytes:
    """The same text with the signature and the certificate page, not yet sealed. The same bytes every time."""
    with translation.override(agreement.language):
        shown = evidence(agreement)
    return _pdf(agreement, shown, agreement.signed_at or agreement.created_at)


def evidence(agreement: Agreement) -> dict[str, Any]:
    """What the certificate page prints; what was not seen is left out, never made up (rule 29)."""
    record = [*audit.chain(agreement.proposal_id), *audit.chain(agreement.id)]
    names = labels()
    return {
        "signer": agreement.signature.name,
        "signed_at": agreement.signed_at,
        "rows": [_row(event, names) for event in record if event.event != "sealed"],
        "read_sha256": agreement.document.sha256 if agreement.document else "",
        "terms_hash": agreement.terms_hash,
        "chain_head": record[-1].hash if record else "",
    }


def _row(event: AuditEvent, names: dict[str, str]) -> dict[str, Any]:
    return {
        "at": event.at,
        "label": names.get(event.event, event.event),
        "actor": event.actor,
        "ip": event.ip,
        "user_agent": event.user_agent,
    }


def _pdf(agreement: Agreement, shown: dict[str, Any] | None, created: datetime) -> bytes:
    with translation.override(agreement.language):
        text = clauses(agreement)
    context = {
        "business": agreement.business,
        "agreement": agreement,
        "terms": agreement.terms,
        "tier": agreement.tier,
        "clauses": text,
        "evidence": shown,
    }
    return render.pdf(
        "agreement",
        context,
        language=agreement.language,
        title=agreement.title,
        identifier=agreement.terms_hash,
        created=created,
    )

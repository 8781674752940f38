"""Agreements and amendments as PDFs: the one that is read, and the signed one with its evidence."""

from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from agreements.contract import amendment_text
from agreements.contract.clauses import clauses
from agreements.contract.cover_page import cover
from agreements.models import Agreement, Amendment
from agreements.signing import signers
from core import audit
from core.documents import render, store
from core.models import AuditEvent

READ = "as-read.pdf"


def labels() -> dict[str, str]:
    """What the events of an agreement's record are called."""
    return {
        "offered": _("Offered by the provider"),
        "offer_opened": _("Proposal opened"),
        "tier_seen": _("Tier looked at"),
        "asked": _("Question asked"),
        "answered": _("Question answered"),
        "forwarded": _("Proposal forwarded"),
        "told_of_room": _("Told that there is room"),
        "extended": _("Proposal extended"),
        "waits": _("Joined the waitlist"),
        "accepted": _("Tier picked"),
        "opened": _("Opened by the client"),
        "consented": _("Consent given"),
        "code_sent": _("Code sent by email"),
        "code_wrong": _("Wrong code"),
        "code_confirmed": _("Code confirmed"),
        "signed": _("Signed"),
        "countersigned": _("Countersigned by the provider"),
        "reassigned": _("Another person signs"),
        "reminded": _("Reminder sent"),
        "sealed": _("Sealed"),
        "declined": _("Declined"),
        "withdrawn": _("Withdrawn"),
        "void": _("Taken back"),
        "expired": _("Expired unsigned"),
        "notice": _("Notice given"),
        "paused": _("Paused"),
        "skipped": _("A period was skipped"),
        "resumed": _("Resumed"),
        "renewed": _("Renewed"),
        "trial_decided": _("Trial decided"),
        "ended": _("Ended"),
    }


def unsigned_pdf(row: Agreement | Amendment, *, created: datetime) -> bytes:
    """The exact text that is put before the signers."""
    return _pdf(row, None, created, {})


def signed_pdf(row: Agreement | Amendment) -> bytes:
    """The same text with the signatures and the certificate page, not yet sealed. The same bytes every time.

    The file that was read is in it, byte for byte. Raises DocumentAltered where that is damaged.
    """
    with translation.override(row.language):
        shown = evidence(row)
    read = {READ: store.read(row.document)} if row.document else {}
    return _pdf(row, shown, row.signed_at or row.created_at, read)


def evidence(row: Agreement | Amendment) -> dict[str, Any]:
    """What the certificate page prints; what was not seen is left out, never made up (rule 29)."""
    before = audit.chain(row.proposal_id) if isinstance(row, Agreement) else []
    own = audit.chain(row.id)
    record = [
        event for event in [*before, *own] if row.signed_at is None or event.at <= row.signed_at
    ]
    names = labels()
    return {
        "signers": signers.places(row),
        "rows": [_row(event, names) for event in record if event.event != "sealed"],
        "read_sha256": row.document.sha256 if row.document else "",
        "terms_hash": row.terms_hash,
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


def _pdf(
    row: Agreement | Amendment,
    shown: dict[str, Any] | None,
    created: datetime,
    attached: dict[str, bytes],
) -> bytes:
    context: dict[str, Any] = {
        "business": row.business,
        "agreement": row,
        "terms": row.terms,
        "tier": row.tier,
        "evidence": shown,
    }
    with translation.override(row.language):
        if isinstance(row, Amendment):
            context |= {
                "clauses": amendment_text.clauses(row),
                "figures": amendment_text.figures(row),
            }
        else:
            context |= {"clauses": clauses(row), **cover(row.tier, row.terms)}
    return render.pdf(
        "agreement" if isinstance(row, Agreement) else "amendment",
        context,
        language=row.language,
        title=row.title,
        identifier=row.terms_hash,
        created=created,
        attached=attached,
    )

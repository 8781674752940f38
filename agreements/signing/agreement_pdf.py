"""Renders agreements and amendments as PDFs: unsigned, and signed with the evidence."""

from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from agreements.contract import amendment_text, exclusivity
from agreements.contract.clauses import clauses
from agreements.contract.cover_page import cover_context
from agreements.models import Agreement, Amendment
from agreements.signing import devices, signers
from core import audit, links
from core.documents import qr, render, store
from core.models import AuditEvent

AS_READ_NAME = "as-read.pdf"
#: Events that the certificate does not print: what follows it, and what concerns other clients.
LEFT_OUT = frozenset({"sealed", exclusivity.EVENT, exclusivity.HELD_BACK})


def event_labels() -> dict[str, str]:
    """The labels of the audit events of proposals, agreements and amendments."""
    return {
        "offered": _("Proposal sent"),
        "offer_opened": _("Proposal opened"),
        "offer_downloaded": _("Proposal downloaded as PDF"),
        "tier_seen": _("Tier viewed"),
        "asked": _("Question asked"),
        "answered": _("Question answered"),
        "forwarded": _("Proposal forwarded"),
        "link_copied": _("Link created to pass on"),
        "told_of_room": _("Told that there is room"),
        "extended": _("Proposal extended"),
        "waits": _("Joined the waitlist"),
        exclusivity.EVENT: _("The client with exclusivity has agreed"),
        exclusivity.HELD_BACK: _("Held back: another client has exclusivity"),
        "accepted": _("Tier chosen"),
        "tier_changed": _("Another tier was chosen"),
        "opened": _("Document opened"),
        "consented": _("Consent given"),
        "code_sent": _("Code sent by email"),
        "code_wrong": _("Wrong code"),
        "code_confirmed": _("Code confirmed"),
        "signed": _("Signed"),
        "countersigned": _("Countersigned by the provider"),
        "change_asked": _("Another signer requested"),
        "reassigned": _("Another person signs"),
        "reminded": _("Reminder sent"),
        "sealed": _("Sealed"),
        "declined": _("Declined"),
        "withdrawn": _("Withdrawn"),
        "void": _("Taken back"),
        "expired": _("Expired unsigned"),
        "notice": _("Notice given"),
        "value_added": _("Added for a time"),
        "value_add_taken_back": _("No longer added"),
        "paused": _("Paused"),
        "skipped": _("A period was skipped"),
        "skip_taken_back": _("A skipped period was taken up again"),
        "resumed": _("Resumed"),
        "renewed": _("Renewed"),
        "trial_decided": _("Trial decided"),
        "ended": _("Ended"),
    }


def unsigned_pdf(signable: Agreement | Amendment, *, created: datetime) -> bytes:
    """The PDF that the signers read, dated `created`. Raises MissingGlyphs."""
    return _pdf(signable, None, created, {})


def signed_pdf(signable: Agreement | Amendment) -> bytes:
    """The PDF with the signatures and the certificate page, not yet sealed.

    The PDF that the signers read is attached unchanged. The same signed document always gives the
    same bytes. Raises DocumentAltered where the stored PDF is damaged.
    """
    with translation.override(signable.language):
        certificate = evidence(signable)
    attached = {AS_READ_NAME: store.read(signable.document)} if signable.document else {}
    return _pdf(signable, certificate, signable.signed_at or signable.created_at, attached)


def evidence(signable: Agreement | Amendment) -> dict[str, Any]:
    """The context of the certificate page: signers, events, devices and hashes (rule 29).

    Events after the last signature are left out, so that a later rendering prints the same page.
    What was not recorded is left empty, never filled in.
    """
    proposal_events = audit.chain(signable.proposal_id) if isinstance(signable, Agreement) else []
    events = [
        event
        for event in [*proposal_events, *audit.chain(signable.id)]
        if signable.signed_at is None or event.at <= signable.signed_at
    ]
    names = event_labels()
    events_shown = [event for event in events if event.event not in LEFT_OUT]
    numbers = devices.numbers(event.user_agent for event in events_shown)
    return {
        "signers": signers.signatures_of(signable),
        "rows": [_event_row(event, names, numbers) for event in events_shown],
        "devices": [
            {"number": number, "name": devices.short_name(text), "user_agent": text}
            for text, number in numbers.items()
        ],
        "verify": _verify_page(),
        "read_sha256": signable.document.sha256 if signable.document else "",
        "terms_hash": signable.terms_hash,
        "joins": isinstance(signable, Agreement),  # an amendment has terms of its own
        "chain_head": events[-1].hash if events else "",
    }


def _event_row(event: AuditEvent, names: dict[str, str], numbers: dict[str, int]) -> dict[str, Any]:
    device = devices.short_name(event.user_agent) or _("Device")
    label = names.get(event.event, event.event)
    tier = event.data.get("tier", "")
    return {
        "at": event.at,
        "label": f"{label}: {tier}" if tier else label,
        "actor": event.actor,
        "ip": event.ip,
        "device": f"{device} ({numbers[event.user_agent]})" if event.user_agent else "",
    }


def _verify_page() -> dict[str, str]:
    """The address of the page that checks a file, and its QR code."""
    url = links.absolute_url("verify")
    return {"url": url, "code": qr.draw_svg(url, title=_("QR code of the page that verifies this"))}


def _pdf(
    signable: Agreement | Amendment,
    certificate: dict[str, Any] | None,
    created: datetime,
    attached: dict[str, bytes],
) -> bytes:
    context: dict[str, Any] = {
        "business": signable.business,
        "agreement": signable,
        "terms": signable.terms,
        "tier": signable.tier,
        "evidence": certificate,
    }
    with translation.override(signable.language):
        if isinstance(signable, Amendment):
            context |= {
                "clauses": amendment_text.clauses(signable),
                "figures": amendment_text.changed_values(signable),
            }
        else:
            context |= {
                "clauses": clauses(signable),
                **cover_context(signable.tier, signable.terms),
            }
    return render.pdf(
        "agreement" if isinstance(signable, Agreement) else "amendment",
        context,
        language=signable.language,
        title=signable.title,
        identifier=signable.terms_hash,
        created=created,
        attached=attached,
    )

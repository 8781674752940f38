"""The history of an agreement in words, from its audit chain and those of related documents.

The related documents are its proposal and its amendments.
"""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from agreements.contract import amendment_text, exclusivity
from agreements.models import Agreement, Amendment, Upgrade
from agreements.signing import agreement_pdf
from core import formats
from core.audit import is_whole
from core.history_facts import Fact
from core.models import AuditEvent, Document

#: Events that the client is never shown.
INTERNAL_EVENTS = frozenset(
    {
        "parked",
        "released",
        "offer_opened",
        "tier_seen",
        exclusivity.EVENT,
        exclusivity.HELD_BACK,
    }
)
#: Data of an event that the freelancer wrote and the client is not shown.
INTERNAL_DATA = frozenset({"reason", "words", "how"})
#: The event whose reason is the client's own, so that it may be shown to them.
CLIENT_REASON_EVENT = "declined"


def chains_of(agreement: Agreement, amendments: Iterable[Amendment]) -> dict[UUID, str]:
    """The audit chains of an agreement by id, each with the name of the document it is about.

    The proposal's chain is first; the name of the agreement itself is empty.
    """
    names = {row.pk: _("Amendment %(n)s") % {"n": row.number} for row in amendments}
    return {agreement.proposal_id: _("Proposal"), agreement.pk: "", **names}


def facts(
    events: Iterable[AuditEvent],
    about: str,
    papers: Mapping[str, Document],
    also: Mapping[str, str] | None = None,
) -> list[Fact]:
    """The events of one audit chain in words, in the active language.

    `about` names the document, `papers` are documents by their SHA-256, and `also` holds the labels
    of events that are written by modules above this one, such as billing.
    """
    names = agreement_pdf.event_labels() | dict(also or {})
    return [_fact(event, about, papers, names.get(event.event, event.event)) for event in events]


def upgrades(agreement: Agreement) -> list[Fact]:
    """The upgrades that applied in the middle of a period."""
    rows = Upgrade.objects.filter(agreement=agreement).select_related("amendment")
    return [
        Fact(
            row.created_at,
            _("Upgraded inside a period: “%(tier)s”") % {"tier": row.tier["name"]},
            amendment_text.upgrade_calculation(row.amendment),
            about=_("Amendment %(n)s") % {"n": row.amendment.number},
        )
        for row in rows
    ]


def is_complete(signable: Agreement | Amendment, events: Sequence[AuditEvent]) -> bool:
    """Whether the audit chain is intact and complete.

    The hashes of a chain whose end was removed still fit, so the signature and the seal that the
    row itself mentions must be among the events.
    """
    kinds = {event.event for event in events}
    has_signature = signable.signed_at is None or bool(kinds & {"signed", "countersigned"})
    has_seal = signable.signed_document_id is None or "sealed" in kinds
    return is_whole(list(events)) and has_signature and has_seal


def _fact(event: AuditEvent, about: str, papers: Mapping[str, Document], label: str) -> Fact:
    details = {key: text for key, text in _details(event).items() if text}
    hidden = INTERNAL_DATA - ({"reason"} if event.event == CLIENT_REASON_EVENT else set())
    digest = event.data.get("sha256") or event.data.get("document") or ""
    return Fact(
        at=event.at,
        what=label,
        more=" · ".join(text for key, text in details.items() if key not in hidden),
        aside=" · ".join(text for key, text in details.items() if key in hidden),
        actor=event.actor,
        about=about,
        ip=event.ip or "",
        user_agent=event.user_agent,
        document=papers.get(str(digest)),
        inside=event.event in INTERNAL_EVENTS,
    )


def _details(event: AuditEvent) -> dict[str, str]:
    """The data of an event in words, by key. Keys that are not known here are left out."""
    data = event.data
    patterns = {
        "tier": _("Tier: %(tier)s"),
        "added": "“%(added)s”",
        "until_on": _("Until %(until_on)s"),
        "hours": "%(hours)s",
        "name": _("As “%(name)s”"),
        "version": _("Text of the consent: %(version)s"),
        "to": _("%(to)s instead of %(from)s"),
        "amendment": _("By amendment %(amendment)s"),
        "starts_on": _("From %(starts_on)s"),
        "ends_on": _("Until before %(ends_on)s"),
        "effective_on": _("Applies from %(effective_on)s"),
        "time_stamp": _("Time stamp: %(time_stamp)s"),
        "reason": _("Reason: “%(reason)s”"),
        "words": "“%(words)s”",
        "kpi": "“%(kpi)s”",
        "note": "“%(note)s”",
        "other_client": "“%(other_client)s”",
    }
    values = {**data, **{key: formats.day(data[key]) for key in data if key.endswith("_on")}}
    if "from" not in values:
        values["from"] = ""
    details = {key: pattern % values for key, pattern in patterns.items() if data.get(key)}
    details["succeeded"] = {"yes": _("It succeeded"), "no": _("It did not succeed")}.get(
        data.get("succeeded", ""), ""
    )
    details["how"] = {
        "bill": _("Each is billed"),
        "skip": _("Only the newest is billed"),
        "none": _("None of them is billed"),
    }.get(data.get("how", ""), "")
    return details

"""An agreement's hash-chained record, with its proposal's and its amendments', as facts that a court could read."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from agreements.contract import amendment_text
from agreements.models import Agreement, Amendment, Upgrade
from agreements.signing import agreement_pdf
from core import formats
from core.audit import is_whole
from core.history_facts import Fact
from core.models import AuditEvent, Document

INSIDE = frozenset(
    {"parked", "released", "offer_opened", "tier_seen"}
)  # what the client never heard of
ASIDE = frozenset({"reason", "words", "how"})  # what was written for the record, not for the client
OWN_WORDS = "declined"  # here the reason is the client's


def chains_of(agreement: Agreement, amendments: Iterable[Amendment]) -> dict[UUID, str]:
    """The chains that belong to it, each with what it is about, the offer first."""
    named = {row.pk: _("Amendment %(n)s") % {"n": row.number} for row in amendments}
    return {agreement.proposal_id: _("Proposal"), agreement.pk: "", **named}


def facts(
    events: Iterable[AuditEvent],
    about: str,
    papers: Mapping[str, Document],
    also: Mapping[str, str] | None = None,
) -> list[Fact]:
    """One chain in words. `papers` are documents by their SHA-256; `also` names the events of higher rooms."""
    names = agreement_pdf.labels() | dict(also or {})
    return [_fact(event, about, papers, names.get(event.event, event.event)) for event in events]


def upgrades(agreement: Agreement) -> list[Fact]:
    """What applied at once, inside a period."""
    rows = Upgrade.objects.filter(agreement=agreement).select_related("amendment")
    return [
        Fact(
            row.created_at,
            _("Upgraded inside a period: “%(tier)s”") % {"tier": row.tier["name"]},
            amendment_text.sum_in_words(row.amendment),
            about=_("Amendment %(n)s") % {"n": row.amendment.number},
        )
        for row in rows
    ]


def is_complete(row: Agreement | Amendment, events: Sequence[AuditEvent]) -> bool:
    """Whether its chain is whole and its end was not cut off: what the row says must have been written down."""
    told = {event.event for event in events}
    signed = row.signed_at is None or bool(told & {"signed", "countersigned"})
    sealed = row.signed_document_id is None or "sealed" in told
    return is_whole(list(events)) and signed and sealed


def _fact(event: AuditEvent, about: str, papers: Mapping[str, Document], what: str) -> Fact:
    said = {key: words for key, words in _words(event).items() if words}
    hidden = ASIDE - ({"reason"} if event.event == OWN_WORDS else set())
    digest = event.data.get("sha256") or event.data.get("document") or ""
    return Fact(
        at=event.at,
        what=what,
        more=" · ".join(words for key, words in said.items() if key not in hidden),
        aside=" · ".join(words for key, words in said.items() if key in hidden),
        actor=event.actor,
        about=about,
        ip=event.ip or "",
        user_agent=event.user_agent,
        document=papers.get(str(digest)),
        inside=event.event in INSIDE,
    )


def _words(event: AuditEvent) -> dict[str, str]:
    """What an event's data says to a person; a key that is not known here is left to the file."""
    data = event.data
    known = {
        "tier": _("Tier: %(tier)s"),
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
    }
    told = {**data, **{key: formats.day(data[key]) for key in data if key.endswith("_on")}}
    if "from" not in told:
        told["from"] = ""
    said = {key: words % told for key, words in known.items() if data.get(key)}
    said["succeeded"] = {"yes": _("It succeeded"), "no": _("It did not succeed")}.get(
        data.get("succeeded", ""), ""
    )
    said["how"] = {"bill": _("Each is billed"), "skip": _("Only the newest is billed")}.get(
        data.get("how", ""), ""
    )
    return said

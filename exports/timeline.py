"""The history of an agreement: its hash-chained record, its money and its reports in one order of time (rule 29)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from django.utils.translation import gettext as _

from agreements.models import Agreement, Amendment
from agreements.signing import history
from billing.books import money_history as money
from core import audit
from core.history_facts import Fact
from core.models import AuditEvent, Document
from delivery.models import Report
from delivery.reports import send
from delivery.rules.states import ReportState


@dataclass(frozen=True)
class Timeline:
    """Oldest first. `events` are the links of the chains as written, `broken` names the chains that do not hold."""

    agreement: Agreement
    facts: list[Fact]
    events: list[AuditEvent]
    broken: list[str]

    @property
    def entries(self) -> int:
        """How many links the chains have."""
        return len(self.events)

    @property
    def zone(self) -> str:
        """The time zone in which its times are shown (IANA name)."""
        return self.agreement.time_zone


def timeline(agreement: Agreement, *, inside: bool) -> Timeline:
    """`inside`: with what is the business's own: where each act came from, notes, and events of the desk."""
    amendments = list(
        agreement.amendments.select_related("agreement", "document", "signed_document")
    )
    reports = _reports(agreement)
    named = history.chains_of(agreement, amendments) | {row.pk: send.title(row) for row in reports}
    chains = audit.chains(named)
    papers = _by_hash([agreement, *amendments], reports)
    told = [
        fact
        for pk, name in named.items()
        for fact in history.facts(chains[pk], name, papers, {**labels(), **_report_labels()})
    ]
    everything = [
        *told,
        *history.upgrades(agreement),
        *money.of_agreement(agreement),
        *_opened(reports),
    ]
    shown = everything if inside else [_outside(fact) for fact in everything if not fact.inside]
    return Timeline(
        agreement,
        sorted(shown, key=lambda fact: fact.at),
        [event for chain in chains.values() for event in chain],
        _broken(agreement, amendments, named, chains),
    )


def labels() -> dict[str, str]:
    """What the events are called that higher rooms than agreements write into its record."""
    return {
        "parked": _("Charging set aside"),
        "released": _("Parked periods decided"),
        "hours_adjusted": _("Hours corrected"),
        "overage_asked": _("Asked for more hours"),
        "overage_approved": _("More hours approved"),
        "overage_declined": _("More hours declined"),
        "overage_withdrawn": _("Question for more hours taken back"),
        "overage_billed": _("More hours billed"),
        "kpi_changed": _("KPI changed"),
        "kpi_retired": _("KPI no longer measured"),
        "kpi_taken_up": _("KPI measured again"),
        "early_note_sent": _("Note about the running period sent"),
        "review_sent": _("Quarterly review sent"),
        "deliverable_carried": _("Carried to the next period"),
        "deliverable_waived": _("Waived"),
        "waiver_taken_back": _("Owed again"),
    }


def _report_labels() -> dict[str, str]:
    return {"report_sent": _("Report sent"), "report_answered": _("Report answered")}


def _reports(agreement: Agreement) -> list[Report]:
    sent = Report.objects.filter(period__agreement=agreement, state=ReportState.SENT)
    return list(sent.select_related("period__agreement", "document").order_by("period__starts_on"))


def _opened(reports: Iterable[Report]) -> list[Fact]:
    return [
        Fact(row.opened_at, _("Opened by the client"), about=send.title(row))
        for row in reports
        if row.opened_at
    ]


def _by_hash(
    papers: Iterable[Agreement | Amendment], reports: Iterable[Report]
) -> dict[str, Document]:
    found = [
        document for row in papers for document in (row.document, row.signed_document) if document
    ]
    by_bytes = {document.sha256: document for document in found}
    return by_bytes | {
        row.sha256: row.document for row in reports if row.document
    }  # the record has the contents'


def _outside(fact: Fact) -> Fact:
    return replace(fact, aside="", ip="", user_agent="")


def _broken(
    agreement: Agreement,
    amendments: list[Amendment],
    named: dict[UUID, str],
    chains: dict[UUID, list[AuditEvent]],
) -> list[str]:
    papers: dict[UUID, Agreement | Amendment] = {agreement.pk: agreement}
    papers |= {row.pk: row for row in amendments}
    return [
        name or _("Agreement")
        for pk, name in named.items()
        if not (
            history.is_complete(papers[pk], chains[pk])
            if pk in papers
            else audit.is_whole(chains[pk])
        )
    ]

"""The history of an agreement: its audit record, money and reports in one list (rule 29)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from django.utils.translation import gettext as _

from agreements.models import Agreement, Amendment
from agreements.signing import history
from billing.books import money_history as money
from clients import client_records
from clients.models import Client
from clients.people import portal_people
from core import audit
from core.history_facts import Fact
from core.models import AuditEvent, Business, Document
from delivery.models import Report
from delivery.reports import send_reports
from delivery.requests import work_answers
from delivery.rules.states import ReportState


@dataclass(frozen=True)
class AgreementHistory:
    """The history of an agreement, oldest first.

    `events` are the entries of the audit record as written. `broken` names the chains of the record
    whose hashes do not match.
    """

    agreement: Agreement
    facts: list[Fact]
    events: list[AuditEvent]
    broken: list[str]

    @property
    def entries(self) -> int:
        """The number of entries in the audit record."""
        return len(self.events)

    @property
    def zone(self) -> str:
        """The time zone in which times are shown (IANA name)."""
        return self.agreement.time_zone


def history_of(agreement: Agreement, *, inside: bool) -> AgreementHistory:
    """Return the history of an agreement.

    With `inside` it includes what only the business may see: where each act came from, notes, and
    internal events.
    """
    amendments = list(
        agreement.amendments.select_related("agreement", "document", "signed_document")
    )
    reports = _reports(agreement)
    chain_names = history.chains_of(agreement, amendments) | {
        report.pk: send_reports.report_title(report) for report in reports
    }
    chains = audit.chains(chain_names)
    documents = _by_hash([agreement, *amendments], reports)
    recorded = [
        fact
        for pk, name in chain_names.items()
        for fact in history.facts(
            chains[pk], name, documents, {**event_labels(), **_report_labels()}
        )
    ]
    all_facts = [
        *recorded,
        *history.upgrades(agreement),
        *money.agreement_facts(agreement),
        *_opened(reports),
    ]
    business = agreement.business
    outside = [_outside(fact, business) for fact in all_facts if not fact.inside]
    shown = all_facts if inside else outside
    return AgreementHistory(
        agreement,
        sorted(shown, key=lambda fact: fact.at),
        [event for chain in chains.values() for event in chain],
        _broken(agreement, amendments, chain_names, chains),
    )


def people_facts(client: Client) -> list[Fact]:
    """Return who was invited to the portal and removed from it, and who is shown money there."""
    sentences = {
        portal_people.INVITED: _("%(name)s was invited to the portal"),
        portal_people.REMOVED: _("%(name)s was removed from the portal"),
        client_records.MONEY_HIDDEN: _("Prices and payments were hidden from %(name)s"),
        client_records.MONEY_SHOWN: _("Prices and payments were shown to %(name)s"),
    }
    return [
        Fact(event.at, sentences[event.event] % event.data, actor=event.actor, ip=event.ip or "")
        for event in audit.chain(client.pk)
        if event.event in sentences
    ]


def event_labels() -> dict[str, str]:
    """Return the labels of the events that rooms above `agreements` write to its record."""
    return {
        "parked": _("Charging set aside"),
        "released": _("Periods on hold decided"),
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
        work_answers.APPROVED: _("Delivered work approved"),
        work_answers.CHANGE: _("Change of delivered work requested"),
        work_answers.TAKEN_BACK: _("Approval taken back"),
        portal_people.INVITED: _("Colleague invited to the portal"),
        portal_people.REMOVED: _("Colleague removed from the portal"),
        client_records.MONEY_HIDDEN: _("Prices and payments hidden from a colleague"),
        client_records.MONEY_SHOWN: _("Prices and payments shown to a colleague"),
    }


def _report_labels() -> dict[str, str]:
    """Return the labels of the events of reports."""
    return {
        "report_sent": _("Report sent"),
        "report_answered": _("Report answered"),
        "report_corrected": _("Report corrected"),
    }


def _reports(agreement: Agreement) -> list[Report]:
    """Return the reports of the agreement that were sent."""
    sent = Report.objects.filter(period__agreement=agreement, state=ReportState.SENT)
    return list(sent.select_related("period__agreement", "document").order_by("period__starts_on"))


def _opened(reports: Iterable[Report]) -> list[Fact]:
    """Return when the client first opened each report, as facts."""
    return [
        Fact(report.opened_at, _("Opened by the client"), about=send_reports.report_title(report))
        for report in reports
        if report.opened_at
    ]


def _by_hash(
    sources: Iterable[Agreement | Amendment], reports: Iterable[Report]
) -> dict[str, Document]:
    """Return the documents by the hash that the record names them with."""
    documents = [
        document
        for source in sources
        for document in (source.document, source.signed_document)
        if document
    ]
    by_sha256 = {document.sha256: document for document in documents}
    # The record names a report by the hash of its contents, not of its PDF.
    return by_sha256 | {report.sha256: report.document for report in reports if report.document}


def _outside(fact: Fact, business: Business) -> Fact:
    """Return the fact as the client sees it: to them the freelancer did what no person did."""
    actor = business.name if fact.actor == money.SYSTEM_ACTOR else fact.actor
    return replace(fact, aside="", ip="", user_agent="", actor=actor)


def _broken(
    agreement: Agreement,
    amendments: list[Amendment],
    chain_names: dict[UUID, str],
    chains: dict[UUID, list[AuditEvent]],
) -> list[str]:
    """Return the names of the chains that are incomplete or whose hashes do not match."""
    signed_by_id: dict[UUID, Agreement | Amendment] = {agreement.pk: agreement}
    signed_by_id |= {amendment.pk: amendment for amendment in amendments}
    return [
        name or _("Agreement")
        for pk, name in chain_names.items()
        if not (
            history.is_complete(signed_by_id[pk], chains[pk])
            if pk in signed_by_id
            else audit.is_whole(chains[pk])
        )
    ]

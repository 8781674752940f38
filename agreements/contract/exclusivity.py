"""Finds running agreements whose exclusivity clause excludes work for a client."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from agreements.contract.clauses import clauses
from agreements.models import Agreement, Proposal
from agreements.rules.company_names import is_same_company
from agreements.rules.errors import Excluded
from agreements.rules.states import RUNNING_STATES, AgreementState, ProposalState
from clients.models import Client
from core import audit
from core.audit import Origin
from core.models import AuditEvent

CLAUSE = "exclusivity"  # the key of the clause in the library
#: States of a proposal or an agreement in which the freelancer can still stop.
OPEN_STATES = (ProposalState.DRAFT, ProposalState.SENT, AgreementState.SENT)
EVENT = "exclusivity_consent"  # recorded on both sides; never shown to a client
HELD_BACK = "held_back"  # the client could not continue; never shown to a client


@dataclass(frozen=True)
class Conflict:
    """A running agreement that excludes a client, by the name that its clause gives.

    `clause` is the clause as it was signed: its number, title and body; empty if it has none.
    """

    agreement: Agreement
    competitor: str
    clause: str


def conflicts(client: Client) -> list[Conflict]:
    """The running agreements with other clients that exclude work for this one."""
    running = Agreement.objects.filter(
        ~Q(client=client),
        business=client.business_id,
        state__in=RUNNING_STATES,
        terms__competitors__0__isnull=False,
    )
    found = []
    for agreement in running.select_related("client").order_by("starts_on", "pk"):
        named = next(
            (
                competitor
                for competitor in agreement.terms.get("competitors") or []
                for name in (client.name, client.legal_name)
                if is_same_company(competitor, name)
            ),
            "",
        )
        if named:
            found.append(Conflict(agreement, named, _clause(agreement, named)))
    return found


def excluded_clients(proposal: Proposal) -> list[Client]:
    """The clients one works for now that the proposal's own exclusivity would exclude."""
    names = [name for name in proposal.competitors or [] if name]
    if not names:
        return []
    current = Client.objects.filter(
        ~Q(pk=proposal.client_id),
        business=proposal.business_id,
        agreements__state__in=RUNNING_STATES,
    )
    return [
        client
        for client in current.distinct().order_by("name_key", "pk")
        if any(
            is_same_company(name, own) for name in names for own in (client.name, client.legal_name)
        )
    ]


def unconfirmed(document: Proposal | Agreement, events: Iterable[AuditEvent]) -> list[Conflict]:
    """The conflicts without a recorded consent, where it can still be stopped or extended.

    That is a draft, what waits for an answer, an expired proposal, which can be opened again, and
    an agreement that runs. `events` are those of the proposal's audit chain, and more.
    """
    is_expired = isinstance(document, Proposal) and document.state == ProposalState.EXPIRED
    if document.state not in (*OPEN_STATES, *RUNNING_STATES) and not is_expired:
        return []
    return without_consent(document.client, events)


def without_consent(client: Client, events: Iterable[AuditEvent]) -> list[Conflict]:
    """The conflicts of a client for which `events` hold no consent."""
    given = {event.data.get("agreement") for event in events if event.event == EVENT}
    return [row for row in conflicts(client) if str(row.agreement.pk) not in given]


def require_consent(
    *, proposal: Proposal, has_consent: bool, actor: str, now: datetime, origin: Origin
) -> None:
    """Refuse a proposal to a client that a running agreement excludes.

    With the consent of the other client it may go; the consent is then recorded in the audit chains
    of both, and holds for that agreement. Raises Excluded.
    """
    for conflict in without_consent(proposal.client, audit.chain(proposal.pk)):
        facts = {"client": conflict.agreement.client.name, "title": conflict.agreement.title}
        if not has_consent:
            sentence = _(
                "Your agreement “%(title)s” with %(client)s excludes work for this client. "
                "Continue only if %(client)s has agreed, and tick that it has."
            )
            raise Excluded(sentence % facts, field="has_consent")
        for chain_id, other in (
            (proposal.pk, facts["client"]),
            (conflict.agreement.pk, proposal.client.name),
        ):
            audit.record(
                business=proposal.business,
                chain_id=chain_id,
                event=EVENT,
                actor=actor,
                now=now,
                origin=origin,
                data={"other_client": other, "agreement": str(conflict.agreement.pk)},
            )


def require_free_to_extend(agreement: Agreement) -> None:
    """Raise Excluded where another client excludes more work for this one without a consent."""
    for conflict in without_consent(agreement.client, audit.chain(agreement.proposal_id)):
        facts = {
            "client": conflict.agreement.client.name,
            "title": conflict.agreement.title,
            "excluded": agreement.client.name,
        }
        sentence = _(
            "Your agreement “%(title)s” with %(client)s excludes further work for %(excluded)s. "
            "If %(client)s has agreed, confirm it on the page of this agreement first."
        )
        raise Excluded(sentence % facts)


def _clause(agreement: Agreement, competitor: str) -> str:
    """The clause that excludes the competitor, as it was signed."""
    written = clauses(agreement)
    found = next((clause for clause in written if clause.get("key") == CLAUSE), None) or next(
        (clause for clause in written if competitor in clause["body"]), None
    )
    return f"{found['number']}. {found['title']}: {found['body']}" if found else ""

"""A small world for tests, made by the same verbs as the real one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from agreements.models import Agreement, Proposal
from agreements.proposals import accept, lifecycle
from agreements.rules.cumulative_tiers import TierDraft
from agreements.signing import seal, sign
from billing.charging import saved_cards
from billing.gateways import accounts
from billing.models import Invoice
from billing.runs.billing_run import run_billing
from clients import client_records
from clients.models import Client, Contact
from core import links
from core.audit import Origin
from core.dates import local_day
from core.models import Business
from core.models.notification import Event, Hears
from core.outbox import notification_choices
from delivery.work import checklist_actions
from tests.factories import BusinessFactory

NOW = datetime(2026, 11, 2, 5, 0, tzinfo=UTC)
HERE = Origin("203.0.113.9", "Tests")

LADDER = [
    TierDraft(
        "Essential",
        3_000_00,
        20 * 60,
        adds=["Content"],
        deliverables=[{"title": "posts", "promised": 4}],
    ),
    TierDraft("Growth", 5_000_00, 32 * 60, adds=["Community"], is_recommended=True),
    TierDraft("Partner", 10_000_00, 60 * 60, adds=["Video"]),
]


@dataclass
class World:
    """One business with what it needs next; every call makes one more."""

    business: Business = field(default_factory=BusinessFactory)

    def client(self, name: str = "Baan Coffee", now: datetime = NOW, **fields: Any) -> Client:
        return client_records.add_client(
            business=self.business,
            name=name,
            now=now,
            **{"contact_name": "Ploy", "contact_email": "ploy@baan.example"} | fields,
        )

    def hears(self, when: Hears, *events: Event) -> None:
        """The owner wants to be emailed about these events so."""
        notification_choices.choose(
            user=self.business.owner,
            business=self.business,
            chosen=dict.fromkeys(events, when),
            now=NOW,
        )

    def person(self, client: Client) -> Contact:
        found = client_records.decision_maker(client)
        assert found
        return found

    def proposal(
        self, client: Client | None = None, now: datetime = NOW, send: bool = True, **terms: Any
    ) -> Proposal:
        client = client or self.client(now=now)
        tiers = terms.pop("tiers", LADDER)
        fields: dict[str, Any] = {
            "title": "Retainer",
            "currency": "USD",
            "starts_on": date(2026, 11, 2),
        } | terms
        made = lifecycle.draft_proposal(
            business=self.business,
            client=client,
            contact=self.person(client),
            tiers=tiers,
            now=now,
            **fields,
        )
        return lifecycle.send_proposal(proposal=made, actor="Nan", now=now) if send else made

    def picked(
        self, proposal: Proposal | None = None, tier: int = 0, now: datetime = NOW, **terms: Any
    ) -> Agreement:
        proposal = proposal or self.proposal(now=now, **terms)
        rung = lifecycle.tiers_of(proposal)[tier]
        return accept.accept_proposal(
            proposal=proposal, tier=rung, contact=proposal.contact, now=now, origin=HERE
        )

    def signed(
        self,
        agreement: Agreement | None = None,
        now: datetime = NOW,
        card: str = "succeeds",
        **terms: Any,
    ) -> Agreement:
        agreement = agreement or self.picked(now=now, **terms)
        begun = sign.request_code(
            paper=agreement,
            contact=agreement.contact,
            name="Ploy Srisuk",
            consented=True,
            now=now,
            origin=HERE,
        )
        code = links.code(begun.code_row)
        sign.sign_with_code(
            paper=agreement, contact=agreement.contact, code=code, now=now, origin=HERE
        )
        if card:
            self.card(agreement.client, card, now)
        return agreement

    def card(self, client: Client, behaviour: str = "succeeds", now: datetime = NOW) -> None:
        session = accounts.save_test_card(
            client=client, behaviour=behaviour, expires_on=date(2030, 1, 31)
        )
        saved_cards.finish_setup(client=client, session=session, now=now)

    def sealed(self, now: datetime = NOW, **terms: Any) -> Agreement:
        agreement = self.signed(now=now, **terms)
        seal.seal_signed(now=now)
        agreement.refresh_from_db()
        return agreement

    def running(
        self,
        client: Client | None = None,
        card: str = "succeeds",
        now: datetime = NOW,
        **fields: Any,
    ) -> Agreement:
        """An agreement that runs from today, written directly, for tests that are not of sales."""
        client = client or self.client(now=now)
        facts: dict[str, Any] = {
            "business": self.business,
            "client": client,
            "contact": self.person(client),
        }
        facts |= {"title": "Retainer", "currency": "USD", "starts_on": now.date()} | fields
        offer = ("business", "client", "contact", "title", "currency", "starts_on")
        proposal = Proposal.objects.create(**{name: facts[name] for name in offer})
        if card:
            self.card(client, card, now)
        running: dict[str, Any] = {
            "state": "active",
            "tier": {"name": "Growth", "deliverables": []},
            "terms_hash": "x",
            "terms": {
                "seller": {"name": "S", "legal_name": "S"},
                "buyer": {"legal_name": client.name},
            },
            "amount": 3_000_00,
            "minutes": 20 * 60,
            "anchor_day": facts["starts_on"].day,
            "signed_at": now,
            "opens_at": now,
            "time_zone": client.time_zone,
        }
        return Agreement.objects.create(proposal=proposal, **running | facts)

    def under_way(self, **fields: Any) -> Agreement:
        """A running agreement of nine days, with its first invoice and the list of its work."""
        now = timezone.now()
        begun = now - timedelta(days=9)
        starts_on = local_day(now, "Asia/Bangkok") - timedelta(days=9)
        found = self.running(starts_on=starts_on, anchor_day=starts_on.day, now=begun, **fields)
        run_billing(now=now, door="test")
        checklist_actions.open_checklists(now=now)
        return found

    def billed(self, now: datetime = NOW, **fields: Any) -> Invoice:
        """The first invoice of a running agreement, after one walk of the billing job."""
        agreement = self.running(now=now, **fields)
        run_billing(now=now, door="test")
        return Invoice.objects.get(agreement=agreement)


@pytest.fixture
def world(db: None) -> World:
    """A business in Bangkok that bills in dollars."""
    return World()


@contextmanager
def lasting(blocker: Any, folder: Path) -> Iterator[None]:
    """Keep what the block makes until it ends; tests run meanwhile roll back only their rows."""
    with (
        blocker.unblock(),
        override_settings(RH_VAR_DIR=folder, MEDIA_ROOT=folder / "media"),
        transaction.atomic(),
    ):
        yield
        transaction.set_rollback(True)
